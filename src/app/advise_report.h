// What `gleaner advise` says: a table with reasons, or JSON.
#pragma once

#include <string>
#include <vector>

#include "app/options.h"
#include "study/advise.h"

namespace gleaner {

/// Reasons as sentences: what the round's time is made of, how uncoded compares, what memory forbids, why not
/// the fastest. At least one.
[[nodiscard]] std::vector<std::string> advise_reasons(const AdviseOptions& options, const Advice& advice);

/// What takes most of the time beside the work itself: "slow workers", "network" or "work".
[[nodiscard]] std::string limited_by(const TimeParts& parts);

/// Ends with a line end.
[[nodiscard]] std::string advise_text(const AdviseOptions& options, const Advice& advice);

/// One object, its keys as docs/advising.md lists them. No line end.
[[nodiscard]] std::string advise_json(const AdviseOptions& options, const Advice& advice);

}  // namespace gleaner
