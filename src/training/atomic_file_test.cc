#include "training/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "support/output_folder.h"
#include "training/digest.h"

namespace gleaner {
namespace {

using ::gleaner::test::bytes_of;
using ::gleaner::test::FullDisk;
using ::gleaner::test::OutputFolder;
using ::testing::HasSubstr;

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

TEST(AtomicFile, AFullDiskLeavesTheOldContentAndNothingElse) {
  const OutputFolder folder;
  const auto path = folder.path() / "file";
  ASSERT_TRUE(write_atomically(path, "old").ok());
  Status status;
  {
    const FullDisk full(1000);
    status = write_atomically(path, std::string(5000, 'x'));
  }
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, Error::Kind::run_failed);
  EXPECT_THAT(status.error().what, HasSubstr(path.string() + ": File too large"));
  EXPECT_EQ(bytes_of(path), "old");
  EXPECT_EQ(folder.files(), 1U);
}

TEST(AtomicFile, JoinsPieces) {
  const OutputFolder folder;
  const auto path = folder.path() / "file";
  ASSERT_TRUE(write_atomically(path, std::array<std::string_view, 3>{"ab", "", "c"}).ok());
  EXPECT_EQ(bytes_of(path), "abc");
}

TEST(AtomicFile, WritesToDevicesWithoutReplacingThem) {
  EXPECT_TRUE(write_atomically("/dev/null", "x").ok());
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  EXPECT_FALSE(write_atomically("/dev/full", "x").ok());
}

TEST(ReadWholeFile, GivesEveryByteOrSaysWhyNot) {
  const OutputFolder folder;
  const auto path = folder.path() / "file";
  std::string bytes(3'000'001, 'a');
  for (std::size_t i = 0; i < bytes.size(); i += 7) bytes[i] = static_cast<char>(i);
  ASSERT_TRUE(write_atomically(path, bytes).ok());
  EXPECT_TRUE(read_whole_file(path).value() == bytes);
  ASSERT_TRUE(write_atomically(path, "").ok());
  EXPECT_EQ(read_whole_file(path).value(), "");
  EXPECT_THAT(read_whole_file(folder.path() / "no").error().what, HasSubstr("no: No such file"));
  EXPECT_THAT(read_whole_file(folder.path()).error().what, HasSubstr("Is a directory"));
}

TEST(Digest, IsSha256) {
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(std::array<std::string_view, 3>{"a", "", "bc"}), sha256("abc"));
}

}  // namespace
}  // namespace gleaner
