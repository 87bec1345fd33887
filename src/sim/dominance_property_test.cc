// The theorem behind policy skip (beyond.md section 2), under its exact conditions: the same draws per
// (round, worker, chunk); delays of messages that do not depend on traffic; no worker lost after it has
// reported a chunk in this round. Then for every chunk and k <= l the server knows the k-th copy no later
// than under the static order, with any margin: so no round ends later, and at no time is the residual
// larger.
//
// Why: by induction over time. Under skip a worker computes the same chunks in the same order, without those
// that had l copies at the server when it left them out. So whatever it finishes it finishes no later; and of
// what it left out the first l copies were known already.
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/test_cases.h"
#include "sim/cluster.h"
#include "support/draws.h"

namespace gleaner {
namespace {

using test::any_between;
using testing_cases::any_size;

// When the copies of each chunk came to be known, in each round.
class Copies final : public Watcher {
 public:
  explicit Copies(const Plan& plan) : plan_(plan) {}

  void on_server_event(Time at, Stamp stamp, const ServerEvent& event) override {
    if (std::holds_alternative<BeginRound>(event)) {
      began_ = at;
      rounds.emplace_back(plan_.chunks());
      reported_.assign(plan_.workers(), SlotSet{});
    }
    const auto* heard = std::get_if<FromWorker>(&event);
    const auto* progress = heard == nullptr ? nullptr : std::get_if<Progress>(&heard->message);
    if (progress == nullptr || progress->stamp != stamp || rounds.empty()) return;
    const WorkerId worker = heard->peer.worker;
    (progress->done - reported_[worker.index()]).for_each([&](Slot slot) {
      rounds.back()[plan_.assignment().chunk_at(worker, slot).index()].push_back(at - began_);
    });
    reported_[worker.index()] |= progress->done;
  }
  void record(const TraceRecord& /*record*/) override {}

  std::vector<std::vector<std::vector<Duration>>> rounds;  // [round][chunk][k]

 private:
  const Plan& plan_;
  Time began_{};
  std::vector<SlotSet> reported_;
};

// Strikes some workers before they have reported anything in the round: as it starts, or in their first
// chunk.
class EarlyLosses final : public FaultSource {
 public:
  struct Loss {
    RoundId round;
    bool in_first_chunk = false;
  };
  explicit EarlyLosses(std::map<WorkerId, Loss> losses) : losses_(std::move(losses)) {}

  std::optional<Blow> strike(WorkerId worker, RoundId round, WorkerStep step, Server::Phase) override {
    const auto loss = losses_.find(worker);
    if (loss == losses_.end() || loss->second.round != round) return std::nullopt;
    const WorkerStep at = loss->second.in_first_chunk ? WorkerStep::computing : WorkerStep::starting;
    return step == at ? std::optional(Blow{}) : std::nullopt;
  }
  std::optional<Duration> strike_server(RoundId, ServerStep) override { return std::nullopt; }

 private:
  std::map<WorkerId, Loss> losses_;
};

struct Case {
  ClusterSpec spec;
  std::uint64_t seed = 1;
  std::map<WorkerId, EarlyLosses::Loss> losses;
};

struct Seen {
  TrialOutcome outcome;
  std::vector<std::vector<std::vector<Duration>>> rounds;
};

Case any_case() {
  Case c;
  const std::size_t blocks = any_between(1, 3);
  const Assignment a =
      *rc::gen::arbitrary<bool>()
          ? testing_cases::any_assignment(blocks, 10)
          : Assignment::cyclic(any_between(1, 12), blocks + 5, any_between(blocks, blocks + 3)).value();
  const std::uint64_t seed = *rc::gen::arbitrary<std::uint64_t>();
  Ordering order = *rc::gen::arbitrary<bool>() ? Ordering::optimal(a) : Ordering::random(a, seed);
  Frame frame = blocks == 1 ? Frame::ones(a.workers()) : Frame::gaussian(a.workers(), blocks, seed);
  c.spec.plan = std::make_shared<const Plan>(
      Plan::make(Method::partial, a, std::move(order), std::move(frame)).value());
  c.spec.code = code_for(Method::partial);
  c.spec.speeds = SpeedModel::parse(
                      *rc::gen::element<std::string>("exponential:mean=1,per=chunk", "exponential:mean=1",
                                                     "lognormal:mean=1,sigma=1,redraw=.3", "constant:mean=1"),
                      TimeUnits::optional)
                      .value();
  c.spec.network.latency = from_seconds(*rc::gen::element(0.0, 0.05, 0.4, 3.0));
  c.spec.rounds = any_between(1, 3);
  c.seed = seed;
  const std::size_t lost = any_size(0, a.replication_min() - blocks);
  for (std::size_t k = 0; k < lost; ++k) {
    const WorkerId worker(static_cast<std::uint32_t>(any_between(0, a.workers() - 1)));
    c.losses[worker] = {RoundId(any_between(1, c.spec.rounds)), *rc::gen::arbitrary<bool>()};
  }
  return c;
}

Seen run(const Case& c, Policy policy, std::uint32_t margin) {
  ClusterSpec spec = c.spec;
  spec.server.policy = policy;
  spec.server.margin = margin;
  Copies copies(*spec.plan);
  EarlyLosses losses(c.losses);
  Cluster cluster(spec);
  Trial trial;
  trial.seed = c.seed;
  Seen seen;
  seen.outcome = cluster.run(trial, {nullptr, &losses, &copies, 0});
  seen.rounds = std::move(copies.rounds);
  RC_ASSERT(seen.outcome.completed);
  return seen;
}

RC_GTEST_PROP(Dominance, EveryCopyIsKnownNoLaterThanUnderTheStaticOrder, ()) {
  const Case c = any_case();
  const std::size_t blocks = c.spec.plan->blocks();
  const Seen fixed = run(c, Policy::fixed, 0);
  for (const std::uint32_t margin : {0U, 1U, 2U}) {
    const Seen skip = run(c, Policy::skip, margin);
    RC_ASSERT(skip.rounds.size() == fixed.rounds.size());
    for (std::size_t r = 0; r < skip.rounds.size(); ++r) {
      for (std::size_t i = 0; i < c.spec.plan->chunks(); ++i) {
        RC_LOG() << "margin " << margin << " round " << r + 1 << " chunk " << i << "\n";
        RC_ASSERT(skip.rounds[r][i].size() >= blocks);
        for (std::size_t k = 0; k < blocks; ++k) RC_ASSERT(skip.rounds[r][i][k] <= fixed.rounds[r][i][k]);
      }
      RC_ASSERT(skip.outcome.rounds[r].took <= fixed.outcome.rounds[r].took);
    }
  }
}

RC_GTEST_PROP(Dominance, AtADeadlineTheResidualIsNoLarger, ()) {
  Case c = any_case();
  c.spec.server.recovery = {Recovery::Kind::deadline,
                            std::chrono::milliseconds(50 + 10 * any_between(0, 300)), 0};
  const Seen fixed = run(c, Policy::fixed, 0);
  for (const std::uint32_t margin : {0U, 1U}) {
    const Seen skip = run(c, Policy::skip, margin);
    for (std::size_t r = 0; r < skip.outcome.rounds.size(); ++r) {
      const RoundOutcome& mine = skip.outcome.rounds[r];
      const RoundOutcome& other = fixed.outcome.rounds[r];
      RC_ASSERT(mine.took <= other.took);
      if (mine.took == other.took) RC_ASSERT(mine.residual_norm <= other.residual_norm);
    }
  }
}

}  // namespace
}  // namespace gleaner
