#include "feed/chunk_shelf.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "feed/chunk_file.h"
#include "support/draws.h"
#include "support/feed.h"
#include "support/output_folder.h"

namespace gleaner {
namespace {

using test::bytes_of;
using test::Feed;
using test::held_bytes;
using test::ids;
using test::OutputFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using Sources = ChunkShelf::Sources;

void expect_chunks(const Feed& feed, const Result<std::shared_ptr<const HeldChunks>>& held,
                   const std::vector<std::uint32_t>& numbers) {
  ASSERT_TRUE(held) << held.error().sentence();
  std::size_t rows = 0;
  for (std::uint32_t i = 0; i < feed.catalogue.entries().size(); ++i) {
    const bool wanted = std::find(numbers.begin(), numbers.end(), i) != numbers.end();
    ASSERT_EQ(held.value()->holds(ChunkId(i)), wanted) << i;
    if (!wanted) continue;
    EXPECT_EQ(held_bytes(*held.value(), i), feed.catalogue.bytes(ChunkId(i)).value()) << i;
    rows += feed.catalogue.entries()[i].rows;
  }
  EXPECT_EQ(held.value()->data.rows, rows);
}

TEST(ChunkShelf, StreamsWhatItHasNot) {
  Feed feed;
  ChunkShelf shelf = feed.shelf();
  expect_chunks(feed, shelf.bring(ids({0, 2, 3}), feed.fetch()), {0, 2, 3});
  const std::uint64_t bytes = 3 * feed.catalogue.entries()[0].bytes;
  EXPECT_EQ(shelf.sources(), (Sources{.server = 3, .streamed = bytes}));
  EXPECT_THAT(feed.said, ElementsAre());
}

TEST(ChunkShelf, InAnotherPlaceFetchesOnlyWhatIsNewAndDropsWhatIsOld) {
  Feed feed;
  ChunkShelf shelf = feed.shelf();
  expect_chunks(feed, shelf.bring(ids({0, 1, 2}), feed.fetch()), {0, 1, 2});
  expect_chunks(feed, shelf.bring(ids({1, 2, 5}), feed.fetch()), {1, 2, 5});
  EXPECT_EQ(shelf.sources(),
            (Sources{.memory = 2, .server = 1, .streamed = feed.catalogue.entries()[5].bytes}));
  const auto before = shelf.bring(ids({5, 1, 2}), feed.fetch()).value();
  EXPECT_EQ(shelf.bring(ids({1, 2, 5}), feed.fetch()).value(), before);  // nothing is copied for nothing
  EXPECT_EQ(shelf.sources(), (Sources{.memory = 3}));
  expect_chunks(feed, shelf.bring(ids({0}), feed.fetch()), {0});  // was dropped, hence comes again
  EXPECT_EQ(feed.asked[ChunkId(0)], 2);
  EXPECT_EQ(feed.asked[ChunkId(1)], 1);
  expect_chunks(feed, shelf.bring({}, feed.fetch()), {});
}

RC_GTEST_PROP(ChunkShelf, WhateverPlacesAWorkerHasItHasTheirChunks, ()) {
  Feed feed({.sparse = test::any_between(0, 1) == 1,
             .rows = 30,
             .features = 4,
             .classes = test::any_between(0, 1) * 2,
             .nonzero = 0.5});
  feed.part_bytes = test::any_between(1, 90);
  feed.bytes_until_break = test::any_between(1, 200);
  const OutputFolder folder;
  ChunkShelf shelf =
      feed.shelf({.folder = test::any_between(0, 1) == 1 ? folder.path() : std::filesystem::path()});
  for (int place = 0; place < 5; ++place) {
    std::vector<std::uint32_t> wanted;
    for (std::uint32_t i = 0; i < 6; ++i) {
      if (test::any_between(0, 1) == 1) wanted.push_back(i);
    }
    expect_chunks(feed, shelf.bring(ids(wanted), feed.fetch()), wanted);
  }
}

TEST(ChunkShelf, GoesOnAtTheByteWhereATransferBrokeOff) {
  Feed feed;
  feed.bytes_until_break = 100;
  ChunkShelf shelf = feed.shelf();
  const std::uint64_t bytes = feed.catalogue.entries()[4].bytes;
  expect_chunks(feed, shelf.bring(ids({4}), feed.fetch()), {4});
  EXPECT_EQ(feed.asked[ChunkId(4)], static_cast<int>((bytes + 99) / 100));
  EXPECT_EQ(shelf.sources().streamed, bytes);
}

TEST(ChunkShelf, KeepsWhatCameWhenTheServerIsGone) {
  Feed feed;
  ChunkShelf shelf = feed.shelf({.attempts = 3});
  int parts = 0;
  const FetchChunk real = feed.fetch();
  // Dies in the second chunk, after one part of it.
  const FetchChunk dying = [&](ChunkId chunk, std::uint64_t offset, const auto& on_part) -> Status {
    if (chunk == ChunkId(1)) {
      if (parts++ > 0) return run_failed("connection refused");
      feed.bytes_until_break = feed.part_bytes;
    }
    return real(chunk, offset, on_part);
  };
  const auto failed = shelf.bring(ids({0, 1}), dying);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, Error::Kind::run_failed);
  EXPECT_EQ(failed.error().what, "chunk 1 of the data did not come: connection refused");
  EXPECT_EQ(parts, 1 + 3);
  feed.bytes_until_break = ~std::uint64_t{0};
  expect_chunks(feed, shelf.bring(ids({0, 1}), feed.fetch()), {0, 1});
  EXPECT_EQ(
      shelf.sources(),
      (Sources{.memory = 1, .server = 1, .streamed = feed.catalogue.entries()[1].bytes - feed.part_bytes}));
}

TEST(ChunkShelf, AChunkWithAWrongChecksumComesAgainAndNotForEver) {
  Feed feed;
  feed.damage = 2;
  ChunkShelf shelf = feed.shelf({.attempts = 3});
  expect_chunks(feed, shelf.bring(ids({0}), feed.fetch()), {0});
  EXPECT_EQ(feed.asked[ChunkId(0)], 3);
  feed.damage = 1000;
  feed.bytes_until_break = 100;  // progress alone is no reason to go on
  const auto failed = shelf.bring(ids({1}), feed.fetch());
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().what, HasSubstr("the checksum of chunk 1 does not fit"));
}

TEST(ChunkShelf, PartsThatDoNotFitAreRefused) {
  Feed feed;
  ChunkShelf shelf = feed.shelf({.attempts = 1});
  const std::uint64_t size = feed.catalogue.entries()[0].bytes;
  for (const DataPart& wrong : {DataPart{ChunkId(1), 0, size, "abc"}, DataPart{ChunkId(0), 1, size, "abc"},
                                DataPart{ChunkId(0), 0, size + 1, "abc"},
                                DataPart{ChunkId(0), 0, size, std::string(size + 1, 'x')}}) {
    bool stopped = false;
    const FetchChunk fetch = [&](ChunkId, std::uint64_t, const auto& on_part) -> Status {
      stopped = !on_part(wrong);
      return {};
    };
    const auto failed = shelf.bring(ids({0}), fetch);
    ASSERT_FALSE(failed);
    EXPECT_THAT(failed.error().what, HasSubstr("where byte 0 of"));
    EXPECT_TRUE(stopped);
  }
  const FetchChunk silent = [](ChunkId, std::uint64_t, const auto&) { return Status(); };
  EXPECT_THAT(shelf.bring(ids({0}), silent).error().what, HasSubstr("ended at byte 0 of"));
}

TEST(ChunkShelf, TellsHowFarItIsAndStopsWhenAsked) {
  Feed feed;
  std::vector<std::uint64_t> told;
  std::uint64_t total = 0;
  bool go = true;
  ChunkShelf shelf = feed.shelf({.progress =
                                     [&](std::uint64_t bytes, std::uint64_t all) {
                                       told.push_back(bytes);
                                       total = all;
                                     },
                                 .keep_going = [&] { return go; }});
  ASSERT_TRUE(shelf.bring(ids({0, 1}), feed.fetch()));
  EXPECT_EQ(total, 2 * feed.catalogue.entries()[0].bytes);
  EXPECT_EQ(told.front(), 0U);
  EXPECT_EQ(told.back(), total);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_GE(told.size(), total / feed.part_bytes);
  go = false;
  EXPECT_FALSE(shelf.bring(ids({2}), feed.fetch()));
  EXPECT_EQ(feed.asked[ChunkId(2)], 1);
}

TEST(ChunkShelf, MakesNoRoomForWhatNoMachineHas) {
  Feed feed;
  RunSetup setup = feed.setup();
  setup.chunks[1].bytes = std::uint64_t{1} << 50;
  ChunkShelf shelf = ChunkShelf::make(setup, {}).value();
  EXPECT_THAT(shelf.bring(ids({0, 1}), feed.fetch()).error().what, HasSubstr("MiB of memory"));
  EXPECT_TRUE(feed.asked.empty());
  const auto refusal = [&](auto change) {
    RunSetup wrong = feed.setup();
    change(wrong);
    return ChunkShelf::make(wrong, {}).error().what;
  };
  EXPECT_THAT(refusal([](RunSetup& s) { s.chunks[1].rows = 0; }), HasSubstr("chunk 1 has no rows"));
  EXPECT_THAT(refusal([](RunSetup& s) { s.chunks[1].rows = 1000; }), HasSubstr("chunk 1 has 1000 rows in"));
  EXPECT_THAT(refusal([](RunSetup& s) { s.chunks[1].offset = ~std::uint64_t{0}; }),
              HasSubstr("ends nowhere"));
  EXPECT_THAT(refusal([](RunSetup& s) { s.data_digest = "../../etc/passwd"; }), HasSubstr("hexadecimal"));
}

TEST(ChunkShelf, ReadsItsChunksFromTheSharedFile) {
  Feed feed;
  const OutputFolder folder;
  ASSERT_TRUE(write_chunk_file(folder.path(), feed.catalogue).ok());
  feed.down = true;
  ChunkShelf shelf = feed.shelf({.folder = folder.path()});
  expect_chunks(feed, shelf.bring(ids({1, 4}), feed.fetch()), {1, 4});
  EXPECT_EQ(shelf.sources(), (Sources{.file = 2}));
  EXPECT_EQ(folder.files(), 1U);  // nothing is kept twice
}

TEST(ChunkShelf, SaysWhatIsWrongWithTheSharedFileAndStreams) {
  Feed feed;
  const OutputFolder folder;
  ASSERT_TRUE(write_chunk_file(folder.path(), feed.catalogue).ok());
  const auto path = chunk_file_path(folder.path(), feed.catalogue.digest());
  std::string bytes = bytes_of(path);
  bytes[feed.catalogue.entries()[1].offset + 80] ^= 1;
  std::ofstream(path, std::ios::binary) << bytes;
  ChunkShelf shelf = feed.shelf({.folder = folder.path()});
  expect_chunks(feed, shelf.bring(ids({1, 4}), feed.fetch()), {1, 4});
  EXPECT_EQ(shelf.sources(),
            (Sources{.file = 1, .server = 1, .streamed = feed.catalogue.entries()[1].bytes}));
  EXPECT_THAT(feed.said, ElementsAre("chunk 1 in " + path.string() +
                                     ": the checksum does not fit; it is taken from elsewhere"));
}

}  // namespace
}  // namespace gleaner
