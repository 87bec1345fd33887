// What can be recovered at a deadline.
#pragma once

#include <vector>

#include "base/result.h"
#include "study/reproduce.h"
#include "study/reproduce_steps.h"

namespace gleaner {

inline constexpr unsigned kPaperDeadlines[] = {3, 6, 9, 12, 15, 18, 21, 24};
/// Methods and l in study_residuals() and study_shipping_original(), each begun as one step.
inline constexpr std::size_t kResidualSteps = 2 * kPaperBlocks + 1;

/// Residuals at kPaperDeadlines with kPaperLost workers lost at the start: partial in the paper's order and
/// in random ones, l = 1 .. 3, through the shipping machines. All rows meet the same draws. A round that is
/// exact at one deadline ended before it and is the same at every later one; it is not run again. Errors: a
/// round that was not completed.
[[nodiscard]] Result<std::vector<ResidualRow>> study_residuals(const ReproduceOptions& options,
                                                               const Assignment& assignment,
                                                               std::uint64_t trials, ReproduceSteps& steps);

/// The same for the shipping original code with l = 1. Its workers encode after the signal, knowing who else
/// has finished: it is exact as soon as every chunk has a finished holder.
[[nodiscard]] Result<std::vector<ResidualRow>> study_shipping_original(const ReproduceOptions& options,
                                                                       const Assignment& assignment,
                                                                       std::uint64_t trials,
                                                                       ReproduceSteps& steps);

/// The paper's baseline, l = 1: the vector of a finished worker is the plain sum of its chunks, whoever else
/// has finished, and the server can only weight vectors: residual = min_x ||A_F x - 1||, F the workers that
/// have finished everything at the deadline. No protocol is involved, so none is run: F follows from the
/// draws of the same trials. Not what `original` does here: see study_shipping_original.
[[nodiscard]] std::vector<ResidualRow> study_fixed_sums(const ReproduceOptions& options,
                                                        const Assignment& assignment, std::uint64_t trials);

}  // namespace gleaner
