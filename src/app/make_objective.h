// From flags and data to what is trained.
#pragma once

#include <cstddef>
#include <memory>

#include "app/options.h"
#include "app/torch_kit.h"
#include "base/result.h"
#include "data/dataset.h"
#include "objective/local_updates.h"
#include "objective/objective.h"

namespace gleaner {

/// The objective that the flags name, with `local` steps if there are any, over `train` cut into `chunks`.
/// `train` must outlive it and stay where it is. `torch` is there if is_torch(options.objective). Errors name
/// the flag.
[[nodiscard]] Result<std::shared_ptr<const Objective>> make_objective(const TrainOptions& options,
                                                                      const TorchKit* torch,
                                                                      const Dataset& train,
                                                                      std::size_t chunks,
                                                                      const LocalUpdates& local = {});

}  // namespace gleaner
