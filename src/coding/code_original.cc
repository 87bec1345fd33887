#include "coding/code_original.h"

#include "base/check.h"
#include "coding/least_squares.h"

namespace gleaner {
namespace {

// True when some chunk is used by no worker at all: with l = 1 the case of least squares.
bool is_incomplete(const Plan& plan, std::span<const SlotSet> used) {
  GLEANER_CHECK(used.size() == plan.workers(), "one set of used slots per worker");
  Coverage coverage(plan.chunks(), plan.blocks());
  for (std::uint32_t j = 0; j < used.size(); ++j) coverage.add(plan.assignment(), WorkerId(j), used[j]);
  return !coverage.complete();
}

bool weighs_whole_vectors(const Plan& plan, std::span<const SlotSet> used) {
  return plan.blocks() == 1 && is_incomplete(plan, used);
}

// A_F: column j holds the chunks whose sum worker j sends. Workers without any keep an empty column.
SparseColumns columns_of(const Plan& plan, std::span<const SlotSet> used) {
  SparseColumns columns;
  columns.rows = plan.chunks();
  for (std::uint32_t j = 0; j < used.size(); ++j) {
    used[j].for_each(
        [&](Slot slot) { columns.row_of.push_back(plan.assignment().chunk_at(WorkerId(j), slot).value); });
    columns.begin.push_back(columns.row_of.size());
  }
  return columns;
}

// The server asks for one weight per worker of the same selection. The last solution is kept per thread and
// found again by value, so the functions stay pure.
const LeastSquares& fit(const Plan& plan, std::span<const SlotSet> used) {
  thread_local SparseColumns last;
  thread_local LeastSquares solution;
  SparseColumns columns = columns_of(plan, used);
  if (columns != last) {
    solution = fit_ones(columns);
    last = std::move(columns);
  }
  return solution;
}

}  // namespace

SlotSet OriginalCode::counted(const Plan& plan, WorkerId worker, const SlotSet& done) const {
  return done.count() == plan.assignment().load(worker) ? done : SlotSet();
}

SlotSet OriginalCode::needed(const Plan& plan, WorkerId worker, const SlotSet& done,
                             const Coverage& coverage) const {
  const auto chunks = plan.assignment().chunks_of(worker);
  for (const ChunkId chunk : chunks) {
    if (coverage.is_short(chunk)) return SlotSet::first(chunks.size()) - done;
  }
  return {};
}

std::vector<double> OriginalCode::encode_rows(const Plan& plan, WorkerId worker,
                                              std::span<const SlotSet> used) const {
  if (!weighs_whole_vectors(plan, used)) return PartialCode::encode_rows(plan, worker, used);
  return std::vector<double>(used[worker.index()].count(), 1.0);
}

bool OriginalCode::rows_are_local(const Plan& plan, std::span<const SlotSet> used) const {
  return !weighs_whole_vectors(plan, used);
}

std::vector<double> OriginalCode::decode_row(const Plan& plan, WorkerId worker,
                                             std::span<const SlotSet> used) const {
  if (!weighs_whole_vectors(plan, used)) return PartialCode::decode_row(plan, worker, used);
  return {fit(plan, used).x[worker.index()]};
}

double OriginalCode::residual_squared(const Plan& plan, std::span<const SlotSet> used) const {
  if (!weighs_whole_vectors(plan, used)) return PartialCode::residual_squared(plan, used);
  return fit(plan, used).residual_squared;
}

}  // namespace gleaner
