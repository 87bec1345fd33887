// The status of a cluster, for programs and for people.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "runtime/cluster_status.h"

namespace gleaner {

/// One JSON object.
[[nodiscard]] std::string to_json(const ClusterStatus& status);
/// What to_json() wrote, as a table. Errors: it is none.
[[nodiscard]] Result<std::string> status_table(std::string_view json);

}  // namespace gleaner
