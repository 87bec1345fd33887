// The rows that a worker has.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/range.h"
#include "base/result.h"
#include "data/dataset.h"
#include "objective/objective.h"
#include "training/build_objective.h"

namespace gleaner {

/// Some chunks of a data set: `data` has only their rows, in any order of chunks.
struct HeldChunks {
  Dataset data;
  std::vector<IndexRange> ranges;  ///< by chunk: its rows in `data`; empty: not held

  [[nodiscard]] bool holds(ChunkId chunk) const { return !ranges[chunk.index()].empty(); }
};

/// The objective over held chunks. chunk_gradient() of a held chunk gives the bits that the objective over
/// all the data gives; of another chunk it must not be asked for. reference() sums over the held chunks only.
/// Keeps `held` alive. Errors: as build_objective().
[[nodiscard]] Result<std::shared_ptr<const Objective>> objective_over(std::shared_ptr<const HeldChunks> held,
                                                                      const ObjectiveChoice& choice);

}  // namespace gleaner
