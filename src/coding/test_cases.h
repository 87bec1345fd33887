// Random instances for the property tests of coding. Call inside a property only.
#pragma once

#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include <rapidcheck.h>

#include "base/random.h"
#include "base/slot_set.h"
#include "coding/assignment.h"
#include "coding/ordering.h"

namespace gleaner::testing_cases {

inline std::size_t any_size(std::size_t least, std::size_t most) {
  return *rc::gen::inRange<std::size_t>(least, most + 1);
}

inline Random any_random() {
  return Random({.seed = *rc::gen::arbitrary<std::uint64_t>(), .purpose = Purpose::test});
}

/// Any sizes up to `most`; every chunk has `replication_least` to m holders. Loads are unequal, some 0.
inline Assignment any_assignment(std::size_t replication_least = 1, std::size_t most = 10) {
  const std::size_t workers = any_size(replication_least, std::max(most, replication_least));
  const std::size_t chunks = any_size(1, most);
  Random random = any_random();
  std::vector<std::pair<ChunkId, WorkerId>> pairs;
  std::vector<std::uint32_t> deck(workers);
  std::iota(deck.begin(), deck.end(), 0U);
  for (std::uint32_t i = 0; i < chunks; ++i) {
    random.shuffle(std::span(deck));
    const std::size_t holders = replication_least + random.below(workers - replication_least + 1);
    for (std::size_t k = 0; k < holders; ++k) pairs.emplace_back(i, deck[k]);
  }
  return Assignment::from_pairs(chunks, workers, pairs).value();
}

/// N = m, all loads and replications equal; cyclic or random.
inline Assignment any_regular(std::size_t workers_most = 30, std::size_t replication_most = 8) {
  const std::size_t workers = any_size(1, workers_most);
  const std::size_t replication = any_size(1, std::min(workers, replication_most));
  if (*rc::gen::arbitrary<bool>()) return Assignment::cyclic(workers, workers, replication).value();
  return Assignment::regular_graph(workers, workers, replication, *rc::gen::arbitrary<std::uint64_t>())
      .value();
}

/// Up to 5 chunks on up to 5 workers with at most `orderings_max` orderings in all; loads and replications
/// differ. Needs no property around it.
inline Assignment enumerable_assignment(std::uint64_t seed, std::size_t orderings_max) {
  Random random({.seed = seed, .purpose = Purpose::test, .position = 1});
  const std::size_t chunks = 1 + random.below(5);
  const std::size_t workers = 2 + random.below(4);
  std::set<std::pair<ChunkId, WorkerId>> pairs;
  std::vector<std::size_t> load(workers, 0);
  std::size_t orderings = 1;
  const auto add = [&](std::size_t chunk) {
    const std::size_t worker = random.below(workers);
    if (orderings * (load[worker] + 1) > orderings_max) return;
    if (!pairs.emplace(static_cast<std::uint32_t>(chunk), static_cast<std::uint32_t>(worker)).second) return;
    orderings *= ++load[worker];
  };
  for (std::size_t i = 0; i < chunks; ++i) add(i);  // 5! orderings at most
  for (std::size_t k = random.below(4 * chunks); k > 0; --k) add(random.below(chunks));
  const std::vector<std::pair<ChunkId, WorkerId>> list(pairs.begin(), pairs.end());
  return Assignment::from_pairs(chunks, workers, list).value();
}

/// For every worker a random set of its slots; every slot is in it with a probability that is drawn first.
inline std::vector<SlotSet> any_used(const Assignment& assignment) {
  Random random = any_random();
  const double density = random.uniform() * 1.2;
  std::vector<SlotSet> used(assignment.workers());
  for (std::uint32_t j = 0; j < assignment.workers(); ++j) {
    for (std::uint32_t s = 0; s < assignment.load(WorkerId(j)); ++s) {
      if (random.uniform() < density) used[j].insert(Slot(s));
    }
  }
  return used;
}

/// |S_i| for every chunk, counted the slow way.
inline std::vector<std::size_t> copies_in(const Assignment& assignment, const std::vector<SlotSet>& used) {
  std::vector<std::size_t> copies(assignment.chunks(), 0);
  for (std::uint32_t j = 0; j < assignment.workers(); ++j) {
    const auto chunks = assignment.chunks_of(WorkerId(j));
    for (std::uint32_t s = 0; s < chunks.size(); ++s) {
      if (used[j].contains(Slot(s))) ++copies[chunks[s].index()];
    }
  }
  return copies;
}

}  // namespace gleaner::testing_cases
