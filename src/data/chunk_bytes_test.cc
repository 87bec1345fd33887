#include "data/chunk_bytes.h"

#include <cstring>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "data/split.h"
#include "support/draws.h"
#include "support/random_dataset.h"

namespace gleaner {
namespace {

using test::DataKind;
using test::random_dataset;
using testing::HasSubstr;

ChunkShape shape_of(const Dataset& data, IndexRange rows) {
  return {rows.size(), data.features, data.classes};
}

DataKind any_kind() {
  return {.sparse = test::any_between(0, 1) == 1,
          .rows = test::any_between(1, 40),
          .features = test::any_between(1, 12),
          .classes = test::any_between(0, 1) == 1 ? test::any_between(2, 4) : 0,
          .nonzero = static_cast<double>(test::any_between(0, 4)) / 4,
          .seed = test::any_between(1, 1000)};
}

Dataset cut(const Dataset& data, IndexRange rows) {
  Dataset part;
  append_rows(data, rows, part);
  part.name.clear();
  part.class_names.clear();
  return part;
}

RC_GTEST_PROP(ChunkBytes, AreReadBackAsTheRowsThatWereWritten, ()) {
  const DataKind kind = any_kind();
  const Dataset data = random_dataset(kind);
  const std::size_t first = test::any_between(0, kind.rows - 1);
  const IndexRange rows{first, test::any_between(first + 1, kind.rows)};
  const Result<Dataset> read = read_chunk(chunk_bytes(data, rows), shape_of(data, rows), "it");
  RC_ASSERT(read.ok());
  RC_ASSERT(read.value() == cut(data, rows));
  // The same bytes from anywhere: they do not depend on what stands around the rows.
  RC_ASSERT(chunk_bytes(read.value(), {0, rows.size()}) == chunk_bytes(data, rows));
}

RC_GTEST_PROP(ChunkBytes, CanBeCopiedFromAnyByteOn, ()) {
  const Dataset data = random_dataset(any_kind());
  const ChunkBytes source(data, {0, data.rows});
  const std::string all = chunk_bytes(data, {0, data.rows});
  RC_ASSERT(all.size() == source.size());
  const std::size_t offset = test::any_between(0, all.size() + 3);
  std::string some(test::any_between(0, all.size() + 3), '#');
  const std::size_t got = source.copy(offset, some);
  RC_ASSERT(some.substr(0, got) == (offset < all.size() ? all.substr(offset, some.size()) : ""));
}

RC_GTEST_PROP(ChunkBytes, ADamagedByteIsAnErrorOrOtherSoundRows, ()) {
  const Dataset data = random_dataset(any_kind());
  const IndexRange rows{0, data.rows};
  std::string bytes = chunk_bytes(data, rows);
  if (test::any_between(0, 1) == 1) {
    bytes.resize(test::any_between(0, bytes.size() - 1));
    RC_ASSERT(!read_chunk(bytes, shape_of(data, rows), "it").ok());
  } else {
    bytes[test::any_between(0, bytes.size() - 1)] ^= static_cast<char>(test::any_between(1, 255));
    const Result<Dataset> read = read_chunk(bytes, shape_of(data, rows), "it");
    if (read.ok()) RC_ASSERT(chunk_bytes(read.value(), rows) == bytes);
  }
}

TEST(ChunkBytes, TheLayoutIsThatOfTheDocument) {
  Dataset data = random_dataset({.sparse = true, .rows = 2, .features = 3, .classes = 2, .nonzero = 0});
  data.labels = {1, 0};
  data.offsets = {0, 1, 1};
  data.columns = {2};
  data.values = {1.5F};
  const std::string bytes = chunk_bytes(data, {0, 2});
  using namespace std::string_literals;
  EXPECT_EQ(bytes,
            "GLNCHUNK\1\0\0\0\1\0\0\0"s                          // version, sparse, classes
            "\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0"s                  // rows, features
            "\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"s                  // classes, entries
            "\0\0\x80\x3f\0\0\0\0"s                              // labels
            "\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"s  // offsets
            "\2\0\0\0\0\0\xc0\x3f"s);                            // column, value
}

class BrokenChunk : public testing::Test {
 protected:
  static constexpr std::size_t kHeader = 48;
  // Of 3 rows x 4 features in 2 classes, with all numbers there.
  explicit BrokenChunk(bool sparse = false) { use(sparse); }
  void use(bool sparse) {
    data_ = random_dataset({.sparse = sparse, .rows = 3, .features = 4, .classes = 2});
    bytes_ = chunk_bytes(data_, {0, 3});
    shape_ = {3, 4, 2};
  }
  template <class T>
  void put(std::size_t at, T value) {
    std::memcpy(bytes_.data() + at, &value, sizeof(value));
  }
  std::string error() const {
    const Result<Dataset> read = read_chunk(bytes_, shape_, "chunk 7");
    return read ? "none" : read.error().sentence();
  }
  Dataset data_;
  std::string bytes_;
  ChunkShape shape_;
};

TEST_F(BrokenChunk, HeadersThatLieAreNamed) {
  put<std::uint32_t>(8, 2);
  EXPECT_THAT(error(), HasSubstr("chunk 7: is of version 2, expected 1"));
  use(false);
  put<char>(0, 'X');
  EXPECT_THAT(error(), HasSubstr("does not begin with GLNCHUNK"));
  use(false);
  put<std::uint16_t>(14, 1);
  EXPECT_THAT(error(), HasSubstr("flags that nobody knows"));
  use(false);
  put<char>(13, 1);
  EXPECT_THAT(error(), HasSubstr("classes and of targets"));
  use(false);
  put<std::uint64_t>(40, 1);
  EXPECT_THAT(error(), HasSubstr("entries of dense rows"));
  use(false);
  shape_.rows = 4;
  EXPECT_THAT(error(), HasSubstr("has 3 rows, expected 4"));
  shape_ = {3, 5, 2};
  EXPECT_THAT(error(), HasSubstr("has 4 features, expected 5"));
  shape_ = {3, 4, 3};
  EXPECT_THAT(error(), HasSubstr("has 2 classes, expected 3"));
}

TEST_F(BrokenChunk, ANumberOfRowsThatTheBytesDoNotHoldTakesNoMemory) {
  for (const bool sparse : {false, true}) {
    for (const std::uint64_t rows : {std::uint64_t{1} << 62, ~std::uint64_t{0}, std::uint64_t{4}}) {
      use(sparse);
      put(16, rows);
      shape_.rows = rows;
      EXPECT_THAT(error(), HasSubstr("bytes after the header are not what"));
    }
    use(sparse);
    put(24, std::uint64_t{1} << 62);
    shape_.features = std::uint64_t{1} << 62;
    EXPECT_EQ(error() == "none", sparse);  // of sparse rows it says nothing about their size
    use(sparse);
    bytes_ += "    ";
    EXPECT_THAT(error(), HasSubstr("bytes after the header"));
  }
}

TEST_F(BrokenChunk, LabelsAndNumbersAreLookedAt) {
  put(kHeader + 4, 2.0F);
  EXPECT_THAT(error(), HasSubstr("row 1 has the label 2, expected a whole number below 2"));
  put(kHeader + 4, 0.5F);
  EXPECT_THAT(error(), HasSubstr("row 1 has the label 0.5"));
  put(kHeader + 4, std::numeric_limits<float>::quiet_NaN());
  EXPECT_THAT(error(), HasSubstr("row 1 has the label nan"));
  use(false);
  put(kHeader + 12 + 8, -std::numeric_limits<float>::infinity());
  EXPECT_THAT(error(), HasSubstr("feature value 2 is -inf, expected a finite number"));
  data_ = random_dataset({.rows = 2});
  bytes_ = chunk_bytes(data_, {0, 2});
  shape_ = {2, 1, 0};
  put(kHeader, std::numeric_limits<float>::infinity());
  EXPECT_THAT(error(), HasSubstr("row 0 has the target inf"));
}

TEST_F(BrokenChunk, OffsetsAndColumnsAreLookedAt) {
  constexpr std::size_t kOffsets = kHeader + 3 * 4;
  constexpr std::size_t kColumns = kOffsets + 4 * 8;
  use(true);
  put<std::uint64_t>(kOffsets, 1);
  EXPECT_THAT(error(), HasSubstr("row offsets do not go from 0 to 12"));
  use(true);
  put<std::uint64_t>(kOffsets + 8, 9);
  EXPECT_THAT(error(), HasSubstr("row 1 ends before it begins"));
  use(true);
  put<std::uint64_t>(kOffsets + 8, 1'000'000);
  EXPECT_THAT(error(), HasSubstr("row 0 ends before it begins, or beyond the chunk"));
  use(true);
  put<std::uint32_t>(kColumns + 4 * 4 + 4, 0);
  EXPECT_THAT(error(), HasSubstr("row 1 has feature 0 after feature 0"));
  use(true);
  put<std::uint32_t>(kColumns + 3 * 4, 4);
  EXPECT_THAT(error(), HasSubstr("row 0 has feature 4 of 4"));
}

}  // namespace
}  // namespace gleaner
