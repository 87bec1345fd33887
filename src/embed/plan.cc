// make_plan, parse_plan, to_json, facts_of.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "embed/bridge.h"
#include "work/segments.h"
#include "work/spec_grammar.h"

namespace gleaner::v1 {
namespace {

constexpr std::array<std::string_view, 3> kMethods{"partial", "original", "uncoded"};
constexpr std::array<std::string_view, 3> kSchemes{"cyclic", "fractional-repetition", "regular-graph"};
constexpr std::array<std::string_view, 3> kOrders{"optimal", "worst-case", "random"};
constexpr std::array<std::string_view, 4> kFrames{"auto", "ones", "gaussian", "coloured"};

Status check_name(std::string_view field, std::string_view name, std::span<const std::string_view> known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return {};
  return unknown_name(field, "value", name, known);
}

Status check_names(const PlanOptions& o) {
  if (Status s = check_name("method", o.method, kMethods); !s) return s;
  if (Status s = check_name("scheme", o.scheme, kSchemes); !s) return s;
  if (Status s = check_name("order", o.order, kOrders); !s) return s;
  return check_name("frame", o.frame, kFrames);
}

gleaner::Result<Frame> frame_of(const PlanOptions& o, const Assignment& a) {
  if (o.blocks == 0 || o.blocks > a.replication_min())
    return bad_input(fmt::format("blocks {} is not between 1 and the {} holders of a chunk", o.blocks,
                                 a.replication_min()),
                     "lower blocks or raise replication");
  if (o.frame == "ones" && o.blocks > 1)
    return bad_input(fmt::format("frame ones cannot tell {} blocks apart", o.blocks),
                     "use frame coloured, or blocks 1");
  if (o.frame == "ones" || (o.frame == "auto" && o.blocks == 1)) return Frame::ones(a.workers());
  return o.frame == "gaussian" ? Frame::gaussian(a.workers(), o.blocks, o.seed)
                               : Frame::coloured(a, o.blocks, o.seed);
}

gleaner::Result<Assignment> assignment_of(const PlanOptions& o) {
  const std::size_t chunks = o.chunks == 0 ? std::max<std::size_t>(o.workers, 1) : o.chunks;
  const std::size_t replication = o.method == "uncoded" ? 1 : o.replication;
  if (o.scheme == "cyclic") return Assignment::cyclic(chunks, o.workers, replication);
  if (o.scheme == "regular-graph") return Assignment::regular_graph(chunks, o.workers, replication, o.seed);
  return Assignment::fractional_repetition(chunks, o.workers, replication);
}

// As the program chooses them: the order of the paper is made for N = m and equal loads.
Ordering order_of(const PlanOptions& o, const Assignment& a) {
  if (o.order == "random") return Ordering::random(a, o.seed);
  if (is_regular(a)) return Ordering::optimal(a);
  return o.order == "optimal" ? Ordering::for_mean_time(a, o.blocks) : Ordering::for_worst_case(a, o.blocks);
}

gleaner::Result<gleaner::Plan> build(const PlanOptions& o) {
  if (Status names = check_names(o); !names) return names.error();
  auto assignment = assignment_of(o);
  if (!assignment) return assignment.error();
  const Assignment& a = assignment.value();
  auto frame = frame_of(o, a);
  if (!frame) return frame.error();
  const Method method = o.method == "uncoded"    ? Method::uncoded
                        : o.method == "original" ? Method::original
                                                 : Method::partial;
  return gleaner::Plan::make(method, a, order_of(o, a), std::move(frame).value());
}

}  // namespace

Result<Plan> make_plan(const PlanOptions& options) {
  const auto made = build(options);
  if (!made) return to_public(made.error());
  return to_public(made.value());
}

Result<Plan> parse_plan(std::string_view text, std::string_view name) {
  const auto parsed = gleaner::Plan::parse(text, name);
  if (!parsed) return to_public(parsed.error());
  return to_public(parsed.value());
}

Result<std::string> to_json(const Plan& plan) {
  const auto checked = to_internal(plan);
  if (!checked) return to_public(checked.error());
  return checked.value().canonical();
}

Result<PlanFacts> facts_of(const Plan& plan, std::size_t dimension) {
  const auto checked = to_internal(plan);
  if (!checked) return to_public(checked.error());
  const gleaner::PlanFacts facts = gleaner::facts_of(checked.value(), dimension, kSegmentFloats, kCredits);
  return PlanFacts{.load_max = facts.load_max,
                   .replication_min = facts.replication_min,
                   .tolerated_losses = facts.tolerated_losses,
                   .q_max = facts.q_max,
                   .worst_condition = facts.condition.at_least,
                   .worker_memory_bytes = facts.worker_memory_bytes,
                   .fingerprint = facts.fingerprint};
}

}  // namespace gleaner::v1
