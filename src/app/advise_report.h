// What `gleaner advise` says: a table with reasons, or JSON.
#pragma once

#include <string>

#include "app/options.h"
#include "study/advise.h"

namespace gleaner {

/// Ends with a line end.
[[nodiscard]] std::string advise_text(const AdviseOptions& options, const Advice& advice);

/// One object, its keys as docs/simulating.md lists them. No line end.
[[nodiscard]] std::string advise_json(const AdviseOptions& options, const Advice& advice);

}  // namespace gleaner
