#include "adapt/round_state.h"

namespace gleaner {

std::vector<std::uint32_t> RoundState::copies() const {
  std::vector<std::uint32_t> copies(assignment->chunks(), 0);
  for (std::uint32_t j = 0; j < workers.size(); ++j) {
    const auto chunks = assignment->chunks_of(WorkerId(j));
    workers[j].done.for_each([&](Slot s) { ++copies[chunks[s.index()].index()]; });
  }
  return copies;
}

std::vector<double> RoundState::rates() const {
  std::vector<double> rate(assignment->chunks(), 0);
  for (std::uint32_t j = 0; j < workers.size(); ++j) {
    if (!workers[j].works()) continue;
    for (const ChunkId i : assignment->chunks_of(WorkerId(j))) rate[i.index()] += 1 / workers[j].chunk_time;
  }
  return rate;
}

std::size_t RoundState::missing() const {
  std::size_t missing = 0;
  for (const std::uint32_t n : copies()) missing += n < blocks ? blocks - n : 0;
  return missing;
}

}  // namespace gleaner
