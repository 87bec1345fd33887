// Why `gleaner advise` says what it says, as sentences.
#pragma once

#include <string>
#include <vector>

#include "app/options.h"
#include "study/advise.h"

namespace gleaner {

/// What the round's time is made of, how uncoded compares, what memory forbids, why not the fastest. At least
/// one.
[[nodiscard]] std::vector<std::string> advise_reasons(const AdviseOptions& options, const Advice& advice);

/// What takes most of the time beside the work itself: "slow workers", "network" or "work".
[[nodiscard]] std::string limited_by(const TimeParts& parts);

/// "partial, cyclic, replication 3, 1 block"
[[nodiscard]] std::string name_of_setting(const PlanSetting& setting);
/// "exact", "residual=0.3", "deadline=1.8s"
[[nodiscard]] std::string recovery_text(const Recovery& recovery);

}  // namespace gleaner
