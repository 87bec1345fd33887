// What the ledger says of simulated clusters: its sums, a replay of the round, and a training run beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/clairvoyant.h"
#include "sim/cluster.h"
#include "sim/model_faults.h"
#include "sim/virtual_cluster.h"
#include "support/small_run.h"
#include "work/replay_round.h"
#include "work/slowness.h"

namespace gleaner {
namespace {

using test::Collector;
using test::SmallRun;

struct Case {
  Method method = Method::partial;
  std::size_t workers = 6;
  std::size_t replication = 3;
  std::size_t blocks = 1;
  Policy policy = Policy::fixed;
  std::uint32_t margin = 0;
  std::uint64_t seed = 1;
  std::string speeds = "exponential:mean=1";

  [[nodiscard]] ClusterSpec spec() const {
    const Assignment a = Assignment::regular_graph(workers, workers, replication, seed).value();
    Frame frame = blocks == 1 ? Frame::ones(workers) : Frame::gaussian(workers, blocks, seed);
    ClusterSpec s;
    s.plan = std::make_shared<const Plan>(
        Plan::make(method, a, Ordering::random(a, seed), std::move(frame)).value());
    s.code = code_for(method);
    s.speeds = SpeedModel::parse(speeds, TimeUnits::optional).value();
    s.server.policy = policy;
    s.server.margin = margin;
    return s;
  }
};

void showValue(const Case& c, std::ostream& out) {
  out << name_of(c.method) << " m=" << c.workers << " gamma=" << c.replication << " l=" << c.blocks << " "
      << name_of(c.policy) << " margin=" << c.margin << " seed=" << c.seed << " " << c.speeds;
}

rc::Gen<Case> any_case() {
  return rc::gen::exec([] {
    Case c;
    c.workers = *rc::gen::inRange<std::size_t>(3, 12);
    c.replication = *rc::gen::inRange<std::size_t>(1, std::min<std::size_t>(6, c.workers) + 1);
    c.blocks = *rc::gen::inRange<std::size_t>(1, c.replication + 1);
    c.policy = *rc::gen::element(Policy::fixed, Policy::skip);
    if (c.policy == Policy::skip) c.margin = *rc::gen::inRange(0U, 3U);
    c.seed = *rc::gen::inRange<std::uint64_t>(1, 1000000);
    c.method = *rc::gen::element(Method::partial, Method::partial, Method::original);
    if (c.method == Method::original) c.blocks = 1;
    c.speeds = *rc::gen::element<std::string>("exponential:mean=1", "constant:mean=1", "bimodal:mean=1");
    return c;
  });
}

// Where everybody takes as long for each chunk: the replay of what is drawn is the round.
RC_GTEST_PROP(LedgerReplay, TakesAsLongAsTheRound, ()) {
  const Case c = *any_case();
  const ClusterSpec spec = c.spec();
  Trial trial{.seed = c.seed};
  std::vector<Duration> times;
  for (std::uint32_t w = 0; w < c.workers; ++w) {
    times.push_back(spec.speeds.chunk_time(c.seed, RoundId(1), WorkerId(w), 0));
  }
  if (*rc::gen::arbitrary<bool>()) {
    const WorkerId gone(*rc::gen::inRange(0U, static_cast<std::uint32_t>(c.workers)));
    trial.faults = {{FaultKind::crash, gone, RoundId(1), FaultMoment::start}};
    times[gone.index()] = RoundReplay::kNever;
  }
  RoundReplay replay(spec.plan, spec.server);
  const TrialOutcome got = Cluster(spec).run(trial);
  const Duration replayed = replay.run(times);
  RC_CLASSIFY(!got.completed, "cannot end");
  RC_ASSERT(got.completed == (replayed != RoundReplay::kNever));
  if (got.completed) RC_ASSERT(got.rounds[0].took == replayed);
  RC_ASSERT(replay.run(times) == replayed);
}

// A plan that knows all times ends when B2 says that it can.
RC_GTEST_PROP(LedgerReplay, OfReplanIsTheClairvoyantBound, ()) {
  Case c = *any_case();
  c.method = Method::partial;
  c.policy = Policy::replan;
  c.margin = 0;
  const ClusterSpec spec = c.spec();
  std::vector<Duration> times;
  std::vector<double> in_seconds;
  for (std::uint32_t w = 0; w < c.workers; ++w) {
    times.push_back(spec.speeds.chunk_time(c.seed, RoundId(1), WorkerId(w), 0));
    in_seconds.push_back(seconds(times.back()));
  }
  const double replayed = seconds(RoundReplay(spec.plan, spec.server).run(times));
  const double bound = Clairvoyant(spec.plan->assignment(), c.blocks).bounds(in_seconds).placed;
  RC_ASSERT(replayed >= bound - 1e-6);
  RC_ASSERT(replayed <= bound + 1e-6);
}

void expect_sums(const LedgerPage& page) {
  LedgerRow of_chunks;
  for (const LedgerRow& row : page.chunks) of_chunks += row;
  RC_ASSERT(page.total() == of_chunks);
  for (const LedgerRow& row : page.workers) {
    RC_ASSERT(row.used <= row.computed);
    RC_ASSERT(row.wasted_time() >= Duration::zero());
    RC_ASSERT((row.wasted() > 0) >= (row.wasted_time() > Duration::zero()));
  }
}

RC_GTEST_PROP(LedgerOfACluster, CountsWhatTheServerCountsWhateverIsLost, ()) {
  Case c = *any_case();
  c.method = Method::partial;
  if (c.margin == 0 && *rc::gen::arbitrary<bool>()) c.policy = Policy::replan;
  if (*rc::gen::arbitrary<bool>()) c.speeds += ",per=chunk";
  ClusterSpec spec = c.spec();
  spec.rounds = 4;
  spec.segments = 3;
  spec.server.when_unrecoverable = WhenUnrecoverable::approximate;
  Trial trial{.seed = c.seed};
  for (std::uint32_t w = 0; w < c.workers / 2; ++w) {
    const RoundId round(*rc::gen::inRange<std::uint64_t>(1, 5));
    const FaultMoment moment = *rc::gen::element(FaultMoment::start, FaultMoment::mid,
                                                 FaultMoment::after_signal, FaultMoment::sending);
    trial.faults.push_back(
        {*rc::gen::element(FaultKind::crash, FaultKind::hang), WorkerId(w), round, moment, 1});
  }
  Ledger ledger(spec.plan);
  const TrialOutcome got = Cluster(spec).run(trial, {.ledger = &ledger});
  if (!got.completed) RC_DISCARD("nothing was left");
  std::uint64_t completed = 0;
  std::uint64_t used = 0;
  for (const RoundOutcome& r : got.rounds) {
    completed += r.chunks_completed;
    used += r.chunks_used;
  }
  expect_sums(ledger.run());
  RC_ASSERT(ledger.run().total().computed == completed);
  RC_ASSERT(ledger.run().total().used == used);
  RC_CLASSIFY(ledger.run().total().skipped > 0, "skipped");
  const bool exact = got.rounds.back().residual_norm == 0;
  for (const LedgerRow& row : ledger.round().chunks) RC_ASSERT(!exact || row.used >= c.blocks);
}

// Skipping on an ideal network without ties: l N gradients, and not one is wasted (beyond.md section 2).
RC_GTEST_PROP(LedgerOfACluster, WithSkippingNothingIsWasted, ()) {
  Case c = *any_case();
  c.method = Method::partial;
  c.policy = Policy::skip;
  c.margin = 0;
  c.speeds = "exponential:mean=1";
  const ClusterSpec spec = c.spec();
  Ledger ledger(spec.plan);
  RC_ASSERT(Cluster(spec).run({.seed = c.seed}, {.ledger = &ledger}).completed);
  const LedgerRow total = ledger.run().total();
  RC_ASSERT(total.computed == c.blocks * c.workers);
  RC_ASSERT(total.wasted() == 0U);
  RC_ASSERT(total.skipped + total.aborted + total.computed <= c.replication * c.workers + total.aborted);
}

// The server goes as well, and rounds are undone: their work is wasted, and used is what stands in the end.
RC_GTEST_PROP(LedgerOfACluster, WhatALossOfTheServerUndoesIsWasted, ()) {
  const Case c{.workers = 6, .replication = 4, .seed = *rc::gen::inRange<std::uint64_t>(1, 100000)};
  ClusterSpec spec = c.spec();
  spec.rounds = 5;
  spec.checkpoint_every = 3;
  const FaultModel model = FaultModel::parse("server-crash:for=2s", FaultScope::simulation).value();
  ModelFaults faults = ModelFaults::make(model, c.seed, 6, 5).value();
  Ledger ledger(spec.plan);
  const TrialOutcome got = Cluster(spec).run({.seed = c.seed}, {.faults = &faults, .ledger = &ledger});
  RC_ASSERT(got.completed);
  std::uint64_t used = 0;
  std::uint64_t completed = 0;
  for (const RoundOutcome& r : got.rounds) {
    used += r.chunks_used;
    completed += r.chunks_completed;
  }
  expect_sums(ledger.run());
  RC_CLASSIFY(got.rounds_repeated > 0, "rounds were repeated");
  RC_ASSERT(ledger.run().total().used == used);
  RC_ASSERT(ledger.run().total().computed >= completed);
}

// The same plan, speeds and seed: a run that trains, and one that only counts.
RC_GTEST_PROP(LedgerOfACluster, ATrainingRunAndTheSimulatorAgreeOnIt, ()) {
  SmallRun small;
  small.seed = *rc::gen::inRange<std::uint64_t>(1, 100000);
  small.method = *rc::gen::element(Method::partial, Method::partial, Method::original, Method::uncoded);
  small.replication = 4;
  small.blocks = small.method == Method::partial ? *rc::gen::inRange<std::size_t>(1, 4) : 1;
  small.server.policy = *rc::gen::element(Policy::fixed, Policy::skip, Policy::replan);
  small.speeds =
      *rc::gen::element<std::string>("exponential:mean=4ms", "lognormal:mean=4ms,sigma=1,per=chunk");
  if (small.method == Method::partial && *rc::gen::arbitrary<bool>()) {
    small.faults = {{FaultKind::crash, WorkerId(2), RoundId(3), FaultMoment::after_signal, 2}};
  }
  const RunSpec run = small.spec();
  Collector seen;
  const RunResult trained = run_virtual(run, seen);
  RC_ASSERT(trained.summary.status == "completed");

  ClusterSpec spec;
  spec.plan = run.plan;
  spec.code = run.code;
  spec.server = run.server;
  spec.speeds = run.speeds;
  spec.rounds = run.rounds;
  Ledger ledger(spec.plan);
  Slowness slowness(spec.plan, spec.server);
  std::vector<LedgerPage> pages;
  Cluster::Hooks hooks{.ledger = &ledger};
  hooks.go_on = [&](Time, const Cluster::Picture&) {
    if (!ledger.run().empty()) {
      pages.push_back(ledger.round());
      pages.back().slowness = slowness.of_round(ledger);
    }
    return true;
  };
  RC_ASSERT(Cluster(spec).run({.seed = run.seed, .faults = run.faults}, hooks).completed);
  RC_ASSERT(pages.size() == seen.rounds.size() + 1);  // asked before the first, too
  LedgerPage sum;
  for (std::size_t r = 0; r < seen.rounds.size(); ++r) {
    RC_ASSERT(seen.rounds[r].ledger == pages[r + 1]);
    sum += pages[r + 1];
  }
  RC_ASSERT(trained.summary.ledger == sum);
}

}  // namespace
}  // namespace gleaner
