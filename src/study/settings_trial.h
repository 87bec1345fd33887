// Trials of one setting. Internal to advise.h.
#pragma once

#include <cstdint>
#include <vector>

#include "study/advise.h"
#include "study/trials.h"

namespace gleaner {

/// The trials of a setting under the conditions of the spec.
[[nodiscard]] TrialsSpec trials_of(const AdviseSpec& spec, const TriedSetting& tried, std::uint64_t trials);

/// Fills in what the trials say of `tried`. Errors: those of run_trials; interrupted.
[[nodiscard]] Status try_setting(const AdviseSpec& spec, std::uint64_t trials, TriedSetting& tried);

/// The settings's plan and memory. Errors: those of plan_of.
[[nodiscard]] Result<TriedSetting> prepare(const AdviseSpec& spec, const PlanSetting& setting);

/// What the time of `tried` is made of, by a tenth of the trials of the spec (at least 100).
[[nodiscard]] Result<TimeParts> time_parts(const AdviseSpec& spec, const TriedSetting& tried);

/// The median of the times that the speeds give to chunks of one m-th of the data, in 1000 draws or more.
[[nodiscard]] double median_chunk_seconds(const AdviseSpec& spec);

}  // namespace gleaner
