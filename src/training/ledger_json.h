// The ledger in the log and in the summary.
#pragma once

#include <nlohmann/json.hpp>

#include "training/ledger_page.h"

namespace gleaner {

/// Of one round: {"computed": [..], "used": [..], "skipped": [..], "aborted": [..], "busy_seconds": [..],
/// "slowness_seconds": [..]}, each by worker; null where nothing was collected.
[[nodiscard]] nlohmann::ordered_json ledger_of_round(const LedgerPage& page);

/// Of a run: the totals, then "workers" and "chunks" with a row each; null where nothing was collected.
[[nodiscard]] nlohmann::ordered_json ledger_of_run(const LedgerPage& page);

}  // namespace gleaner
