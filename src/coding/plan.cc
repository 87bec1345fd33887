#include "coding/plan.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace gleaner {

std::string_view name_of(Method method) {
  switch (method) {
    case Method::partial: return "partial";
    case Method::original: return "original";
    case Method::uncoded: return "uncoded";
  }
  return "unknown";
}

namespace {

Status check_order(const Assignment& assignment, const Ordering& ordering) {
  if (ordering.workers() != assignment.workers()) {
    return bad_input(fmt::format("the order is for {} workers, the assignment for {}", ordering.workers(),
                                 assignment.workers()),
                     "make the order from this assignment");
  }
  for (std::uint32_t j = 0; j < assignment.workers(); ++j) {
    if (ordering.of(WorkerId(j)).size() != assignment.load(WorkerId(j))) {
      return bad_input(fmt::format("the order of worker {} names {} slots, but it holds {} chunks", j,
                                   ordering.of(WorkerId(j)).size(), assignment.load(WorkerId(j))),
                       "make the order from this assignment");
    }
  }
  return {};
}

Status check_replication(Method method, const Assignment& assignment, std::size_t blocks) {
  for (std::uint32_t i = 0; i < assignment.chunks(); ++i) {
    if (assignment.replication(ChunkId(i)) < blocks) {
      return bad_input(fmt::format("chunk {} has {} holders, but {} blocks need at least {}", i,
                                   assignment.replication(ChunkId(i)), blocks, blocks),
                       "lower the blocks or raise the replication");
    }
  }
  if (method != Method::uncoded) return {};
  if (blocks > 1) {
    return bad_input(
        fmt::format("the method uncoded sends whole gradients, but {} blocks are asked for", blocks),
        "use 1 block or the method partial");
  }
  if (assignment.replication_max() > 1) {
    return bad_input(fmt::format("the method uncoded needs replication 1, but some chunk has {} holders",
                                 assignment.replication_max()),
                     "use replication 1 or the method partial");
  }
  return {};
}

// With l = 1 only a zero is useless.
Status check_rows_not_zero(const Frame& frame) {
  for (std::uint32_t j = 0; j < frame.workers(); ++j) {
    if (frame.row(WorkerId(j))[0] == 0) {
      return bad_input(fmt::format("the decoding vector of worker {} is 0", j), "use a frame of ones");
    }
  }
  return {};
}

// Two holders of one chunk with the same decoding vector: their copies count as one.
Status check_no_twins(const Assignment& assignment, const Frame& frame) {
  const auto less = [&](WorkerId x, WorkerId y) {
    return std::lexicographical_compare(frame.row(x).begin(), frame.row(x).end(), frame.row(y).begin(),
                                        frame.row(y).end());
  };
  std::vector<WorkerId> holders;
  for (std::uint32_t i = 0; i < assignment.chunks(); ++i) {
    holders.clear();
    for (const auto& holder : assignment.holders_of(ChunkId(i))) holders.push_back(holder.worker);
    std::sort(holders.begin(), holders.end(), less);
    for (std::size_t h = 1; h < holders.size(); ++h) {
      if (less(holders[h - 1], holders[h])) continue;
      return bad_input(
          fmt::format("workers {} and {} hold chunk {} and have the same decoding vector in the {} frame",
                      holders[h - 1].value, holders[h].value, i, name_of(frame.kind())),
          "use a coloured or gaussian frame for more than 1 block");
    }
  }
  return {};
}

Status check_frame(const Assignment& assignment, const Frame& frame) {
  if (frame.workers() != assignment.workers()) {
    return bad_input(fmt::format("the frame is for {} workers, the assignment for {}", frame.workers(),
                                 assignment.workers()),
                     "make the frame for this assignment");
  }
  if (frame.blocks() == 1) return check_rows_not_zero(frame);
  if (const Status twins = check_no_twins(assignment, frame); !twins) return twins;
  // A look at many subsets, though not at all of them where the plan is large: equal vectors, the likely
  // mistake, were looked for above.
  constexpr std::size_t kWork = kConditionWork / 6;
  if (std::isfinite(estimate_condition(assignment, frame, kWork).at_least)) return {};
  return bad_input(
      fmt::format("{} holders of one chunk have linearly dependent decoding vectors in the {} frame",
                  frame.blocks(), name_of(frame.kind())),
      "use a coloured or gaussian frame");
}

}  // namespace

Result<Plan> Plan::make(Method method, Assignment assignment, Ordering ordering, Frame frame) {
  if (const Status order = check_order(assignment, ordering); !order) return order.error();
  if (frame.blocks() == 0) return bad_input("the plan has 0 blocks", "use at least one block");
  if (const Status copies = check_replication(method, assignment, frame.blocks()); !copies) {
    return copies.error();
  }
  if (const Status rows = check_frame(assignment, frame); !rows) return rows.error();
  return Plan(method, std::move(assignment), std::move(ordering), std::move(frame));
}

Result<Plan> Plan::with_method(Method method) const {
  if (const Status copies = check_replication(method, assignment_, frame_.blocks()); !copies) {
    return copies.error();
  }
  return Plan(method, assignment_, ordering_, frame_);
}

Plan Plan::with_arithmetic(std::string arithmetic) const {
  Plan plan = *this;
  plan.arithmetic_ = std::move(arithmetic);
  return plan;
}

Result<Plan> Plan::with_ordering(Ordering ordering) const {
  if (const Status order = check_order(assignment_, ordering); !order) return order.error();
  return Plan(method_, assignment_, std::move(ordering), frame_);
}

}  // namespace gleaner
