// From flags to a plan.
#pragma once

#include "app/frame_flag.h"
#include "app/options.h"
#include "base/result.h"
#include "coding/plan.h"

namespace gleaner {

/// "partial", "original" or "uncoded"; the error suggests these.
[[nodiscard]] Result<Method> parse_method(std::string_view name);

/// The method that --method names, else that of the --plan file, else partial.
[[nodiscard]] Result<Method> chosen_method(const PlanOptions& options);

/// How a plan was made, beyond what it says itself.
struct PlanNotes {
  std::optional<ImprovementNote> improvement;  ///< of its frame, if one was asked for
};

/// The plan that the flags describe, for `method`. uncoded takes the same chunks and workers with replication
/// 1 and blocks 1. Errors name the flag or the file; flags that a given file decides contradict it.
[[nodiscard]] Result<Plan> build_plan(const PlanOptions& options, Method method, PlanNotes* notes = nullptr);

/// One of `known`, or an error that names `flag` and suggests the nearest.
[[nodiscard]] Result<std::string_view> choose(std::string_view flag, std::string_view value,
                                              std::span<const std::string_view> known);

/// The whole text of a file. Errors name the flag and the path.
[[nodiscard]] Result<std::string> read_file(std::string_view flag, const std::string& path);

}  // namespace gleaner
