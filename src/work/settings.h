// What a run was asked for, by the names that a person knows: a resumed run must be asked for the same.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "work/run_spec.h"

namespace gleaner {

/// Everything that decides what the parameters of a round are: what the fields of `spec` say, then
/// spec.other_settings (of which those with a name that is there already do not count), last the fingerprint
/// of the plan. When a run ends and what it writes is no part of it.
[[nodiscard]] std::vector<Setting> settings_of(const RunSpec& spec);

/// Whether both are the same. The error names the first setting that is not, its value then and its value
/// now.
[[nodiscard]] Status check_same(const std::vector<Setting>& then, const std::vector<Setting>& now);

}  // namespace gleaner
