// Data, catalogues and servers for tests of what brings data to workers.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "feed/catalogue.h"
#include "feed/chunk_shelf.h"
#include "support/random_dataset.h"

namespace gleaner::test {

/// A data set as a server has it, and a server in place of one on the network, that can be made to fail.
class Feed {
 public:
  explicit Feed(const DataKind& kind = {.rows = 60, .features = 5, .classes = 3}, std::size_t chunks = 6)
      : data(random_dataset(kind)), catalogue(Catalogue::make(data, chunks).value()) {}
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  [[nodiscard]] RunSetup setup() const {
    RunSetup s;
    s.features = data.features;
    s.classes = data.classes;
    s.data_digest = catalogue.digest();
    s.data_name = "the data";
    s.chunks = catalogue.entries();
    return s;
  }

  /// Sends parts of `part_bytes`; breaks off after `bytes_until_break` bytes of one call.
  FetchChunk fetch() {
    return [this](ChunkId chunk, std::uint64_t offset, const auto& on_part) -> Status {
      ++asked[chunk];
      if (down) return run_failed("the server is not there");
      const std::string all = catalogue.bytes(chunk).value();
      for (std::uint64_t sent = 0; offset < all.size();) {
        if (sent >= bytes_until_break) return run_failed("the link broke");
        DataPart part{chunk, offset, all.size(), all.substr(offset, part_bytes)};
        if (damage > 0 && offset + part.bytes.size() == all.size()) {
          part.bytes.back() ^= 1;
          --damage;
        }
        offset += part.bytes.size();
        sent += part.bytes.size();
        if (!on_part(part)) return run_failed("broken off");
      }
      on_part(DataPart{chunk, all.size(), all.size(), {}});
      return {};
    };
  }

  [[nodiscard]] ChunkShelf shelf(ShelfOptions options = {}) {
    options.pause = Duration(0);
    if (!options.say) options.say = [this](const std::string& line) { said.push_back(line); };
    return ChunkShelf::make(setup(), std::move(options)).value();
  }

  Dataset data;
  Catalogue catalogue;
  bool down = false;
  std::size_t part_bytes = 50;
  std::uint64_t bytes_until_break = ~std::uint64_t{0};
  std::size_t damage = 0;  ///< so many chunks arrive with a wrong last bit
  std::map<ChunkId, int> asked;
  std::vector<std::string> said;
};

inline std::vector<ChunkId> ids(const std::vector<std::uint32_t>& numbers) {
  std::vector<ChunkId> chunks;
  for (const std::uint32_t n : numbers) chunks.emplace_back(n);
  return chunks;
}

/// The bytes of a chunk as a worker has them.
inline std::string held_bytes(const HeldChunks& held, std::uint32_t chunk) {
  return chunk_bytes(held.data, held.ranges[chunk]);
}

}  // namespace gleaner::test
