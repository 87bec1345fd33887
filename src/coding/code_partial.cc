#include "coding/code_partial.h"

#include "base/check.h"
#include "coding/coefficients.h"

namespace gleaner {
namespace {

// R_S of one chunk: the decoding vectors of the holders that use it, ascending by worker. Returns the place
// of `self` among them.
std::size_t gather_rows(const Plan& plan, ChunkId chunk, std::span<const SlotSet> used, WorkerId self,
                        std::vector<double>& rows) {
  rows.clear();
  std::size_t place = 0;
  for (const auto& [worker, slot] : plan.assignment().holders_of(chunk)) {
    if (!used[worker.index()].contains(slot)) continue;
    if (worker == self) place = rows.size() / plan.blocks();
    const auto row = plan.frame().row(worker);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  return place;
}

}  // namespace

SlotSet PartialCode::counted(const Plan& /*plan*/, WorkerId /*worker*/, const SlotSet& done) const {
  return done;
}

SlotSet PartialCode::needed(const Plan& plan, WorkerId worker, const SlotSet& done,
                            const Coverage& coverage) const {
  SlotSet needed;
  const auto chunks = plan.assignment().chunks_of(worker);
  for (std::uint32_t s = 0; s < chunks.size(); ++s) {
    if (coverage.is_short(chunks[s]) && !done.contains(Slot(s))) needed.insert(Slot(s));
  }
  return needed;
}

std::vector<double> PartialCode::encode_rows(const Plan& plan, WorkerId worker,
                                             std::span<const SlotSet> used) const {
  GLEANER_CHECK(used.size() == plan.workers(), "one set of used slots per worker");
  const std::size_t blocks = plan.blocks();
  const SlotSet& own = used[worker.index()];
  std::vector<double> result;
  result.reserve(own.count() * blocks);
  std::vector<double> rows;
  own.for_each([&](Slot slot) {
    const std::size_t place = gather_rows(plan, plan.assignment().chunk_at(worker, slot), used, worker, rows);
    const std::vector<double> u = coefficients(rows, blocks).u;
    const auto begin = u.begin() + static_cast<std::ptrdiff_t>(place * blocks);
    result.insert(result.end(), begin, begin + static_cast<std::ptrdiff_t>(blocks));
  });
  return result;
}

std::vector<double> PartialCode::decode_row(const Plan& plan, WorkerId worker,
                                            std::span<const SlotSet> /*used*/) const {
  const auto row = plan.frame().row(worker);
  return {row.begin(), row.end()};
}

double PartialCode::residual_squared(const Plan& plan, std::span<const SlotSet> used) const {
  GLEANER_CHECK(used.size() == plan.workers(), "one set of used slots per worker");
  double sum = 0;
  std::vector<double> rows;
  for (std::uint32_t i = 0; i < plan.chunks(); ++i) {
    gather_rows(plan, ChunkId(i), used, WorkerId(0), rows);
    sum += coefficients(rows, plan.blocks()).residual_squared;
  }
  return sum;
}

}  // namespace gleaner
