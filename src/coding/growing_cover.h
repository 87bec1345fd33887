// A cover of the chunks that grows by one chunk of one worker at a time: the matching behind B2 and behind
// plans for the rest of a round (beyond.md sections 1 and 3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/slot_set.h"
#include "coding/assignment.h"

namespace gleaner {

/// Deals out chunks so that every chunk gets l different holders, where the number of chunks that each worker
/// may do is given one by one. Augmenting paths in a transversal matroid: if a path from worker j leads over
/// chunks that change hands to one that is short of copies, the cover grows by one. If not, it never will for
/// j, nor for any worker or chunk that the search has reached: they are closed, and are not looked at again.
/// So the cover is as large as it can be after every call, whatever the order of the calls. A path costs at
/// most O(copies) and mostly a few steps. Keeps its memory from cover to cover. Not thread safe.
class GrowingCover {
 public:
  /// Keeps a reference to `assignment`. REQUIRES: blocks >= 1.
  GrowingCover(const Assignment& assignment, std::size_t blocks);

  /// No chunk has a copy yet, and every holder may do it.
  void restart();
  /// After restart(): these chunks of the worker are done. Each counts as one copy of its chunk.
  void add_done(WorkerId worker, const SlotSet& slots);
  /// After restart(): the worker does none of these (any more).
  void forbid(WorkerId worker, const SlotSet& slots);

  /// Copies that are short of l for every chunk.
  [[nodiscard]] std::size_t missing() const { return missing_; }
  /// One more chunk for `worker`, whichever brings the cover forward. False if none does, now or later.
  bool grow(WorkerId worker);
  /// Just this chunk for the worker, if it is short of copies and the worker may do it.
  bool grow(WorkerId worker, Slot slot);

  /// The chunks that the cover deals to the worker; those that were done before it are not among them.
  [[nodiscard]] SlotSet chunks_of(WorkerId worker) const;
  /// Edges looked at since restart(): what it has cost so far, the same on every machine.
  [[nodiscard]] std::uint64_t steps() const { return steps_; }

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  enum class Use : char { no, yes, never };

  bool reaches_short_chunk(std::uint32_t worker);
  std::uint32_t short_chunk_of(std::uint32_t worker);
  void turn_path(std::uint32_t worker, std::uint32_t last_edge);
  void add_copy(std::uint32_t chunk);

  // An edge is a worker's slot: edge_begin_[j] + s. Each chunk knows the edges that lead to it.
  const Assignment& assignment_;
  std::size_t blocks_;
  std::vector<std::uint32_t> edge_begin_;        // worker -> its first edge; one more than workers
  std::vector<std::uint32_t> edge_chunk_;        // edge -> chunk
  std::vector<std::uint32_t> edge_worker_;       // edge -> worker
  std::vector<std::uint32_t> chunk_edge_begin_;  // chunk -> its first place in chunk_edges_
  std::vector<std::uint32_t> chunk_edges_;

  std::size_t missing_ = 0;
  std::uint64_t steps_ = 0;
  std::vector<Use> use_;                   // edge: the worker does the chunk
  std::vector<std::uint32_t> copies_;      // of a chunk so far
  std::vector<std::uint32_t> next_short_;  // edge of a worker: no earlier one leads to a short chunk
  std::vector<char> closed_worker_;
  std::vector<char> closed_chunk_;
  std::vector<std::uint32_t> from_edge_;  // worker -> the used edge by which the search came to it
  std::vector<std::uint32_t> into_edge_;  // chunk -> the unused edge by which the search came to it
  std::vector<std::uint32_t> seen_workers_;
  std::vector<std::uint32_t> seen_chunks_;
  std::vector<char> seen_worker_;
};

}  // namespace gleaner
