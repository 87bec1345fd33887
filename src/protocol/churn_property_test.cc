// Workers come and go, links break, messages come twice, the server is replaced; as long as everybody who
// left comes back, every round ends, and ends exactly. A wrong mix of old and new coefficients would show as
// a wrong gradient (protocol.md section 7).
#include <deque>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/random_cluster.h"

namespace gleaner {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

// Breaks a cluster and mends it, at most `faults` times.
class Churn {
 public:
  Churn(Cluster& cluster, Random& random, std::size_t faults)
      : cluster_(cluster), random_(random), faults_(faults) {
    cluster_.on_up = [this](Peer peer, const WorkerMessage& message) {
      if (std::holds_alternative<Progress>(message)) said_.push_back({peer, message});
    };
  }

  void maybe_act() {
    if (faults_ > 0 && random_.uniform() < 0.06) hit();
    if (!down_.empty() && random_.uniform() < 0.08) bring_back();
    if (faults_ > 0 && random_.uniform() < 0.04) find_late();
    // Somebody repeats himself, perhaps from an earlier round or an earlier life.
    if (!said_.empty() && random_.uniform() < 0.1) cluster_.inject(said_[random_.below(said_.size())]);
  }

  /// False if everybody is there.
  bool bring_back() {
    if (down_.empty()) return false;
    const std::size_t k = random_.below(down_.size());
    const WorkerId worker = down_[k];
    down_.erase(down_.begin() + static_cast<std::ptrdiff_t>(k));
    if (cluster_.is_running(worker)) {
      cluster_.reconnect(worker);
    } else {
      cluster_.start(worker);
    }
    return true;
  }

  /// All links broke: who still runs has to reconnect, whoever was down is still to be brought back.
  void all_cut() {
    down_.clear();
    for (std::uint32_t w = 0; w < cluster_.plan().workers(); ++w) down_.emplace_back(w);
  }

 private:
  // The driver finds a vector too slow, which may be on its way, here already, or of an earlier epoch.
  void find_late() {
    const WorkerId worker(static_cast<std::uint32_t>(random_.below(cluster_.plan().workers())));
    if (!cluster_.is_running(worker)) return;
    --faults_;
    const Peer peer = cluster_.host(worker).peer;
    const Epoch epoch(static_cast<std::uint32_t>(1 + random_.below(3)));
    cluster_.inject(VectorLate{peer, {cluster_.server().stamp(), epoch}, "found late"});
  }
  void hit() {
    const WorkerId worker(static_cast<std::uint32_t>(random_.below(cluster_.plan().workers())));
    if (std::find(down_.begin(), down_.end(), worker) != down_.end()) return;
    --faults_;
    const bool in_silence = random_.uniform() < 0.5;
    if (random_.uniform() < 0.6) {
      cluster_.crash(worker, in_silence);
    } else {
      cluster_.cut(worker, in_silence);
    }
    down_.push_back(worker);
  }

  Cluster& cluster_;
  Random& random_;
  std::size_t faults_;
  std::vector<WorkerId> down_;
  std::vector<FromWorker> said_;
};

ServerOptions patient(std::uint64_t term) {
  ServerOptions o;
  o.term = Term(term);
  o.when_unrecoverable = WhenUnrecoverable::wait;
  return o;
}

// Runs until the round is over. Timers never fire: whoever is away comes back before.
bool run_round(Cluster& cluster, Schedule& schedule, Churn& churn, std::size_t limit) {
  for (std::size_t k = 0; k < limit; ++k) {
    if (cluster.server().phase() == Server::Phase::idle) return true;
    churn.maybe_act();
    if (!schedule.step(cluster) && !churn.bring_back()) return false;
  }
  return false;
}

void check(const Cluster& cluster) {
  for (const auto& complaint : cluster.complaints) RC_LOG() << complaint << "\n";
  RC_ASSERT(cluster.complaints.empty());
  RC_ASSERT(!cluster.failed());
  for (const Cluster::Round& r : cluster.rounds) {
    RC_ASSERT(r.commit.residual == 0.0);
    RC_ASSERT(r.error < 1e-9);
  }
}

// Nothing of a round that is over is kept, once everything has come to rest.
void check_stores(Cluster& cluster) {
  for (int k = 0; k < 3; ++k) {
    cluster.settle();
    for (std::uint32_t w = 0; w < cluster.plan().workers(); ++w) {
      if (!cluster.is_running(WorkerId(w))) continue;
      ToyHost& host = cluster.host(WorkerId(w));
      if (host.in_hand) cluster.end_chunk(host, ChunkOutcome::finished);
    }
  }
  for (std::uint32_t w = 0; w < cluster.plan().workers(); ++w) {
    if (!cluster.is_running(WorkerId(w))) continue;
    const ToyHost& host = cluster.host(WorkerId(w));
    for (const auto& [stamp, kept] : host.store) {
      RC_ASSERT(kept.empty() || stamp == host.machine.stamp());
    }
  }
}

void churn_on(Method method, std::size_t faults, std::size_t spare) {
  const auto plan = any_plan(method, any_blocks(), spare);
  const ToyShape shape = any_shape(*plan);
  const ServerOptions options = with_any_policy(patient(1));
  for (int k = 0; k < 15; ++k) {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    RC_LOG() << "seed " << seed << "\n";
    Cluster cluster(plan, options, shape);
    join_all(cluster);
    Schedule schedule(seed, plan->workers());
    Churn churn(cluster, schedule.random, faults);
    for (std::uint64_t round = 1; round <= 3; ++round) {
      cluster.begin_round(RoundId(round));
      RC_ASSERT(run_round(cluster, schedule, churn, (faults + 3) * step_limit(*plan, shape)));
      check(cluster);
    }
    RC_ASSERT(cluster.rounds.size() == 3U);
    check_stores(cluster);
  }
}

RC_GTEST_PROP(Churn, PartialRoundsEndExactly, ()) { churn_on(Method::partial, 8, 1); }
RC_GTEST_PROP(Churn, RoundsEndExactlyWithoutASpareCopy, ()) { churn_on(Method::partial, 6, 0); }
RC_GTEST_PROP(Churn, OriginalRoundsEndExactly, ()) { churn_on(Method::original, 6, 1); }

// A server dies at any point and its next term goes on at the same or an earlier round.
RC_GTEST_PROP(Churn, ANewTermIsObeyed, ()) {
  const auto plan = any_plan(Method::partial, any_blocks(), 1);
  const ToyShape shape = any_shape(*plan);
  const std::size_t limit = 10 * step_limit(*plan, shape);
  const ServerOptions options = with_any_policy(patient(1));
  const auto of_term = [&](std::uint64_t term) {
    ServerOptions o = options;
    o.term = Term(term);
    return o;
  };
  for (int k = 0; k < 15; ++k) {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    RC_LOG() << "seed " << seed << "\n";
    Cluster cluster(plan, options, shape);
    join_all(cluster);
    Schedule schedule(seed, plan->workers());
    Churn churn(cluster, schedule.random, 3);
    std::uint64_t round = 5;
    for (std::uint64_t term = 2; term <= 4; ++term) {
      cluster.begin_round(RoundId(round));
      const std::size_t steps = schedule.random.below(20 + 2 * plan->assignment().copies());
      run_round(cluster, schedule, churn, steps);
      cluster.restart_server(of_term(term));
      churn.all_cut();
      round -= schedule.random.below(2);
      while (schedule.random.uniform() < 0.5 && churn.bring_back()) schedule.step(cluster);
    }
    cluster.begin_round(RoundId(round));
    RC_ASSERT(run_round(cluster, schedule, churn, limit));
    check(cluster);
    RC_ASSERT(cluster.rounds.back().commit.stamp == (Stamp{Term(4), RoundId(round)}));
    check_stores(cluster);
  }
}

}  // namespace
}  // namespace gleaner
