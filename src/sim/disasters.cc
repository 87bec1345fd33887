#include "sim/disasters.h"

#include <algorithm>
#include <utility>

#include "base/random.h"

namespace gleaner {
namespace {

// Clusters that are run before anybody counts rounds: fixed, so that the result does not depend on threads.
constexpr std::size_t kBatch = 64;
constexpr std::size_t kTraceLinesMax = 400;

// Generous: more is a run without end.
std::uint64_t events_max(const ClusterSpec& s) {
  const std::size_t per_round = 40 * (s.plan->assignment().copies() + s.plan->workers() * (s.segments + 8));
  return 20'000 + 8 * (s.rounds + 4) * per_round;
}

bool still_fails(const DisasterCluster& cluster, Violation::Rule rule, DisasterRun& run) {
  DisasterRun next = run_disaster(cluster, false);
  if (!next.violation || next.violation->rule != rule) return false;
  run = std::move(next);
  return true;
}

/// Tries what makes a cluster smaller, and keeps what still breaks the same rule.
class Shrinking {
 public:
  Shrinking(DisasterCluster cluster, DisasterRun run, std::size_t runs_max)
      : cluster_(std::move(cluster)), run_(std::move(run)), runs_left_(runs_max) {}

  void shrink() {
    for (bool again = true; again;) {
      again = fewer_rounds();
      again = spare_many() || again;
      again = spare_each() || again;
      again = simpler_network() || again;
    }
  }
  [[nodiscard]] const DisasterCluster& cluster() const { return cluster_; }

 private:
  template <class Change>
  bool keep_if_it_fails(Change&& change) {
    if (runs_left_ == 0) return false;
    --runs_left_;
    DisasterCluster smaller = cluster_;
    change(smaller);
    if (!still_fails(smaller, run_.violation->rule, run_)) return false;
    cluster_ = std::move(smaller);
    return true;
  }
  bool fewer_rounds() {
    const std::uint64_t needed = std::max<std::uint64_t>(1, run_.violation->round.value);
    if (needed >= cluster_.spec.rounds) return false;
    return keep_if_it_fails([&](DisasterCluster& c) { c.spec.rounds = needed; });
  }
  bool spare_many() {
    bool any = false;
    for (std::uint32_t half = run_.blows / 2; half > 1; half /= 2) {
      for (std::uint32_t first = 0; first < run_.blows; first += half)
        any = spare(first, first + half) || any;
    }
    return any;
  }
  bool spare_each() {
    bool any = false;
    for (std::uint32_t k = 0; k < run_.blows; ++k) any = spare(k, k + 1) || any;
    return any;
  }
  bool spare(std::uint32_t first, std::uint32_t last) {
    std::set<std::uint32_t> spared = cluster_.storm.spared;
    for (std::uint32_t k = first; k < last; ++k) spared.insert(k);
    if (spared == cluster_.storm.spared) return false;
    return keep_if_it_fails([&](DisasterCluster& c) { c.storm.spared = spared; });
  }
  bool simpler_network() {
    bool any = false;
    const auto without = [&](auto&& change) {
      NetworkModel simpler = cluster_.spec.network;
      change(simpler);
      if (simpler == cluster_.spec.network) return;
      any = keep_if_it_fails([&](DisasterCluster& c) { c.spec.network = simpler; }) || any;
    };
    without([](NetworkModel& m) { m = NetworkModel{}; });
    without([](NetworkModel& m) { m.partitions.clear(); });
    without([](NetworkModel& m) { m.loss = 0; });
    without([](NetworkModel& m) { m.duplicate = 0; });
    without([](NetworkModel& m) { m.reorder = 0; });
    without([](NetworkModel& m) { m.server_bandwidth = NetworkModel::kUnlimited; });
    without([](NetworkModel& m) { m.bandwidth = NetworkModel::kUnlimited; });
    return any;
  }

  DisasterCluster cluster_;
  DisasterRun run_;
  std::size_t runs_left_;
};

DisasterFinding find_smallest(DisasterCluster cluster, DisasterRun run, std::uint64_t rounds,
                              std::size_t runs_max) {
  DisasterFinding f;
  f.seed = cluster.seed;
  f.rounds = rounds;
  f.first = *run.violation;
  Shrinking shrinking(std::move(cluster), std::move(run), runs_max);
  shrinking.shrink();
  f.cluster = shrinking.cluster();
  DisasterRun last = run_disaster(f.cluster, true);
  f.violation = *last.violation;
  for (std::uint32_t k = 0; k < last.blows; ++k) f.blows += f.cluster.storm.spared.contains(k) ? 0 : 1;
  // What comes after the violation says nothing any more.
  const auto at = std::find_if(last.trace.begin(), last.trace.end(),
                               [](const std::string& l) { return l.find("VIOLATION") != std::string::npos; });
  if (at != last.trace.end()) last.trace.erase(at + 1, last.trace.end());
  if (last.trace.size() > kTraceLinesMax) {
    last.trace.erase(last.trace.begin(), last.trace.end() - static_cast<std::ptrdiff_t>(kTraceLinesMax));
  }
  f.trace = std::move(last.trace);
  return f;
}

}  // namespace

DisasterRun run_disaster(const DisasterCluster& cluster, bool with_trace) {
  DisasterChecker checker(cluster);
  if (with_trace) checker.keep_trace();
  DisasterVectors vectors(cluster.spec.plan, cluster.spec.code, cluster.seed, cluster.spec.dimension,
                          cluster.spec.segments, cluster.bad, checker);
  Storm storm(cluster.storm, cluster.spec.plan->workers());
  Cluster engine(cluster.spec);
  Trial trial;
  trial.seed = cluster.seed;
  const Cluster::Hooks hooks{&vectors, &storm, &checker, events_max(cluster.spec)};
  checker.close(engine.run(trial, hooks));
  return {checker.counts(), checker.violation(), storm.drawn(), checker.trace()};
}

std::uint64_t disaster_seed(std::uint64_t seed, std::uint64_t k) {
  if (k == 0) return seed;
  return Random({.seed = seed, .purpose = Purpose::disaster_cluster, .round = k, .worker = 1}).bits() >> 24U;
}

DisasterReport run_disasters(const DisasterOptions& options) {
  DisasterReport report;
  report.seed = options.seed;
  report.policy = options.policy;
  const auto cluster = [&](std::uint64_t k) {
    return draw_disaster_cluster(disaster_seed(options.seed, k), options.policy);
  };
  const ForEach one_after_another = [](std::size_t count, const std::function<void(std::size_t)>& body) {
    for (std::size_t k = 0; k < count; ++k) body(k);
  };
  const ForEach& for_each = options.for_each ? options.for_each : one_after_another;
  std::vector<DisasterRun> runs(kBatch);
  for (std::uint64_t first = 0; report.counts.rounds < options.rounds; first += kBatch) {
    // No more clusters than there are rounds left, since each has one at least.
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(kBatch, options.rounds - report.counts.rounds));
    for_each(count, [&](std::size_t k) { runs[k] = run_disaster(cluster(first + k), false); });
    for (std::size_t k = 0; k < count && report.counts.rounds < options.rounds; ++k) {
      const std::uint64_t before = report.counts.rounds;
      report.counts += runs[k].counts;
      if (!runs[k].violation) continue;
      report.finding =
          find_smallest(cluster(first + k), std::move(runs[k]), before, options.shrinking_runs_max);
      return report;
    }
    if (options.progress) options.progress(report.counts.rounds);
    if (options.keep_going && !options.keep_going()) return report;
  }
  return report;
}

}  // namespace gleaner
