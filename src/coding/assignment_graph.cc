// Random regular assignments.
#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "coding/assignment.h"
#include "coding/limits.h"

namespace gleaner {
namespace {

// Holders as one flat array: chunk i has the entries i gamma .. (i+1) gamma - 1. A switch exchanges the
// holders of two entries and so keeps every load and every replication.
class Switcher {
 public:
  Switcher(std::vector<std::uint32_t> holders, std::size_t replication)
      : holders_(std::move(holders)), replication_(replication) {}

  // Exchanges entries p and q unless a chunk would get a holder that it has.
  void try_switch(std::size_t p, std::size_t q) {
    const std::size_t a = p / replication_;
    const std::size_t b = q / replication_;
    if (a == b || holds(a, holders_[q]) || holds(b, holders_[p])) return;
    std::swap(holders_[p], holders_[q]);
  }

  [[nodiscard]] const std::vector<std::uint32_t>& holders() const { return holders_; }

 private:
  [[nodiscard]] bool holds(std::size_t chunk, std::uint32_t worker) const {
    const auto begin = holders_.begin() + static_cast<std::ptrdiff_t>(chunk * replication_);
    const auto end = begin + static_cast<std::ptrdiff_t>(replication_);
    return std::find(begin, end, worker) != end;
  }

  std::vector<std::uint32_t> holders_;
  std::size_t replication_;
};

// The cyclic placement has loads equal up to one for every N, m and gamma: worker j holds the chunks i with
// floor(i m / N) in a window of gamma integers mod m.
std::vector<std::uint32_t> cyclic_holders(std::size_t chunks, std::size_t workers, std::size_t replication) {
  std::vector<std::uint32_t> holders;
  holders.reserve(chunks * replication);
  for (std::size_t i = 0; i < chunks; ++i) {
    for (std::size_t k = 0; k < replication; ++k) {
      holders.push_back(static_cast<std::uint32_t>((i * workers / chunks + k) % workers));
    }
  }
  return holders;
}

}  // namespace

Result<Assignment> Assignment::regular_graph(std::size_t chunks, std::size_t workers, std::size_t replication,
                                             std::uint64_t seed) {
  if (const Status sizes = check_sizes(chunks, workers, replication); !sizes) return sizes.error();
  Random random({.seed = seed, .purpose = Purpose::assignment});
  // Random switches are a Markov chain whose limit is the uniform law over simple graphs with these degrees;
  // after five per edge an edge has stayed in place with probability e^-10.
  Switcher graph(cyclic_holders(chunks, workers, replication), replication);
  const std::size_t copies = chunks * replication;
  for (std::size_t k = 0; k < 5 * copies; ++k) {
    const std::size_t p = random.below(copies);
    graph.try_switch(p, random.below(copies));
  }
  // New names for the workers: otherwise the same ones would carry the odd chunk for every seed.
  std::vector<std::uint32_t> name(workers);
  std::iota(name.begin(), name.end(), 0U);
  random.shuffle(std::span(name));

  std::vector<std::pair<ChunkId, WorkerId>> pairs;
  pairs.reserve(copies);
  for (std::size_t p = 0; p < copies; ++p) {
    pairs.emplace_back(static_cast<std::uint32_t>(p / replication), name[graph.holders()[p]]);
  }
  return from_pairs(chunks, workers, pairs);
}

}  // namespace gleaner
