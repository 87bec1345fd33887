// A run that was interrupted and resumed is, bit for bit, the run that was not: parameters, rounds, summary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <filesystem>
#include <fstream>
#include <regex>
#include <stdexcept>

#include "sim/virtual_cluster.h"
#include "support/disaster.h"
#include "support/output_folder.h"
#include "work/checkpoints.h"
#include "work/snapshot.h"

namespace gleaner {
namespace {

using test::Collector;
using test::Disaster;
using test::OutputFolder;
using test::SmallRun;
using testing::HasSubstr;

// All that a run leaves behind.
struct Trail {
  std::vector<std::string> rounds;  // as they are logged
  RunResult result;
};

void log(const Collector& seen, Trail& trail) {
  for (const RoundRecord& r : seen.rounds) trail.rounds.push_back(to_json(r));
}

Trail run_whole(const RunSpec& spec) {
  Trail trail;
  Collector seen;
  trail.result = run_virtual(spec, seen);
  log(seen, trail);
  return trail;
}

// The same in several lives, which end after these numbers of rounds of their own.
Trail run_in_lives(RunSpec spec, const std::vector<std::size_t>& lives) {
  const OutputFolder folder;
  spec.checkpoint = CheckpointPolicy{folder.path(), 2, 2};
  Trail trail;
  for (std::size_t k = 0; k <= lives.size(); ++k) {
    Collector seen;
    if (k < lives.size()) seen.stop_after = lives[k];
    trail.result = run_virtual(spec, seen);
    log(seen, trail);
    if (trail.result.summary.status != "interrupted") break;
    auto loaded = load_checkpoint(spec);
    if (!loaded) throw std::runtime_error(loaded.error().sentence());
    spec.resume = loaded.value();
  }
  return trail;
}

std::vector<std::uint32_t> bits(const std::vector<float>& numbers) {
  std::vector<std::uint32_t> out;
  for (const float x : numbers) out.push_back(std::bit_cast<std::uint32_t>(x));
  return out;
}

// The reason of a failure names the life of the server ("round 3 of term 2"): the one thing that may differ.
std::string summary_of(const Trail& trail) {
  return std::regex_replace(to_json(trail.result.summary), std::regex(" of term [0-9]+"), "");
}

bool same(const Trail& a, const Trail& b) {
  return a.rounds == b.rounds && summary_of(a) == summary_of(b) &&
         bits(a.result.parameters) == bits(b.result.parameters);
}

Schedule any_schedule(std::uint64_t rounds) {
  Schedule s;
  s.kind = *rc::gen::element(Schedule::Kind::constant, Schedule::Kind::step, Schedule::Kind::cosine);
  s.every = 2;
  s.factor = s.kind == Schedule::Kind::step ? 0.5 : 1;
  s.rounds = s.kind == Schedule::Kind::cosine ? rounds : 0;
  return s;
}

RC_GTEST_PROP(Resume, GivesTheSameBitsUnderAnyDisaster, ()) {
  const Method method = *rc::gen::element(Method::partial, Method::original, Method::uncoded);
  Disaster d = *test::any_disaster(method, *rc::gen::arbitrary<bool>());
  d.run.rounds += *rc::gen::inRange<std::uint64_t>(0, 6);
  if (*rc::gen::arbitrary<bool>())
    d.run.speeds = *rc::gen::element<std::string>("exponential:mean=4ms,redraw=0.3",
                                                  "lognormal:mean=4ms,sigma=1,redraw=never,noise=0.4",
                                                  "markov:mean=3ms,factor=6,enter=0.3,leave=0.4,redraw=0.5");
  RunSpec spec = d.spec();
  spec.optimizer.kind = *rc::gen::element(OptimizerKind::sgd, OptimizerKind::momentum,
                                          OptimizerKind::nesterov, OptimizerKind::adam);
  spec.optimizer.learning_rate = 0.1;
  spec.schedule = any_schedule(spec.rounds);
  const auto lives = *rc::gen::container<std::vector<std::size_t>>(
      2, rc::gen::inRange<std::size_t>(0, static_cast<std::size_t>(spec.rounds) + 1));
  const Trail whole = run_whole(spec);
  const Trail parts = run_in_lives(spec, lives);
  RC_CLASSIFY(whole.result.summary.status == "failed", "failed");
  RC_CLASSIFY(whole.result.summary.workers_lost > 0, "with losses");
  RC_LOG() << to_json(whole.result.summary) << "\n\n" << to_json(parts.result.summary);
  RC_ASSERT(same(whole, parts));
}

// A worker that hangs when the run is interrupted hangs when it is resumed, and is given up at the same time.
TEST(Resume, AHungWorkerStaysHungAndADeadOneDead) {
  SmallRun small;
  small.rounds = 12;
  small.speeds = "constant:mean=4ms";
  small.faults = {{FaultKind::hang, WorkerId(3), RoundId(2), FaultMoment::mid, std::nullopt},
                  {FaultKind::crash, WorkerId(6), RoundId(3), FaultMoment::start, 5}};
  RunSpec spec = small.spec();
  spec.silence = std::chrono::milliseconds(25);
  const Trail whole = run_whole(spec);
  ASSERT_EQ(whole.result.summary.status, "completed");
  ASSERT_EQ(whole.result.summary.workers_lost, 2U);
  for (std::size_t first = 0; first <= 12; ++first)
    EXPECT_TRUE(same(whole, run_in_lives(spec, {first}))) << first;
}

// The twin of the test above must be able to fail: without the state of the cluster the bits are others.
TEST(Resume, TheStateOfTheClusterMatters) {
  SmallRun small;
  small.faults = {{FaultKind::crash, WorkerId(3), RoundId(2), FaultMoment::start, std::nullopt}};
  RunSpec spec = small.spec();
  const Trail whole = run_whole(spec);
  const OutputFolder folder;
  spec.checkpoint = CheckpointPolicy{folder.path(), 1, 2};
  Collector first;
  first.stop_after = 4;
  (void)run_virtual(spec, first);
  Snapshot forgetful = *load_checkpoint(spec).value();
  forgetful.cluster.workers[3] = ClusterState::Worker::live;
  spec.resume = std::make_shared<const Snapshot>(forgetful);
  Collector rest;
  EXPECT_NE(to_json(run_virtual(spec, rest).summary), to_json(whole.result.summary));
}

TEST(Resume, EveryLifeHasALaterTermAndTheClockGoesOn) {
  const OutputFolder folder;
  RunSpec spec = SmallRun{}.spec();
  spec.checkpoint = CheckpointPolicy{folder.path(), 5, 2};
  Duration elapsed{};
  for (std::uint64_t life = 1; life <= 3; ++life) {
    Collector seen;
    seen.stop_after = 2;
    EXPECT_EQ(run_virtual(spec, seen).summary.status, "interrupted");
    spec.resume = load_checkpoint(spec).value();
    EXPECT_EQ(spec.resume->term, Term(life));
    EXPECT_EQ(spec.resume->round, RoundId(2 * life));
    EXPECT_GT(spec.resume->elapsed, elapsed);
    elapsed = spec.resume->elapsed;
  }
}

TEST(Resume, ARunThatWasStoppedGoesOnWithMoreRoundsOrTime) {
  const OutputFolder folder;
  SmallRun small;
  RunSpec spec = small.spec();
  spec.checkpoint = CheckpointPolicy{folder.path(), 5, 2};
  const Trail whole = run_whole(small.spec());
  spec.rounds = 4;
  (void)run_whole(spec);
  spec.resume = load_checkpoint(spec).value();
  Trail again = run_whole(spec);
  EXPECT_TRUE(again.rounds.empty());  // nothing is left to do
  EXPECT_EQ(again.result.summary.status, "completed");
  EXPECT_EQ(again.result.summary.rounds, 4U);
  spec.rounds = small.rounds;
  spec.resume = load_checkpoint(spec).value();
  again = run_whole(spec);
  EXPECT_EQ(to_json(again.result.summary), to_json(whole.result.summary));
  EXPECT_EQ(bits(again.result.parameters), bits(whole.result.parameters));
}

// As SIGKILL leaves it: the rounds after the last checkpoint are computed again, with the same bits.
TEST(Resume, RoundsAfterTheLastCheckpointAreComputedAgain) {
  const OutputFolder folder;
  RunSpec spec = SmallRun{}.spec();
  spec.optimizer = {OptimizerKind::adam, 0.05};
  const Trail whole = run_whole(spec);
  spec.checkpoint = CheckpointPolicy{folder.path(), 5, 2};
  Collector killed;
  killed.stop_after = 8;
  (void)run_virtual(spec, killed);
  std::filesystem::remove(
      checkpoints_in(folder.path()).front().path);  // that of round 8, which a kill prevents
  spec.resume = load_checkpoint(spec).value();
  ASSERT_EQ(spec.resume->round, RoundId(5));
  const Trail rest = run_whole(spec);
  EXPECT_EQ(rest.rounds, std::vector(whole.rounds.begin() + 5, whole.rounds.end()));
  EXPECT_EQ(to_json(rest.result.summary), to_json(whole.result.summary));
  EXPECT_EQ(bits(rest.result.parameters), bits(whole.result.parameters));
}

// The folder goes away in the middle of a run: it fails cleanly, with a reason, and what came before is
// there.
class FolderThief final : public Collector {
 public:
  explicit FolderThief(std::filesystem::path folder) : folder_(std::move(folder)) {}
  void on_round(const RoundRecord& record) override {
    Collector::on_round(record);
    if (record.round == 7) std::filesystem::rename(folder_, folder_.string() + ".away");
    if (record.round == 7) std::ofstream(folder_) << "in the way";
  }

 private:
  std::filesystem::path folder_;
};

TEST(Resume, ACheckpointThatCannotBeWrittenEndsTheRunCleanly) {
  const OutputFolder outer;
  RunSpec spec = SmallRun{}.spec();
  spec.checkpoint = CheckpointPolicy{outer.path() / "run", 5, 2};
  FolderThief thief(spec.checkpoint->folder);
  const RunSummary s = run_virtual(spec, thief).summary;
  EXPECT_EQ(s.status, "failed");
  EXPECT_EQ(s.rounds, 10U);
  EXPECT_THAT(s.reason, HasSubstr("the checkpoint of round 10 is not written: cannot write"));
  spec.checkpoint->folder = outer.path() / "run.away";
  EXPECT_EQ(load_checkpoint(spec).value()->round, RoundId(5));
}

}  // namespace
}  // namespace gleaner
