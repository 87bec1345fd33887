// From data and a name to what is trained.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/range.h"
#include "base/result.h"
#include "data/dataset.h"
#include "objective/local_updates.h"
#include "objective/mini_batch.h"
#include "objective/objective.h"

namespace gleaner {

/// Makes an objective that this room does not know, over chunks of data that outlive it and stay where they
/// are.
using ObjectiveMaker = std::function<Result<std::shared_ptr<const Objective>>(
    const Dataset& data, std::vector<IndexRange> chunk_rows, const MiniBatch& mini)>;

/// What server and workers must agree on, beside the data.
struct ObjectiveChoice {
  std::string name;    ///< softmax | logistic | linear | mlp; of others, which `maker` makes, any
  std::string hidden;  ///< widths of the hidden layers of mlp
  MiniBatch mini;
  LocalUpdates local{};  ///< not on(): chunk vectors are gradients
  ObjectiveMaker maker = {};
};

/// The objective over the chunks `chunk_rows` of `data`, which must outlive it and stay where it is. Errors
/// name the flag.
[[nodiscard]] Result<std::shared_ptr<const Objective>> build_objective(const ObjectiveChoice& choice,
                                                                       const Dataset& data,
                                                                       std::vector<IndexRange> chunk_rows);

}  // namespace gleaner
