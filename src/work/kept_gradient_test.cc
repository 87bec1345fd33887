#include "work/kept_gradient.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/line_objective.h"
#include "support/output_folder.h"
#include "work/gradient_store.h"

namespace gleaner {
namespace {

using testing::HasSubstr;

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

TEST(SpillFile, HasNoNameAndReadsWhatWasWritten) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "spill";
  std::filesystem::create_directories(folder);
  const auto file = SpillFile::open(folder).value();
  EXPECT_EQ(files_in(folder), 0U);
  ASSERT_TRUE(file->write(3, std::vector<float>{1, 2, 3}));
  std::vector<float> back(2);
  EXPECT_TRUE(file->read(4, back));
  EXPECT_EQ(back, (std::vector<float>{2, 3}));
  EXPECT_FALSE(file->read(5, back));  // one of them was never written
}

TEST(SpillFile, SaysWhereNoneCanBeMade) {
  const Status missing = check_spill_folder("/no/such/folder");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().sentence(),
              HasSubstr("in /no/such/folder: No such file or directory; name another"));
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "a_file";
  std::ofstream(file) << "x";
  const Status no_folder = check_spill_folder(file);
  ASSERT_FALSE(no_folder);
  EXPECT_THAT(no_folder.error().sentence(), HasSubstr("Not a directory"));
  EXPECT_TRUE(check_spill_folder(testing::TempDir()));
}

TEST(SpillFile, TheFolderIsThatOfTheEnvironmentOrOnDisk) {
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("TMPDIR", "/somewhere", 1);
  EXPECT_EQ(spill_folder(), "/somewhere");
  ::unsetenv("TMPDIR");
  EXPECT_EQ(spill_folder(), "/var/tmp");
  if (before != nullptr) ::setenv("TMPDIR", kept.c_str(), 1);
}

TEST(SpillFile, AFullDiskRejectsTheChunkAndSaysWhy) {
  const test::LineObjective line(1);
  GradientStore store(2, line.dimension(), {.how = Keeping::spilled, .folder = testing::TempDir()});
  const std::vector<float> parameters(line.parameters());
  FreePulse pulse;
  const auto computed = [&] { return compute_into(store, line, parameters, ChunkId(0), RoundId(1), pulse); };
  const ComputedChunk first = computed();
  EXPECT_EQ(first.verdict.outcome, ChunkOutcome::finished);
  {
    const test::FullDisk disk(line.dimension() * sizeof(float) + 3);
    const ComputedChunk second = computed();
    EXPECT_EQ(second.verdict.outcome, ChunkOutcome::rejected);
    EXPECT_THAT(second.verdict.why, HasSubstr("cannot be written in"));
    EXPECT_THAT(second.verdict.why, HasSubstr("--spill-dir"));
    EXPECT_EQ(second.row, nullptr);
  }
  EXPECT_EQ(computed().verdict.outcome, ChunkOutcome::finished);  // there is room again
  std::vector<float> numbers(first.row->size());
  EXPECT_TRUE(first.row->read(0, numbers));
  EXPECT_EQ(numbers[0], -3.0F);
}

TEST(SpillFile, WhereNoFileCanBeMadeTheChunkIsRejected) {
  const test::LineObjective line(1);
  GradientStore store(1, line.dimension(), {.how = Keeping::spilled, .folder = "/no/such/folder"});
  FreePulse pulse;
  const ComputedChunk done =
      compute_into(store, line, std::vector<float>(line.parameters()), ChunkId(0), RoundId(1), pulse);
  EXPECT_EQ(done.verdict.outcome, ChunkOutcome::rejected);
  EXPECT_THAT(done.verdict.why, HasSubstr("/no/such/folder"));
}

}  // namespace
}  // namespace gleaner
