// Who holds which chunk, as a table.
#include <utility>
#include <vector>

#include "coding/assignment.h"
#include "fuzz/fuzz_target.h"

namespace gleaner {

GLEANER_FUZZ_TARGET(assignment_csv) {
  const auto a = Assignment::from_csv(bytes, "table");
  if (!a) return;
  std::vector<std::pair<ChunkId, WorkerId>> pairs;
  for (std::uint32_t j = 0; j < a.value().workers(); ++j)
    for (const ChunkId i : a.value().chunks_of(WorkerId(j))) pairs.emplace_back(i, WorkerId(j));
  const auto back = Assignment::from_pairs(a.value().chunks(), a.value().workers(), pairs);
  fuzz::expect(back.ok() && back.value() == a.value(), "its pairs are the same assignment");
}

}  // namespace gleaner
