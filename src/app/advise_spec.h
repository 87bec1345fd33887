// From the flags of `gleaner advise` to what is searched, and from a setting back to flags.
#pragma once

#include <string>

#include "app/options.h"
#include "base/result.h"
#include "study/advise.h"

namespace gleaner {

/// Errors name the flag and the cure.
[[nodiscard]] Result<AdviseSpec> advise_spec(const AdviseOptions& options);

/// "gleaner train --workers 8 --replication 3 ...": makes this setting.
[[nodiscard]] std::string train_command_line(const AdviseOptions& options, const PlanSetting& setting);
/// The flags of that which `gleaner plan` has.
[[nodiscard]] std::string plan_command_line(const AdviseOptions& options, const PlanSetting& setting);

}  // namespace gleaner
