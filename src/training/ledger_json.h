// The ledger in the log and in the summary.
#pragma once

#include <nlohmann/json.hpp>

#include "training/ledger_page.h"

namespace gleaner {

/// Of one round: {"computed": [..], "used": [..], "wasted": [..], "skipped": [..], "aborted": [..],
/// "busy_seconds": [..], "used_seconds": [..], "wasted_seconds": [..], "aborted_seconds": [..],
/// "slowness_seconds": [..], "chunks": {..}}: lists by worker, and under "chunks" the same but for slowness
/// by chunk; null where nothing was collected. Logs of earlier programs have no wasted, no seconds but those
/// that were busy, and no chunks.
[[nodiscard]] nlohmann::ordered_json ledger_of_round(const LedgerPage& page);

/// Of a run: the totals, then "workers" and "chunks" with a row each; null where nothing was collected.
[[nodiscard]] nlohmann::ordered_json ledger_of_run(const LedgerPage& page);

}  // namespace gleaner
