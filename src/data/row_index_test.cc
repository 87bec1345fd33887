#include "data/row_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "data/sample_files.h"
#include "support/shared_data.h"

namespace gleaner {
namespace {

using ::gleaner::test::sample_files;
using ::gleaner::test::SampleFile;
using ::gleaner::test::spec_of;
using ::gleaner::test::TempFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class T>
void append(std::vector<T>& all, const std::vector<T>& part) {
  all.insert(all.end(), part.begin(), part.end());
}

// Rows behind rows; everything else must be the same in both.
void append(Dataset& all, Dataset part) {
  all.rows += part.rows;
  append(all.dense, part.dense);
  append(all.labels, part.labels);
  append(all.targets, part.targets);
  const std::uint64_t base = all.columns.size();
  for (std::size_t i = 1; i < part.offsets.size(); ++i) all.offsets.push_back(base + part.offsets[i]);
  append(all.columns, part.columns);
  append(all.values, part.values);
}

Result<Dataset> read_in_parts(const DataSpec& spec, const RowIndex& index,
                              const std::vector<std::size_t>& cuts) {
  Result<Dataset> all = read_rows(spec, index, {cuts[0], cuts[1]});
  for (std::size_t i = 2; all && i < cuts.size(); ++i) {
    Result<Dataset> part = read_rows(spec, index, {cuts[i - 1], cuts[i]});
    if (!part) return part.error();
    EXPECT_EQ(part.value().schema(), all.value().schema());
    append(all.value(), std::move(part).value());
  }
  return all;
}

TEST(RowIndex, SaysWhereTheRowsAre) {
  const TempFolder folder;
  const DataSpec spec{.data = folder.file("f", "# x\n0 1:1\n\n1 7:1\n")};
  const RowIndex index = index_rows(spec).value();
  EXPECT_EQ(index.rows, 2U);
  EXPECT_THAT(index.offsets, ElementsAre(4, 11, 17));
  EXPECT_THAT(index.lines, ElementsAre(2, 4));
  EXPECT_EQ(index.schema.features, 7U);
  EXPECT_THAT(index.schema.class_names, ElementsAre("0", "1"));
  EXPECT_FALSE(index.compressed);
}

// The property that the index exists for: any partition, put together, is the whole.
RC_GTEST_PROP(RowIndex, AnyPartitionIsTheWhole, ()) {
  const std::vector<SampleFile> files = sample_files();
  const auto which = *rc::gen::inRange<std::size_t>(0, files.size());
  const bool gzip = *rc::gen::arbitrary<bool>();
  const TempFolder folder;
  const DataSpec spec = spec_of(files[which], folder, gzip);
  const Result<Dataset> whole = load_dataset(spec);
  if (!whole) RC_FAIL(whole.error().sentence());
  const Result<RowIndex> index = index_rows(spec);
  if (!index) RC_FAIL(index.error().sentence());
  RC_ASSERT(index.value().rows == 7U);
  RC_ASSERT(index.value().schema == whole.value().schema());
  RC_ASSERT(index.value().compressed == gzip);
  std::vector<std::size_t> cuts =
      *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 8));
  cuts.push_back(0);
  cuts.push_back(7);
  std::sort(cuts.begin(), cuts.end());
  const Result<Dataset> parts = read_in_parts(spec, index.value(), cuts);
  if (!parts) RC_FAIL(parts.error().sentence());
  RC_ASSERT(parts.value() == whole.value());
}

// Longer than the buffers of the readers, so that rows lie across their borders.
TEST(RowIndex, AFileOfManyBuffers) {
  const TempFolder folder;
  std::string text = "a,b,y\n";
  for (int i = 0; i < 200'000; ++i)
    text += std::to_string(i) + ".25," + std::to_string(i % 97) + (i % 3 == 0 ? ",0\n" : ",1\n");
  for (const bool gzip : {false, true}) {
    const DataSpec spec{.data = gzip ? folder.gzip_file("z.csv", text) : folder.file("p.csv", text)};
    const RowIndex index = index_rows(spec).value();
    EXPECT_EQ(index.rows, 200'000U);
    const Dataset part = read_rows(spec, index, {150'001, 150'003}).value();
    EXPECT_THAT(part.dense, ElementsAre(150'001.25F, 150'001 % 97, 150'002.25F, 150'002 % 97));
    EXPECT_EQ(read_in_parts(spec, index, {0, 70'000, 140'000, 200'000}).value().dense,
              load_dataset(spec).value().dense);
  }
}

TEST(RowIndex, ALineOfManyBuffers) {
  const TempFolder folder;
  std::string text = "0 1:1\n1";
  for (int i = 2; i < 400'000; ++i) text += " " + std::to_string(i) + ":1";
  const DataSpec spec{.data = folder.file("f", text + "\n0 1:1\n")};
  const RowIndex index = index_rows(spec).value();
  EXPECT_EQ(index.schema.features, 399'999U);
  EXPECT_EQ(read_in_parts(spec, index, {0, 1, 2, 3}).value(), load_dataset(spec).value());
}

TEST(RowIndex, ErrorsNameTheLineInTheFileAndNotInTheRange) {
  const TempFolder folder;
  const DataSpec spec{.data = folder.file("f.csv", "a,b,y\n1,2,0\n\n3,4,1\n5,red,0\n")};
  const RowIndex index = index_rows(spec).value();
  EXPECT_TRUE(read_rows(spec, index, {0, 2}).ok());
  EXPECT_THAT(read_rows(spec, index, {1, 3}).error().what, HasSubstr("f.csv:5: column 'b' has 'red'"));
}

TEST(RowIndex, OfATestFileGoesByTheTrainingSet) {
  const TempFolder folder;
  const DataSpec spec{.data = folder.file("f", "1 2:1\n1 1:1\n"), .schema = Schema{9, {"0", "1"}}};
  const RowIndex index = index_rows(spec).value();
  EXPECT_THAT(read_rows(spec, index, {1, 2}).value().labels, ElementsAre(1));
  EXPECT_EQ(read_rows(spec, index, {1, 2}).value().features, 9U);
}

TEST(RowIndex, RefusesRowsThatAreNotThereAndFilesThatChanged) {
  for (const SampleFile& file : sample_files()) {
    const TempFolder folder;
    const DataSpec spec = spec_of(file, folder, false);
    const RowIndex index = index_rows(spec).value();
    EXPECT_THAT(read_rows(spec, index, {5, 8}).error().what, HasSubstr("has 7 rows, but rows 5..8"));
    EXPECT_FALSE(read_rows(spec, index, {5, 4}).ok());
    folder.file("data", file.data + "\n");
    EXPECT_THAT(read_rows(spec, index, {0, 1}).error().what, HasSubstr("data has changed")) << file.name;
  }
}

TEST(RowIndex, NoticesArraysOfAnotherLength) {
  for (const SampleFile& file : sample_files()) {
    if (file.labels.empty()) continue;
    for (const std::string& data : {file.data + "x", file.data.substr(0, file.data.size() - 1)}) {
      for (const bool gzip : {false, true}) {
        SampleFile broken = file;
        broken.data = data;
        const TempFolder folder;
        const DataSpec spec = spec_of(broken, folder, gzip);
        EXPECT_THAT(index_rows(spec).error().what, HasSubstr("header")) << file.name << gzip;
        EXPECT_THAT(load_dataset(spec).error().what, HasSubstr("header")) << file.name << gzip;
      }
    }
  }
}

TEST(RowIndex, OfTheReferenceSets) {
  GLEANER_SHARED_FILE(sparse, "data/a8a");
  GLEANER_SHARED_FILE(images, "data/t10k-images-idx3-ubyte.gz");
  GLEANER_SHARED_FILE(labels, "data/t10k-labels-idx1-ubyte.gz");
  for (const DataSpec& spec : {DataSpec{.data = sparse}, DataSpec{.data = images, .labels = labels}}) {
    const RowIndex index = index_rows(spec).value();
    const Dataset whole = load_dataset(spec).value();
    EXPECT_EQ(read_in_parts(spec, index, {0, index.rows / 3, index.rows / 2, index.rows}).value(), whole);
  }
}

}  // namespace
}  // namespace gleaner
