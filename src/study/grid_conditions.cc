// What the cells of the grid are. Internal to grid.h.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "coding/ordering.h"
#include "study/grid.h"

namespace gleaner {
namespace {

constexpr std::array<double, 4> kNoises{0, .1, .3, .5};
constexpr std::array<double, 4> kRedraws{0, .01, .1, 1};

SpeedModel speeds_of(std::string_view text) { return SpeedModel::parse(text, TimeUnits::optional).value(); }

// The times of a trace in the unit of their mean over these workers.
SpeedModel in_means(const SpeedModel& speeds, std::size_t workers) {
  double sum = 0;
  for (std::uint64_t r = 1; r <= speeds.period(); ++r) {
    for (std::uint32_t j = 0; j < workers; ++j)
      sum += seconds(speeds.chunk_time(1, RoundId(r), WorkerId(j), 0));
  }
  return speeds.scaled(static_cast<double>(speeds.period() * workers) / sum);
}

// ".1": tables are wide.
std::string short_text(double x) {
  const std::string text = fmt::format("{}", x);
  return text.starts_with("0.") ? text.substr(1) : text;
}

GridCondition other(std::string name, SpeedModel speeds) {
  return {GridCondition::Part::other, std::move(name), false, 0, 1, std::move(speeds)};
}

// The order of the paper; but where chunks are skipped on a cyclic placement, one that suits that better.
Ordering order_of(const Assignment& a, bool cyclic, Policy policy, std::uint64_t seed) {
  return cyclic && policy != Policy::fixed ? Ordering::mixed(a, seed) : Ordering::optimal(a);
}

}  // namespace

std::vector<GridCondition> grid_conditions(const GridOptions& options) {
  using Part = GridCondition::Part;
  const SpeedModel anew = speeds_of("exponential:mean=1");
  std::vector<GridCondition> all{{Part::headline, "no history", false, 0, 1, anew}};
  for (const double redraw : kRedraws) {
    for (const double noise : kNoises) {
      all.push_back({Part::grid, fmt::format("redraw {} noise {}", short_text(redraw), short_text(noise)),
                     false, noise, redraw,
                     speeds_of(fmt::format("exponential:mean=1,redraw={},noise={}", redraw, noise))});
    }
  }
  all.push_back(other("cyclic", anew));
  all.back().cyclic = true;
  all.push_back(other("lognormal(.4)", speeds_of("lognormal:mean=1,sigma=.4")));
  all.push_back(other("bimodal(.1, 5)", speeds_of("bimodal:mean=1,fraction=.1,factor=5")));
  for (const GridTrace& trace : options.traces) {
    all.push_back(other(trace.name, in_means(trace.speeds, options.placement.workers())));
  }
  return all;
}

Status check(const GridOptions& o) {
  if (!is_regular(o.placement) || o.placement.replication_min() < kGridBlocksMax) {
    return bad_input(
        fmt::format(
            "the placement has {} chunks, {} workers and at least {} copies of a chunk; the grid needs as "
            "many chunks as workers, equal loads, and {} copies of every chunk or more",
            o.placement.chunks(), o.placement.workers(), o.placement.replication_min(), kGridBlocksMax),
        "take one like the paper's: every chunk on 8 workers, 8 chunks on every worker");
  }
  if (o.trials == 0 || o.rounds == 0) return bad_input("no trials or no rounds leave nothing to do");
  for (const GridTrace& trace : o.traces) {
    if (trace.speeds.period() == 0) return bad_input(fmt::format("{} is no trace", trace.name));
    if (Status s = trace.speeds.check(o.placement.workers()); !s) return s;
  }
  return {};
}

Result<TrialsSpec> grid_trials(const GridOptions& o, const GridCondition& condition, std::size_t blocks,
                               const GridPolicy& policy) {
  const std::size_t workers = o.placement.workers();
  const std::size_t copies = o.placement.replication_min();
  Result<Assignment> placed = condition.cyclic ? Assignment::cyclic(workers, workers, copies) : o.placement;
  if (!placed) return placed.error();
  Frame frame = blocks == 1 ? Frame::ones(workers) : Frame::gaussian(workers, blocks, o.seed);
  Ordering order = order_of(placed.value(), condition.cyclic, policy.policy, o.seed);
  Result<Plan> plan =
      Plan::make(Method::partial, std::move(placed).value(), std::move(order), std::move(frame));
  if (!plan) return plan.error();
  TrialsSpec spec;
  spec.cluster.plan = std::make_shared<const Plan>(std::move(plan).value());
  spec.cluster.code = code_for(Method::partial);
  spec.cluster.speeds = condition.speeds;
  spec.cluster.server.policy = policy.policy;
  spec.cluster.server.learn_orders = policy.learns;
  spec.cluster.planning = o.planning;
  spec.cluster.rounds = condition.part == GridCondition::Part::headline ? 1 : o.rounds;
  // A trial goes through a trace once: what is learned in it was not seen before.
  if (const std::uint64_t period = condition.speeds.period(); period > 0) {
    spec.cluster.rounds = std::min(o.rounds, period);
  }
  spec.trials = std::max<std::uint64_t>(1, o.trials * o.rounds / spec.cluster.rounds);
  spec.seed = o.seed;
  spec.threads = o.threads;
  spec.progress = o.trial_progress;
  spec.keep_going = o.keep_going;
  return spec;
}

}  // namespace gleaner
