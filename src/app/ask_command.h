// gleaner status, gleaner stop
#pragma once

#include "app/options.h"
#include "base/result.h"

namespace gleaner {

[[nodiscard]] Result<int> status_command(const AskFlags& flags);
[[nodiscard]] Result<int> stop_command(const AskFlags& flags);

}  // namespace gleaner
