// Completion times of exact recovery, as the paper looks at them and as they are.
#pragma once

#include <vector>

#include "base/result.h"
#include "study/reproduce.h"
#include "study/reproduce_steps.h"

namespace gleaner {

/// What one trial of the paper needs: a plan for a method and l, drawn or made. The plan of random_order
/// holds the paper's order; random_orders() draws another for each trial. Frames are Gaussian, as in the
/// paper (l = 1: ones). Errors: what Plan::make says.
[[nodiscard]] Result<Plan> paper_plan(const Assignment& assignment, PaperMethod method, std::size_t blocks,
                                      std::uint64_t seed);

/// The faults of the paper: so many workers, drawn anew for every trial, lost before their first chunk.
[[nodiscard]] FaultModel lost_at_start(std::size_t workers);
/// Its speeds: exponential with mean 1 second, one draw per worker and trial. A mean chunk time is a second.
[[nodiscard]] SpeedModel paper_speeds();

/// For every scheme, method and l = 1 .. 3: 8 - l workers lost; cyclic also without losses, as in the
/// published runs; the last scheme also without the grid. All rows meet the same draws. Errors: a round that
/// was not completed.
[[nodiscard]] Result<std::vector<TimeRow>> study_times(const ReproduceOptions& options,
                                                       const std::vector<ReproducedScheme>& schemes,
                                                       std::uint64_t trials, ReproduceSteps& steps);
/// How many rows that are.
[[nodiscard]] std::size_t count_times(std::size_t schemes);

}  // namespace gleaner
