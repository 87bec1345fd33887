#include "work/round_border.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/output_folder.h"
#include "support/small_run.h"
#include "work/checkpoints.h"

namespace gleaner {
namespace {

using ::gleaner::test::OutputFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Quiet final : public RunObserver {
 public:
  void record(const TraceRecord&) override {}
  void on_round(const RoundRecord&) override {}
  [[nodiscard]] Status before_checkpoint() override { return trouble; }
  [[nodiscard]] bool keep_going() override { return goes_on; }
  bool goes_on = true;
  Status trouble;
};

class Border : public ::testing::Test {
 protected:
  Border() {
    spec_.rounds = 10;
    spec_.checkpoint = CheckpointPolicy{folder_.path(), 3, 100};
  }
  // Crosses the border after `round`; "" while the run goes on.
  std::string cross(std::uint64_t round, double accuracy = 0) {
    RoundRecord last;
    last.round = round;
    last.accuracy = accuracy;
    const auto ending = border_.cross(last, Duration(round), [this] {
      Snapshot s;
      s.trainer = first_trainer(spec_).state();
      return s;
    });
    return ending ? ending->status + ": " + ending->reason : "";
  }
  [[nodiscard]] std::vector<std::uint64_t> saved() const {
    std::vector<std::uint64_t> rounds;
    for (const CheckpointFile& f : checkpoints_in(folder_.path())) rounds.push_back(f.round.value);
    return rounds;
  }

  OutputFolder folder_;
  RunSpec spec_ = test::SmallRun{}.spec();
  Quiet observer_;
  RoundBorder border_{spec_, observer_};
};

TEST_F(Border, SavesEverySoManyRoundsAndAtTheEnd) {
  for (std::uint64_t r = 0; r < 10; ++r) EXPECT_EQ(cross(r), "");
  EXPECT_EQ(cross(10), "completed: ");
  EXPECT_THAT(saved(), ElementsAre(10U, 9U, 6U, 3U));
}

TEST_F(Border, SavesNothingWithoutAPolicy) {
  spec_.checkpoint.reset();
  EXPECT_EQ(cross(3), "");
  EXPECT_EQ(cross(10), "completed: ");
  EXPECT_THAT(saved(), IsEmpty());
}

TEST_F(Border, SavesWhenItIsInterruptedOrHasHadEnough) {
  spec_.stopping.target_accuracy = 0.5;
  EXPECT_EQ(cross(1, 0.4), "");
  observer_.goes_on = false;
  EXPECT_EQ(cross(2), "interrupted: asked to stop");
  EXPECT_EQ(cross(4, 0.5), "completed: target accuracy 0.5 reached in round 4");
  EXPECT_THAT(saved(), ElementsAre(4U, 2U));
}

TEST_F(Border, ANewLifeSavesItsTermBeforeItSpeaks) {
  auto resume = std::make_shared<Snapshot>();
  resume->term = Term(4);
  resume->round = RoundId(2);
  resume->cluster = first_cluster(spec_);
  resume->trainer = first_trainer(spec_).state();
  spec_.resume = resume;
  EXPECT_EQ(first_server(spec_).term, Term(5));
  EXPECT_EQ(cross(2), "");
  EXPECT_THAT(saved(), ElementsAre(2U));
  EXPECT_EQ(cross(4), "");
  EXPECT_THAT(saved(), ElementsAre(2U));
}

TEST_F(Border, FailsWhenWhatMustBeKeptCannotBe) {
  observer_.trouble = run_failed("the log is full", "make room");
  EXPECT_EQ(cross(2), "");
  EXPECT_EQ(cross(3), "failed: the log is full; make room");
  observer_.trouble = Status();
  spec_.checkpoint->folder = folder_.path() / "gone" / "run";
  EXPECT_THAT(cross(6), HasSubstr("failed: the checkpoint of round 6 is not written"));
  EXPECT_THAT(cross(10), HasSubstr("failed: "));
  EXPECT_THAT(saved(), IsEmpty());
}

}  // namespace
}  // namespace gleaner
