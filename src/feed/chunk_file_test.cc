#include "feed/chunk_file.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/split.h"
#include "support/feed.h"
#include "support/output_folder.h"
#include "training/digest.h"
#include "wire/segment_header.h"

namespace gleaner {
namespace {

using test::bytes_of;
using test::DataKind;
using test::Feed;
using test::OutputFolder;
using testing::HasSubstr;

void flip(const std::filesystem::path& path, std::uint64_t byte) {
  std::string bytes = bytes_of(path);
  bytes[byte] = static_cast<char>(bytes[byte] ^ 16);
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(Catalogue, ListsTheChunksWithTheirChecksums) {
  const Feed feed;
  std::string all;
  std::uint64_t offset = kChunkFileHeaderBytes;
  for (std::uint32_t i = 0; i < 6; ++i) {
    const std::string bytes = chunk_bytes(feed.data, part_of(60, i, 6));
    const ChunkEntry& entry = feed.catalogue.entries()[i];
    EXPECT_EQ(entry, (ChunkEntry{10, offset, bytes.size(), chunk_crc(bytes)}));
    EXPECT_EQ(feed.catalogue.bytes(ChunkId(i)).value(), bytes);
    offset += bytes.size();
    all += bytes;
  }
  EXPECT_EQ(feed.catalogue.digest(), hex(sha256(all)).substr(0, 16));
  EXPECT_EQ(chunk_crc("123456789"), 0xe3069283U);  // of CRC-32C, in every list of checksums
}

TEST(Catalogue, TheDigestFollowsFromDataAndCut) {
  const DataKind kind{.rows = 60, .features = 5, .classes = 3};
  const std::string digest = Feed(kind, 6).catalogue.digest();
  EXPECT_EQ(Feed(kind, 6).catalogue.digest(), digest);
  EXPECT_NE(Feed(kind, 5).catalogue.digest(), digest);
  Dataset other = test::random_dataset(kind);
  other.dense[77] += 1;
  EXPECT_NE(Catalogue::make(other, 6).value().digest(), digest);
  EXPECT_FALSE(Catalogue::make(other, 61).ok());
}

TEST(Catalogue, SendsAChunkInPartsFromAnyByteOn) {
  const Feed feed({.rows = 40, .features = 20000, .classes = 0}, 2);  // 1.6 MB each
  const std::string whole = feed.catalogue.bytes(ChunkId(1)).value();
  for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{12345}}) {
    std::string got = whole.substr(0, first);
    while (true) {
      const DataPart part = feed.catalogue.part({ChunkId(1), got.size()}).value();
      EXPECT_EQ(part.offset, got.size());
      EXPECT_EQ(part.size, whole.size());
      EXPECT_LE(part.bytes.size(), kDataPartBytes);
      got += part.bytes;
      if (part.bytes.empty()) break;
    }
    EXPECT_EQ(got, whole);
  }
  EXPECT_THAT(feed.catalogue.part({ChunkId(2), 0}).error().what, HasSubstr("no chunk 2, only 2"));
  EXPECT_THAT(feed.catalogue.part({ChunkId(0), whole.size() + 1}).error().what, HasSubstr("no byte"));
}

TEST(ChunkFile, HoldsEveryChunkAtItsPlace) {
  for (const bool sparse : {false, true}) {
    const Feed feed({.sparse = sparse, .rows = 50, .features = 30, .classes = 2, .nonzero = 0.3});
    const OutputFolder folder;
    EXPECT_TRUE(write_chunk_file(folder.path(), feed.catalogue).value());
    const auto path = chunk_file_path(folder.path(), feed.catalogue.digest());
    EXPECT_EQ(path.filename(), feed.catalogue.digest() + ".chunks");
    for (std::uint32_t i = 0; i < 6; ++i) {
      const auto read = read_chunk_range(path, ChunkId(i), feed.catalogue.entries()[i]);
      ASSERT_TRUE(read) << read.error().sentence();
      EXPECT_EQ(read.value(), feed.catalogue.bytes(ChunkId(i)).value());
    }
    EXPECT_EQ(folder.files(), 1U);
  }
}

TEST(ChunkFile, IsLeftAloneWhereItIsWholeAndMadeAgainWhereNot) {
  const Feed feed;
  const OutputFolder folder;
  const auto path = chunk_file_path(folder.path(), feed.catalogue.digest());
  ASSERT_TRUE(write_chunk_file(folder.path(), feed.catalogue).value());
  const std::string good = bytes_of(path);
  EXPECT_FALSE(write_chunk_file(folder.path(), feed.catalogue).value());
  for (const std::size_t byte : {std::size_t{3}, std::size_t{70}, good.size() - 1}) {
    flip(path, byte);
    EXPECT_TRUE(write_chunk_file(folder.path(), feed.catalogue).value());
    EXPECT_EQ(bytes_of(path), good);
  }
  std::filesystem::resize_file(path, good.size() - 1);
  EXPECT_TRUE(write_chunk_file(folder.path(), feed.catalogue).value());
  EXPECT_EQ(bytes_of(path), good);
}

TEST(ChunkFile, ErrorsNameFileAndChunk) {
  const Feed feed;
  const OutputFolder folder;
  const auto path = chunk_file_path(folder.path(), feed.catalogue.digest());
  const ChunkEntry& entry = feed.catalogue.entries()[5];
  const auto error = [&] { return read_chunk_range(path, ChunkId(5), entry).error().what; };
  EXPECT_EQ(error(), "chunk 5 in " + path.string() + ": No such file or directory");
  ASSERT_TRUE(write_chunk_file(folder.path(), feed.catalogue).ok());
  flip(path, entry.offset + 60);
  EXPECT_EQ(error(), "chunk 5 in " + path.string() + ": the checksum does not fit");
  EXPECT_TRUE(read_chunk_range(path, ChunkId(4), feed.catalogue.entries()[4]).ok());
  std::filesystem::resize_file(path, entry.offset + 60);
  EXPECT_THAT(error(), HasSubstr("bytes and ends too soon"));
  const Status status = [&]() -> Status {
    const auto written = write_chunk_file(folder.path() / "nowhere", feed.catalogue);
    return written ? Status() : Status(written.error());
  }();
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().what, HasSubstr("nowhere"));
}

TEST(ChunkFile, AFullDiskLeavesNothing) {
  const Feed feed;
  const OutputFolder folder;
  {
    const test::FullDisk full(200);
    EXPECT_FALSE(write_chunk_file(folder.path(), feed.catalogue).ok());
  }
  EXPECT_EQ(folder.files(), 0U);
}

}  // namespace
}  // namespace gleaner
