#include "data/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "data/test_files.h"

namespace gleaner {
namespace {

using ::gleaner::test::content_of;
using ::gleaner::test::TempFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Dataset> read_idx(const std::filesystem::path& images, const std::filesystem::path& labels) {
  return load_dataset({.format = DataFormat::idx, .data = images, .labels = labels});
}

std::string bytes(std::initializer_list<int> values) {
  std::string s;
  for (const int v : values) s += static_cast<char>(v);
  return s;
}

// Three images of 2 x 2 pixels, and their labels.
const std::string kImages = bytes({0, 0,   8,  3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2,  //
                                   0, 255, 51, 1, 2, 3, 4, 5, 6, 7, 8, 9});
const std::string kLabels = bytes({0, 0, 8, 1, 0, 0, 0, 3, 1, 0, 4});

TEST(Idx, ReadsPixelsAsSharesOf255) {
  const TempFolder folder;
  const Result<Dataset> data = read_idx(folder.file("images", kImages), folder.file("labels", kLabels));
  ASSERT_TRUE(data.ok()) << data.error().sentence();
  EXPECT_EQ(data.value().rows, 3U);
  EXPECT_EQ(data.value().features, 4U);
  EXPECT_EQ(data.value().classes, 3U);
  EXPECT_EQ(data.value().name, "images");
  EXPECT_FALSE(data.value().is_sparse());
  EXPECT_THAT(data.value().labels, ElementsAre(1, 0, 2));
  EXPECT_THAT(data.value().class_names, ElementsAre("0", "1", "4"));
  EXPECT_EQ(data.value().dense.size(), 12U);
  EXPECT_EQ(data.value().dense[1], 1.0F);
  EXPECT_EQ(data.value().dense[2], 0.2F);
}

TEST(Idx, ReadsGzipWhateverItsName) {
  const TempFolder folder;
  const auto plain = read_idx(folder.file("a", kImages), folder.file("b", kLabels));
  auto packed = read_idx(folder.gzip_file("c", kImages), folder.gzip_file("d", kLabels));
  ASSERT_TRUE(packed.ok()) << packed.error().sentence();
  EXPECT_EQ(plain.value().dense, packed.value().dense);
  EXPECT_EQ(plain.value().labels, packed.value().labels);
}

TEST(Idx, SaysWhatIsWrongAndWhere) {
  const TempFolder folder;
  const auto labels = folder.file("labels", kLabels);
  const auto error = [&](const std::string& images) {
    const Result<Dataset> data = read_idx(folder.file("images", images), labels);
    EXPECT_FALSE(data.ok());
    return data.ok() ? std::string() : data.error().sentence();
  };
  EXPECT_THAT(error(""), HasSubstr("images: at byte 0: the file ends within its first 4 bytes"));
  EXPECT_THAT(error("PNG!"), HasSubstr("expected 00 00 08"));
  EXPECT_THAT(error(kLabels), HasSubstr("expected 00 00 08 02..04 for images"));
  EXPECT_THAT(error(kImages.substr(0, 9)), HasSubstr("at byte 9: the file ends within its header"));
  EXPECT_THAT(error(kImages.substr(0, 20)), HasSubstr("found 4 bytes of data, but the header promises more"));
  EXPECT_THAT(error(kImages + "x"), HasSubstr("found 13 bytes of data, but the header promises 12"));
  EXPECT_THAT(error(bytes({0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 1, 7, 7})), HasSubstr("2 samples, but"));
  EXPECT_THAT(error(bytes({0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 1})), HasSubstr("0 samples, but"));
}

TEST(Idx, NeverBelievesAHugeHeader) {
  const TempFolder folder;
  const std::string huge = bytes({0, 0, 8, 4}) + std::string(16, '\xFF') + "abc";
  EXPECT_FALSE(read_idx(folder.file("images", huge), folder.file("labels", kLabels)).ok());
}

TEST(Idx, NamesAFileThatIsNotThere) {
  const TempFolder folder;
  const Result<Dataset> data = read_idx(folder.path() / "nowhere", folder.file("labels", kLabels));
  ASSERT_FALSE(data.ok());
  EXPECT_THAT(data.error().sentence(), HasSubstr("nowhere: No such file"));
  EXPECT_FALSE(read_idx(folder.path(), folder.file("labels", kLabels)).ok());
}

TEST(Idx, NoticesBrokenGzip) {
  const TempFolder folder;
  const std::string packed = content_of(folder.gzip_file("whole", kImages));
  const auto labels = folder.file("labels", kLabels);
  EXPECT_THAT(read_idx(folder.file("cut", packed.substr(0, packed.size() - 9)), labels).error().what,
              HasSubstr("too early"));
  std::string flipped = packed;
  flipped[packed.size() - 6] = static_cast<char>(flipped[packed.size() - 6] ^ 1);  // within the checksum
  EXPECT_FALSE(read_idx(folder.file("flipped", flipped), labels).ok());
}

RC_GTEST_PROP(Idx, SurvivesCutAndChangedFiles, ()) {
  const TempFolder folder;
  const bool packed = *rc::gen::arbitrary<bool>();
  std::string images = packed ? content_of(folder.gzip_file("whole", kImages)) : kImages;
  images.resize(*rc::gen::inRange<std::size_t>(0, images.size() + 1));
  for (int changes = *rc::gen::inRange(0, 4); changes > 0 && !images.empty(); --changes)
    images[*rc::gen::inRange<std::size_t>(0, images.size())] = *rc::gen::arbitrary<char>();
  const Result<Dataset> data = read_idx(folder.file("images", images), folder.file("labels", kLabels));
  if (data.ok()) {
    RC_ASSERT(data.value().dense.size() == data.value().rows * data.value().features);
    RC_ASSERT(data.value().labels.size() == data.value().rows);
  } else {
    RC_ASSERT(data.error().what.find("images") != std::string::npos);
    RC_ASSERT(!data.error().cure.empty());
  }
}

}  // namespace
}  // namespace gleaner
