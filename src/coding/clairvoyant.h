// How soon a round could end if somebody knew all speeds beforehand: the bounds B1 and B2 of beyond.md
// section 1. No order, no policy and no message delay can beat them, whatever the method.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "coding/assignment.h"

namespace gleaner {

/// Both in the unit of the chunk times; +inf where no time is enough: too few live workers for l copies.
struct ClairvoyantBounds {
  double free = 0;    ///< B1: whoever is quick may take any chunk
  double placed = 0;  ///< B2 >= B1: with the placement as it is
};

/// Computes bounds for many draws of chunk times on one placement, reusing its memory. Worker j takes
/// s_j > 0 for each of its chunks (so per=worker; +inf: it is lost before it has finished any), and has
/// finished c_j(T) = #{k <= delta_j : k s_j <= T} chunks at time T.
///
///   B1 = the smallest T with sum_j c_j(T) >= N l
///   B2 = the smallest T at which chunks can be dealt out so that every chunk has l different holders that
///        do it, and worker j does at most c_j(T)
///
/// B2 by augmenting paths (a transversal matroid): the moments k s_j come in ascending order, and each allows
/// worker j one chunk more. If a path from j leads over chunks that change hands to one that is short of
/// copies, the plan grows by one. If not, it never will for j, nor for any worker or chunk that the search
/// has reached: they are closed, and are not looked at again. The moment of the (N l)-th success is B2. O(E
/// log m) besides the paths, E = copies; a path costs at most O(E) and mostly a few steps. Not thread safe:
/// one per thread.
class Clairvoyant {
 public:
  /// Keeps a reference to `assignment`. REQUIRES: blocks >= 1.
  Clairvoyant(const Assignment& assignment, std::size_t blocks);

  /// REQUIRES: one s_j per worker, none NaN, all above 0.
  [[nodiscard]] ClairvoyantBounds bounds(std::span<const double> chunk_times);

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  // An edge is a worker's slot: edge_begin_[j] + s. Each chunk knows the edges that lead to it.
  [[nodiscard]] double placed(std::span<const double> chunk_times);
  void forget_everything();
  bool grows_by(std::uint32_t worker);
  bool reaches_short_chunk(std::uint32_t worker);
  std::uint32_t short_chunk_of(std::uint32_t worker);
  void turn_path(std::uint32_t worker, std::uint32_t last_edge);

  const Assignment& assignment_;
  std::size_t blocks_;
  std::vector<std::uint32_t> edge_begin_;        // worker -> its first edge; one more than workers
  std::vector<std::uint32_t> edge_chunk_;        // edge -> chunk
  std::vector<std::uint32_t> edge_worker_;       // edge -> worker
  std::vector<std::uint32_t> chunk_edge_begin_;  // chunk -> its first place in chunk_edges_
  std::vector<std::uint32_t> chunk_edges_;

  std::vector<char> used_;                 // edge: the worker does the chunk
  std::vector<std::uint32_t> copies_;      // of a chunk so far, at most l
  std::vector<std::uint32_t> next_short_;  // edge of a worker: no earlier one leads to a short chunk
  std::vector<char> closed_worker_;
  std::vector<char> closed_chunk_;
  std::vector<std::uint32_t> from_edge_;  // worker -> the used edge by which the search came to it
  std::vector<std::uint32_t> into_edge_;  // chunk -> the unused edge by which the search came to it
  std::vector<std::uint32_t> seen_workers_;
  std::vector<std::uint32_t> seen_chunks_;
  std::vector<char> seen_worker_;
  std::vector<std::pair<double, std::uint32_t>> moments_;  // heap: next k s_j, worker
  std::vector<std::uint32_t> done_;                        // k of a worker
  std::vector<double> all_moments_;
};

}  // namespace gleaner
