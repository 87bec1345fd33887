#include "training/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>

#include "training/atomic_file.h"
#include "training/test_files.h"

namespace gleaner {
namespace {

using ::gleaner::test::bytes_of;
using ::gleaner::test::OutputFolder;
using ::testing::HasSubstr;

const std::vector<Objective::Part> kParts{{"weights", {3, 2}}, {"bias", {2}}};
const std::vector<float> kModel{1, 2, 3, 4, 5, -6.5F, 7, 8e-20F};

TEST(ModelFile, ReadsBackWhatItWrote) {
  const OutputFolder folder;
  const auto path = folder.path() / "model.npz";
  ASSERT_TRUE(save_npz(path, kParts, kModel).ok());
  const Result<std::vector<float>> model = load_npz(path, kParts);
  ASSERT_TRUE(model.ok()) << model.error().sentence();
  EXPECT_EQ(model.value(), kModel);
  EXPECT_EQ(folder.files(), 1U);
}

TEST(ModelFile, HoldsArraysAsNumpyWritesThem) {
  const OutputFolder folder;
  const auto path = folder.path() / "model.npz";
  ASSERT_TRUE(save_npz(path, kParts, kModel).ok());
  const std::string bytes = bytes_of(path);
  EXPECT_EQ(bytes.substr(0, 4), "PK\x03\x04");
  EXPECT_THAT(bytes, HasSubstr("weights.npy"));
  EXPECT_THAT(bytes, HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }"));
  EXPECT_THAT(bytes, HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"));
  const std::size_t magic = bytes.find("\x93NUMPY");
  ASSERT_NE(magic, std::string::npos);
  const std::size_t length = static_cast<unsigned char>(bytes[magic + 8]);
  EXPECT_EQ((10 + length) % 64, 0U);
  EXPECT_EQ(bytes[magic + 9 + length], '\n');
  EXPECT_EQ(bytes.substr(magic + 10 + length, 4), std::string("\0\0\x80\x3F", 4));  // 1.0F
}

TEST(ModelFile, EqualModelsGiveEqualBytes) {
  const OutputFolder folder;
  ASSERT_TRUE(save_npz(folder.path() / "a", kParts, kModel).ok());
  ASSERT_TRUE(save_npz(folder.path() / "b", kParts, kModel).ok());
  EXPECT_EQ(bytes_of(folder.path() / "a"), bytes_of(folder.path() / "b"));
}

TEST(ModelFile, ReplacesAnOlderModel) {
  const OutputFolder folder;
  const auto path = folder.path() / "model.npz";
  ASSERT_TRUE(save_npz(path, kParts, std::vector<float>(8, 0.0F)).ok());
  ASSERT_TRUE(save_npz(path, kParts, kModel).ok());
  EXPECT_EQ(load_npz(path, kParts).value(), kModel);
  EXPECT_EQ(folder.files(), 1U);
}

TEST(ModelFile, NamesThePathThatCannotBeWritten) {
  const OutputFolder folder;
  const auto path = folder.path() / "missing" / "model.npz";
  const Status status = save_npz(path, kParts, kModel);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().what, HasSubstr("missing/model.npz: No such file"));
  EXPECT_FALSE(save_npz(folder.path(), kParts, kModel).ok());  // a folder
}

TEST(ModelFile, NamesWhatDoesNotFit) {
  const OutputFolder folder;
  const auto path = folder.path() / "model.npz";
  EXPECT_THAT(load_npz(path, kParts).error().what, HasSubstr("model.npz: No such file"));
  ASSERT_TRUE(save_npz(path, kParts, kModel).ok());
  const std::vector<Objective::Part> other_shape{{"weights", {2, 3}}, {"bias", {2}}};
  EXPECT_THAT(load_npz(path, other_shape).error().what,
              HasSubstr("weights.npy is not of the type and shape"));
  const std::vector<Objective::Part> other_name{{"layer1", {3, 2}}};
  EXPECT_THAT(load_npz(path, other_name).error().what, HasSubstr("has no array layer1.npy"));
  std::ofstream(path) << "hello";
  EXPECT_FALSE(load_npz(path, kParts).ok());
}

RC_GTEST_PROP(ModelFile, SurvivesCutAndChangedFiles, ()) {
  const OutputFolder folder;
  const auto path = folder.path() / "model.npz";
  RC_ASSERT(save_npz(path, kParts, kModel).ok());
  std::string bytes = bytes_of(path);
  bytes.resize(*rc::gen::inRange<std::size_t>(bytes.size() / 2, bytes.size() + 1));
  for (int changes = *rc::gen::inRange(0, 4); changes > 0; --changes)
    bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
  std::ofstream(path, std::ios::binary) << bytes;
  const Result<std::vector<float>> model = load_npz(path, kParts);
  if (model.ok()) RC_ASSERT(model.value() == kModel);  // a checksum guards the numbers
}

TEST(AtomicFile, KeepsTheOldContentWhenItFails) {
  const OutputFolder folder;
  const auto path = folder.path() / "file";
  ASSERT_TRUE(write_atomically(path, "old").ok());
  ASSERT_TRUE(write_atomically(path, "new").ok());
  EXPECT_EQ(bytes_of(path), "new");
  std::filesystem::create_directory(folder.path() / "folder");
  EXPECT_FALSE(write_atomically(folder.path() / "folder", "x").ok());
  EXPECT_EQ(folder.files(), 2U);
}

TEST(AtomicFile, WritesToDevicesWithoutReplacingThem) {
  EXPECT_TRUE(write_atomically("/dev/null", "x").ok());
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  EXPECT_FALSE(write_atomically("/dev/full", "x").ok());
}

}  // namespace
}  // namespace gleaner
