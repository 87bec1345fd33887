// What a plan promises and what it costs.
#include "coding/kernels.h"
#include "coding/plan.h"

namespace gleaner {
namespace {

// The chunks of every worker count at its end only: while chunk i is short, of its holders all but l - 1 miss
// one chunk, in whatever order.
std::size_t q_max_of_whole_workers(const Assignment& a, std::size_t blocks) {
  return 1 + a.copies() - (a.replication_min() - (blocks - 1));
}

// N = m, equal loads, and no two workers with the same chunk in the same position.
bool is_balanced(const Assignment& a, const Ordering& ordering) {
  if (!is_regular(a)) return false;
  std::vector<std::size_t> seen_in(a.chunks(), a.load_max());  // the last position
  for (std::size_t p = 0; p < a.load_max(); ++p) {
    for (std::uint32_t j = 0; j < a.workers(); ++j) {
      std::size_t& last = seen_in[a.chunk_at(WorkerId(j), ordering.of(WorkerId(j))[p]).index()];
      if (last == p) return false;
      last = p;
    }
  }
  return true;
}

void state_order(PlanFacts& facts, const Plan& plan) {
  const Assignment& a = plan.assignment();
  if (plan.method() == Method::partial) {
    facts.q_max = q_max(a, plan.ordering(), plan.blocks());
    facts.q_max_lower_bound = q_max_lower_bound(a, plan.blocks());
  } else {
    facts.q_max = q_max_of_whole_workers(a, plan.blocks());
    facts.q_max_lower_bound = facts.q_max;
  }
  if (facts.q_max == facts.q_max_lower_bound) {
    facts.order = OrderKind::optimal;
  } else {
    facts.order = is_balanced(a, plan.ordering()) ? OrderKind::balanced : OrderKind::heuristic;
  }
}

}  // namespace

std::string_view name_of(OrderKind kind) {
  switch (kind) {
    case OrderKind::optimal: return "optimal";
    case OrderKind::balanced: return "balanced";
    case OrderKind::heuristic: return "heuristic";
  }
  return "unknown";
}

PlanFacts facts_of(const Plan& plan, std::size_t dimension, std::size_t segment_floats, std::size_t credits) {
  const Assignment& a = plan.assignment();
  PlanFacts facts;
  facts.workers = plan.workers();
  facts.chunks = plan.chunks();
  facts.blocks = plan.blocks();
  facts.load_max = a.load_max();
  facts.replication_min = a.replication_min();
  facts.tolerated_losses = facts.replication_min - facts.blocks;
  state_order(facts, plan);
  facts.frame = plan.frame().kind();
  facts.colours = plan.frame().colours();
  facts.condition = estimate_condition(a, plan.frame(), kConditionWork);
  const std::size_t vector = block_length(dimension, plan.blocks());
  const bool whole = credits != 0 && segment_floats >= (vector + credits - 1) / credits;
  const std::size_t window = whole ? vector : credits * segment_floats;
  facts.worker_memory_bytes = facts.load_max * vector * plan.blocks() * sizeof(float);
  facts.server_memory_bytes = (dimension + plan.workers() * window) * sizeof(float);
  facts.fingerprint = plan.fingerprint().hex;
  return facts;
}

}  // namespace gleaner
