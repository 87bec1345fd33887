#include "coding/limits.h"

#include <fmt/format.h>

namespace gleaner {

Status check_sizes(std::size_t chunks, std::size_t workers) {
  if (chunks == 0) return bad_input("there are 0 chunks", "ask for at least one chunk");
  if (workers == 0) return bad_input("there are 0 workers", "ask for at least one worker");
  if (workers > kWorkersMax) {
    return bad_input(fmt::format("{} workers are more than the limit of {}", workers, kWorkersMax),
                     "use fewer workers");
  }
  if (chunks > kChunksMax) {
    return bad_input(fmt::format("{} chunks are more than the limit of {}", chunks, kChunksMax),
                     "cut the data into fewer chunks");
  }
  return {};
}

Status check_sizes(std::size_t chunks, std::size_t workers, std::size_t replication) {
  if (const Status sizes = check_sizes(chunks, workers); !sizes) return sizes;
  if (replication == 0) return bad_input("the replication is 0", "let every chunk be held at least once");
  if (replication > workers) {
    return bad_input(fmt::format("replication {} needs {} different workers, but there are {}", replication,
                                 replication, workers),
                     "lower the replication or add workers");
  }
  if (chunks * replication > kCopiesMax) {
    return bad_input(fmt::format("{} chunks times replication {} are more than {} copies", chunks,
                                 replication, kCopiesMax),
                     "lower the replication or the number of chunks");
  }
  return {};
}

}  // namespace gleaner
