// What became of the work, as a table.
#pragma once

#include <string>
#include <string_view>

#include "training/ledger_page.h"

namespace gleaner {

/// At most so many rows of workers; of more of them those are shown whose slowness cost most.
inline constexpr std::size_t kLedgerRows = 16;

/// One row per worker and their sum, under whose it is ("partial, all 60 rounds") and what the columns mean,
/// within 100 characters. Ends with a line end; empty if nothing was collected.
[[nodiscard]] std::string ledger_table(const LedgerPage& page, std::string_view whose);

}  // namespace gleaner
