// What a worker keeps in its own folder, from one life to the next.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "feed/chunk_shelf.h"
#include "feed/part_file.h"
#include "support/feed.h"
#include "support/output_folder.h"

namespace gleaner {
namespace {

using test::bytes_of;
using test::Feed;
using test::held_bytes;
using test::ids;
using testing::ElementsAre;
using testing::HasSubstr;
using Sources = ChunkShelf::Sources;

class ChunkCache : public testing::Test {
 protected:
  Status bring(const std::vector<std::uint32_t>& chunks, std::size_t attempts = 2) {
    ChunkShelf shelf = feed_.shelf({.folder = folder_.path(), .attempts = attempts});
    const auto held = shelf.bring(ids(chunks), feed_.fetch());
    sources_ = shelf.sources();
    if (!held) return held.error();
    for (const std::uint32_t chunk : chunks)
      EXPECT_EQ(held_bytes(*held.value(), chunk), feed_.catalogue.bytes(ChunkId(chunk)).value());
    return {};
  }
  std::filesystem::path cached(std::uint32_t chunk) const {
    return cached_chunk_path(folder_.path() / feed_.catalogue.digest(), chunk);
  }
  std::filesystem::path part(std::uint32_t chunk) const { return cached(chunk).string() + ".part"; }
  void put(const std::filesystem::path& path, const std::string& bytes) {
    std::filesystem::create_directory(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  }
  std::uint64_t bytes(std::uint32_t chunk) const { return feed_.catalogue.entries()[chunk].bytes; }

  test::OutputFolder folder_;
  Feed feed_;
  Sources sources_;
};

TEST_F(ChunkCache, ALaterLifeNeedsNoServer) {
  ASSERT_TRUE(bring({0, 1}));
  EXPECT_EQ(bytes_of(cached(0)), feed_.catalogue.bytes(ChunkId(0)).value());
  EXPECT_FALSE(std::filesystem::exists(part(0)));
  feed_.down = true;
  ASSERT_TRUE(bring({0, 1}));
  EXPECT_EQ(sources_, (Sources{.cache = 2}));
}

TEST_F(ChunkCache, ALaterLifeGoesOnAtTheByteWhereTheEarlierOneWasKilled) {
  put(part(2), feed_.catalogue.bytes(ChunkId(2)).value().substr(0, 123));
  ASSERT_TRUE(bring({2}));
  EXPECT_EQ(sources_, (Sources{.server = 1, .streamed = bytes(2) - 123}));
  EXPECT_FALSE(std::filesystem::exists(part(2)));
  feed_.down = true;
  EXPECT_TRUE(bring({2}));
}

TEST_F(ChunkCache, ABrokenTransferLeavesItsPart) {
  feed_.bytes_until_break = 100;
  const FetchChunk once = feed_.fetch();
  ChunkShelf shelf = feed_.shelf({.folder = folder_.path(), .attempts = 1});
  const auto held = shelf.bring(ids({2}), [&](ChunkId chunk, std::uint64_t offset, const auto& on_part) {
    return offset > 0 ? Status(run_failed("gone")) : once(chunk, offset, on_part);
  });
  EXPECT_FALSE(held);
  EXPECT_EQ(bytes_of(part(2)), feed_.catalogue.bytes(ChunkId(2)).value().substr(0, 100));
}

TEST_F(ChunkCache, WhatIsWrongIsFetchedAgain) {
  const std::string good = feed_.catalogue.bytes(ChunkId(0)).value();
  std::string bad = good;
  bad[100] ^= 4;
  put(cached(0), bad);
  ASSERT_TRUE(bring({0}));
  EXPECT_EQ(sources_.server, 1U);
  EXPECT_EQ(bytes_of(cached(0)), good);
  EXPECT_THAT(feed_.said, ElementsAre("chunk 0 in " + cached(0).string() +
                                      ": the checksum does not fit; it comes from the server again"));
  put(cached(0), good.substr(0, 100));  // and one that is too short
  ASSERT_TRUE(bring({0}));
  EXPECT_EQ(bytes_of(cached(0)), good);
  // A part with a wrong byte is seen when it is whole.
  put(part(1), std::string(50, 'x'));
  ASSERT_TRUE(bring({1}));
  EXPECT_EQ(sources_.streamed, bytes(1) - 50 + bytes(1));
  EXPECT_EQ(bytes_of(cached(1)), feed_.catalogue.bytes(ChunkId(1)).value());
  // One that is too long is none.
  put(part(2), std::string(100'000, 'x'));
  ASSERT_TRUE(bring({2}));
  EXPECT_EQ(sources_.streamed, bytes(2));
  // One that is whole and was not renamed any more.
  put(part(3), feed_.catalogue.bytes(ChunkId(3)).value());
  feed_.down = true;
  EXPECT_TRUE(bring({3}));
  EXPECT_EQ(bytes_of(cached(3)), feed_.catalogue.bytes(ChunkId(3)).value());
}

TEST_F(ChunkCache, AFullDiskIsSaidAndTheWorkerWorks) {
  {
    const test::FullDisk full(150);
    ASSERT_TRUE(bring({0}));
  }
  EXPECT_THAT(feed_.said, ElementsAre(HasSubstr("File too large; the worker goes on without keeping it")));
  EXPECT_FALSE(std::filesystem::exists(cached(0)));
  EXPECT_FALSE(std::filesystem::exists(part(0)));
}

TEST_F(ChunkCache, APartThatAnotherWorkerIsWritingIsLeftToIt) {
  put(part(0), "of somebody else");
  const int file = ::open(part(0).c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(file, LOCK_EX), 0);
  ASSERT_TRUE(bring({0}));
  EXPECT_EQ(sources_.server, 1U);
  EXPECT_EQ(bytes_of(part(0)), "of somebody else");
  ::close(file);
}

TEST_F(ChunkCache, AFolderThatCannotBeWrittenIsNoError) {
  // A file in the place of the folder stops even the one who may do everything.
  put(folder_.path() / feed_.catalogue.digest(), "a file");
  ASSERT_TRUE(bring({0, 5}));
  EXPECT_EQ(sources_.server, 2U);
  EXPECT_THAT(feed_.said, ElementsAre());
}

}  // namespace
}  // namespace gleaner
