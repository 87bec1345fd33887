// What `gleaner advise` says: a table with reasons, or JSON.
#pragma once

#include <string>

#include "app/options.h"
#include "study/advise.h"

namespace gleaner {

/// `note`: what must be said of all numbers; may be empty. Ends with a line end.
[[nodiscard]] std::string advise_text(const AdviseOptions& options, const Advice& advice,
                                      const std::string& note);

/// One object, its keys as docs/simulating.md lists them. No line end.
[[nodiscard]] std::string advise_json(const AdviseOptions& options, const Advice& advice,
                                      const std::string& note);

}  // namespace gleaner
