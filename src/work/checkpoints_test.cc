#include "work/checkpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "support/output_folder.h"
#include "support/small_run.h"
#include "work/settings.h"

namespace gleaner {
namespace {

using ::gleaner::test::bytes_of;
using ::gleaner::test::FullDisk;
using ::gleaner::test::OutputFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Checkpoints : public ::testing::Test {
 protected:
  Checkpoints() { spec_.checkpoint = CheckpointPolicy{folder_, 1, 2}; }

  // A snapshot that fits spec_.
  [[nodiscard]] Snapshot snapshot(std::uint64_t round) const {
    Snapshot s;
    s.term = Term(1);
    s.round = RoundId(round);
    s.settings = settings_of(spec_);
    s.cluster = first_cluster(spec_);
    s.book.summary.rounds = round;
    s.book.seconds.assign(round, 0.25);
    s.trainer = first_trainer(spec_).state();
    s.trainer.steps = round;
    return s;
  }
  void write(std::uint64_t round) {
    const Status s = write_checkpoint(*spec_.checkpoint, snapshot(round));
    ASSERT_TRUE(s.ok()) << s.error().sentence();
  }
  [[nodiscard]] std::filesystem::path path(std::uint64_t round) const {
    return folder_ / ("round-0000000" + std::to_string(round) + ".checkpoint");
  }
  [[nodiscard]] std::string complaint() const {
    const auto loaded = load_checkpoint(spec_);
    EXPECT_TRUE(loaded.ok() || loaded.error().kind == Error::Kind::bad_input);
    return loaded ? "none" : loaded.error().sentence();
  }
  [[nodiscard]] std::vector<std::uint64_t> rounds() const {
    std::vector<std::uint64_t> found;
    for (const CheckpointFile& f : checkpoints_in(folder_)) found.push_back(f.round.value);
    return found;
  }

  OutputFolder outer_;
  std::filesystem::path folder_ = outer_.path() / "run";
  RunSpec spec_ = test::SmallRun{}.spec();
};

TEST_F(Checkpoints, TheLatestIsRead) {
  EXPECT_TRUE(check_no_checkpoint(spec_).ok());
  EXPECT_FALSE(std::filesystem::exists(folder_));  // looking leaves nothing behind
  write(3);
  write(7);
  const auto loaded = load_checkpoint(spec_);
  ASSERT_TRUE(loaded.ok()) << loaded.error().sentence();
  EXPECT_EQ(loaded.value()->round, RoundId(7));
  EXPECT_EQ(loaded.value()->book.seconds.size(), 7U);
  EXPECT_EQ(*loaded.value()->trainer.parameters, *snapshot(7).trainer.parameters);
}

TEST_F(Checkpoints, OnlySoManyAreKept) {
  for (const std::uint64_t r : {1, 2, 3, 4}) write(r);
  EXPECT_THAT(rounds(), ElementsAre(4U, 3U));
  spec_.checkpoint->keep = 1;
  write(5);
  EXPECT_THAT(rounds(), ElementsAre(5U));
  std::ofstream(folder_ / "round-notes.checkpoint") << "mine";
  std::ofstream(folder_ / "round-00000009.checkpoint.42.part") << "half";
  EXPECT_THAT(rounds(), ElementsAre(5U));  // neither is one
  write(6);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "round-notes.checkpoint"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "round-00000009.checkpoint.42.part"));  // a killed life's
}

TEST_F(Checkpoints, ANewRunDoesNotBeginWhereOneIs) {
  write(7);
  const Status s = check_no_checkpoint(spec_);
  ASSERT_FALSE(s.ok());
  EXPECT_EQ(s.error().kind, Error::Kind::bad_input);
  EXPECT_THAT(s.error().sentence(), HasSubstr("--checkpoint " + folder_.string() + " holds the checkpoint"));
  EXPECT_THAT(s.error().sentence(), HasSubstr("after round 7; go on with it by --resume"));
}

TEST_F(Checkpoints, ThereMustBeOneToResume) {
  EXPECT_THAT(complaint(), HasSubstr("--resume: there is no checkpoint in " + folder_.string()));
}

TEST_F(Checkpoints, ADamagedOneIsNamedTogetherWithTheOlder) {
  write(3);
  write(7);
  const std::string sound = bytes_of(path(7));
  for (const auto& [bytes, why] :
       {std::pair(sound.substr(0, 200), "is cut short: 200 of"), std::pair(sound + "x", "is damaged"),
        std::pair(std::string(), "is cut short"), std::pair(std::string(500, 'x'), "is not a checkpoint")}) {
    std::ofstream(path(7), std::ios::binary | std::ios::trunc) << bytes;
    EXPECT_THAT(complaint(), HasSubstr("--resume: " + path(7).string() + " " + why));
    EXPECT_THAT(complaint(), HasSubstr("move it away to resume from the older " + path(3).string()));
  }
  std::filesystem::remove(path(7));
  EXPECT_EQ(complaint(), "none");
  std::filesystem::rename(path(3), path(4));
  EXPECT_THAT(complaint(), HasSubstr("holds round 3: it was renamed; there is no older one"));
}

TEST_F(Checkpoints, OtherSettingsAreRefusedByName) {
  write(3);
  spec_.optimizer.learning_rate = 0.25;
  EXPECT_THAT(complaint(), HasSubstr(path(3).string() + ": it was written with --lr 0.5, now it is 0.25"));
}

TEST_F(Checkpoints, RoundsThatAreDoneCannotBeUndone) {
  write(8);
  spec_.rounds = 8;
  EXPECT_EQ(complaint(), "none");
  spec_.rounds = 5;
  EXPECT_THAT(complaint(), HasSubstr("--rounds 5, but 8 rounds are done"));
}

TEST_F(Checkpoints, WhatDoesNotFitIsRefused) {
  for (const auto& spoil : std::vector<std::function<void(Snapshot&)>>{
           [](Snapshot& s) { s.trainer.parameters = std::make_shared<std::vector<float>>(3); },
           [](Snapshot& s) { s.trainer.optimizer.push_back(1); },
           [](Snapshot& s) { s.cluster.workers.pop_back(); }, [](Snapshot& s) { s.cluster.lives.pop_back(); },
           [](Snapshot& s) {
             s.cluster.pending.push_back({WorkerId(8), {}, {}});
           },
           [](Snapshot& s) {
             s.cluster.faults.returns.push_back({WorkerId(8), RoundId(4)});
           },
           [](Snapshot& s) { s.book.seconds.clear(); }}) {
    Snapshot bad = snapshot(3);
    spoil(bad);
    ASSERT_TRUE(write_checkpoint(*spec_.checkpoint, bad).ok());
    EXPECT_THAT(complaint(), HasSubstr(path(3).string() + " does not fit"));
  }
}

TEST_F(Checkpoints, AFullDiskLeavesTheEarlierOnes) {
  write(3);
  write(7);
  Status s;
  {
    const FullDisk full(300);
    s = write_checkpoint(*spec_.checkpoint, snapshot(8));
  }
  ASSERT_FALSE(s.ok());
  EXPECT_EQ(s.error().kind, Error::Kind::run_failed);
  EXPECT_THAT(s.error().sentence(), HasSubstr("the checkpoint of round 8 is not written: cannot write"));
  EXPECT_THAT(s.error().sentence(), HasSubstr("then go on with --resume"));
  EXPECT_THAT(rounds(), ElementsAre(7U, 3U));
  EXPECT_EQ(complaint(), "none");
}

TEST_F(Checkpoints, AFolderThatCannotBeWrittenToIsBadInput) {
  const auto why = [this](const std::filesystem::path& folder) {
    spec_.checkpoint->folder = folder;
    const Status s = check_no_checkpoint(spec_);
    EXPECT_TRUE(s.ok() || s.error().kind == Error::Kind::bad_input);
    return s ? "none" : s.error().what;
  };
  EXPECT_EQ(why(outer_.path()), "none");
  EXPECT_THAT(why(outer_.path() / "no" / "run"),
              HasSubstr("there is no folder " + (outer_.path() / "no").string()));
  std::ofstream(outer_.path() / "file") << "x";
  EXPECT_THAT(why(outer_.path() / "file"), HasSubstr("it is not a folder"));
  EXPECT_THAT(why("/proc/gleaner"), HasSubstr("--checkpoint /proc/gleaner cannot be written to"));
  if (::geteuid() == 0) return;  // to whom all folders are open
  ::chmod(outer_.path().c_str(), 0500);
  EXPECT_THAT(why(outer_.path()), HasSubstr("Permission denied"));
  ::chmod(outer_.path().c_str(), 0700);
}

}  // namespace
}  // namespace gleaner
