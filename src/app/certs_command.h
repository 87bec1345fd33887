// gleaner certs
#pragma once

#include "app/options.h"
#include "base/result.h"

namespace gleaner {

/// Makes an authority and the certificates of a cluster, or adds to those that are there, and says what to do
/// with them. Returns the exit code.
[[nodiscard]] Result<int> certs_command(const CertsOptions& options);

}  // namespace gleaner
