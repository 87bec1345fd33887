// Sizes beyond which an assignment is refused instead of exhausting the memory. Internal to coding.
#pragma once

#include <cstddef>

#include "base/result.h"

namespace gleaner {

constexpr std::size_t kChunksMax = std::size_t{1} << 24U;
constexpr std::size_t kWorkersMax = std::size_t{1} << 24U;
constexpr std::size_t kCopiesMax = std::size_t{1} << 28U;

/// Errors: no chunk, no worker, more than the limits.
Status check_sizes(std::size_t chunks, std::size_t workers);

/// Also for the generators: replication 0, above the number of workers, or too many copies.
Status check_sizes(std::size_t chunks, std::size_t workers, std::size_t replication);

}  // namespace gleaner
