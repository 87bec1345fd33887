// Clusters, schedules and faults drawn at random, for property tests. Call any_* inside a property only.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <rapidcheck.h>

#include "base/random.h"
#include "coding/test_cases.h"
#include "support/cluster.h"

namespace gleaner::test {

/// The condition of frames in property tests is bounded, so that double precision leaves 1e-9 with room:
/// coefficients come from normal equations, error about 1e-16 condition^2.
constexpr double kConditionMax = 300;

/// Colours in which the holders of every chunk differ: for each worker the first that is free.
inline std::vector<std::size_t> greedy_colours(const Assignment& a) {
  std::vector<std::size_t> colour(a.workers(), a.workers());
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    std::set<std::size_t> taken;
    for (const ChunkId chunk : a.chunks_of(WorkerId(j))) {
      for (const auto& h : a.holders_of(chunk)) taken.insert(colour[h.worker.index()]);
    }
    colour[j] = 0;
    while (taken.contains(colour[j])) ++colour[j];
  }
  return colour;
}

/// One random unit vector per colour. Frame::coloured looks for the best colours and vectors, which takes
/// longer than a hundred rounds: it comes now and then.
inline Frame any_coloured(const Assignment& a, std::size_t blocks, std::uint64_t seed) {
  if (blocks <= 3 && *rc::gen::inRange(0, 60) == 0) return Frame::coloured(a, blocks, seed);
  const std::vector<std::size_t> colour = greedy_colours(a);
  const Frame palette = Frame::gaussian(a.workers(), blocks, seed);
  std::vector<double> rows;
  for (const std::size_t c : colour) {
    const auto row = palette.row(WorkerId(static_cast<std::uint32_t>(c)));
    double norm = 0;
    for (const double x : row) norm += x * x;
    for (const double x : row) rows.push_back(x / std::sqrt(norm));
  }
  const std::size_t colours = 1 + *std::max_element(colour.begin(), colour.end());
  return Frame::from_rows(FrameKind::coloured, a.workers(), blocks, std::move(rows), colours).value();
}

inline Frame any_frame(const Assignment& a, std::size_t blocks) {
  if (blocks == 1 && *rc::gen::arbitrary<bool>()) return Frame::ones(a.workers());
  const std::uint64_t seed = *rc::gen::arbitrary<std::uint64_t>();
  if (*rc::gen::arbitrary<bool>()) return any_coloured(a, blocks, seed);
  return Frame::gaussian(a.workers(), blocks, seed);
}

inline Ordering any_order(const Assignment& a) {
  const std::uint64_t seed = *rc::gen::arbitrary<std::uint64_t>();
  switch (*rc::gen::inRange(0, 4)) {
    case 0: return Ordering::ascending(a);
    case 1: return Ordering::random(a, seed);
    case 2: return Ordering::mixed(a, seed);
    default: return Ordering::optimal(a);
  }
}

/// Cyclic with N != m, or random pairs with unequal loads (some 0); every chunk has `spare` or more holders
/// than blocks.
inline Assignment any_spread(std::size_t blocks, std::size_t spare) {
  using testing_cases::any_size;
  const std::size_t least = blocks + spare;
  if (*rc::gen::arbitrary<bool>())
    return testing_cases::any_assignment(least, std::max<std::size_t>(8, least));
  const std::size_t workers = any_size(least, least + 6);
  return Assignment::cyclic(any_size(1, 9), workers, any_size(least, std::min(least + 2, workers))).value();
}

inline std::size_t any_blocks() {
  return *rc::gen::weightedElement<std::size_t>({{6, 1}, {5, 2}, {3, 3}, {2, 4}, {1, 8}});
}

inline std::shared_ptr<const Plan> any_plan(Method method, std::size_t blocks, std::size_t spare) {
  const Assignment a = any_spread(blocks, spare);
  const Ordering order = any_order(a);
  Frame frame = any_frame(a, blocks);
  for (std::uint64_t k = 0; worst_condition(a, frame) > kConditionMax; ++k) {
    RC_PRE(k < 40);
    frame = Frame::gaussian(a.workers(), blocks, k);
  }
  return std::make_shared<const Plan>(Plan::make(method, a, order, std::move(frame)).value());
}

inline ToyShape any_shape(const Plan& plan) {
  const auto segments = static_cast<std::uint32_t>(*rc::gen::inRange(1, 4));
  const std::size_t least = plan.blocks() * segments;
  return {testing_cases::any_size(least, least + 6), plan.blocks(), segments};
}

/// `o` with any policy, and with any small margin where that means something.
inline ServerOptions with_any_policy(ServerOptions o) {
  o.policy = *rc::gen::element(Policy::fixed, Policy::skip, Policy::skip, Policy::replan);
  if (o.policy != Policy::fixed) o.margin = static_cast<std::uint32_t>(testing_cases::any_size(0, 2));
  return o;
}

/// Who is fast and who is slow, and what happens next: one seed in, one run out.
class Schedule {
 public:
  Schedule(std::uint64_t seed, std::size_t workers) : random({.seed = seed, .purpose = Purpose::test}) {
    for (std::size_t w = 0; w < workers; ++w) {
      computing_.push_back(random.uniform() < 0.2 ? 0.02 : 0.2 + random.uniform());
      sending_.push_back(random.uniform() < 0.2 ? 0.02 : 0.2 + random.uniform());
    }
  }

  /// Performs one step that is enabled, in proportion to its speed; timers with weight `timers`. False if
  /// there is none.
  bool step(Cluster& cluster, double timers = 0) {
    std::vector<Cluster::Step> steps;
    std::vector<double> upto;
    double sum = 0;
    for (const Cluster::Step& s : cluster.enabled()) {
      sum += weight(cluster, s, timers);
      steps.push_back(s);
      upto.push_back(sum);
    }
    if (sum == 0) return false;
    const auto at = std::lower_bound(upto.begin(), upto.end(), random.uniform() * sum);
    const auto k = std::min<std::size_t>(static_cast<std::size_t>(at - upto.begin()), steps.size() - 1);
    perform(cluster, steps[k]);
    return true;
  }

  Random random;
  /// What a chunk that was not stopped ends with. By default well.
  std::function<ChunkOutcome(const ToyHost&)> outcome = [](const ToyHost&) { return ChunkOutcome::finished; };

 private:
  [[nodiscard]] double weight(Cluster& cluster, const Cluster::Step& s, double timers) const {
    switch (s.kind) {
      case Cluster::Step::Kind::chunk: return computing_[cluster.host_at(s.host).peer.worker.index()];
      case Cluster::Step::Kind::segment: return sending_[cluster.host_at(s.host).peer.worker.index()];
      case Cluster::Step::Kind::timer: return timers;
      default: return 3;
    }
  }

  void perform(Cluster& cluster, const Cluster::Step& s) {
    if (s.kind != Cluster::Step::Kind::chunk) return cluster.perform(s);
    ToyHost& host = cluster.host_at(s.host);
    // An Abort may come too late: the chunk then ends as if it had not been sent.
    const bool stopped = host.in_hand->aborting && random.uniform() < 0.7;
    cluster.end_chunk(host, stopped ? ChunkOutcome::stopped : outcome(host));
  }

  std::vector<double> computing_;
  std::vector<double> sending_;
};

/// A bound for the steps of a round, generous: more is a hang.
inline std::size_t step_limit(const Plan& plan, const ToyShape& shape) {
  return 200 + 60 * (plan.assignment().copies() + plan.workers() * (shape.segments + 4));
}

inline void join_all(Cluster& cluster) {
  for (std::uint32_t w = 0; w < cluster.plan().workers(); ++w) cluster.start(WorkerId(w));
  cluster.settle();
}

}  // namespace gleaner::test
