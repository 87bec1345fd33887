// Whether the flags of a run whose workers are processes make sense, before anything is read or computed.
#pragma once

#include "app/net_security.h"
#include "app/options.h"
#include "base/result.h"

namespace gleaner {

/// What of the flags does not go together with workers that are processes. Errors name the flag.
[[nodiscard]] Status check_cluster(const TrainOptions& options);

/// What is other where workers are processes: as many workers as processes, and a run whose losses are too
/// many waits for those that come back, unless it was told what to do.
void adapt_to_cluster(TrainOptions& options);

/// Where workers knock, and how that is protected. Errors name the flag.
[[nodiscard]] Result<SecuredEndpoint> door_of(const TrainOptions& options);

}  // namespace gleaner
