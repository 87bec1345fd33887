// What no order can do: upper bounds on the work that is left while some chunk is short. Internal to coding.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/ids.h"
#include "coding/assignment.h"

namespace gleaner {

/// A bound on the best order from a set of chunks (beyond.md section 5, and its extension to l >= 2).
///
/// The tail t_ij = delta_j - O(i,j) + 1 is what worker j does from chunk i on. While chunk i is short, all
/// but the k_i = gamma_i - l + 1 smallest tails of its holders can be done: Q_i = 1 + W - undone_i with
/// undone_i their sum. Suppose that undone_i >= K for all chunks i of a set S.
/// - The tails of S sum to at most g'(S) = sum_j [s_j delta_j - s_j (s_j - 1) / 2], s_j = |S cap L_j|, and
///   making them s_j different values delta_j, delta_j - 1, .. only increases every undone_i.
/// - They sum to at least |S| K + sum_i (the l - 1 largest tails of i) = |S| K + sum_{v >= 1} E(v), E(v) the
///   number of tails >= v that are among the l - 1 largest of their chunk.
/// - The largest tail that counts in undone_i is at least b_i = ceil(K / k_i), so the l - 1 above it are too:
///   chunk i has l - 1 in E(v) for v <= b_i. The c_i(v) tails >= v of any other chunk have min(l - 1, c_i) of
///   them in E(v), at least the share (l - 1) / gamma_i; so E(v) is at least the value of placing all tails
///   >= v into the chunks with the largest gamma_i first.
/// If |S| K + sum_v E(v) > g'(S) the supposition is false. For l = 1 this is K > g'(S) / |S|.
class SetCertificate {
 public:
  /// REQUIRES: S is not empty and has no chunk twice; every chunk has at least `blocks` >= 1 holders.
  SetCertificate(const Assignment& assignment, std::size_t blocks, std::span<const ChunkId> set);

  /// True if no order has undone_i >= K for all chunks of the set. Monotone in K. O(delta log |S|).
  [[nodiscard]] bool excludes(std::size_t undone) const;
  /// The largest K <= limit that is not excluded.
  [[nodiscard]] std::size_t largest_allowed(std::size_t limit) const;

 private:
  [[nodiscard]] std::size_t least_above(std::size_t value, std::size_t undone) const;

  std::size_t above_;                        // l - 1
  std::vector<std::size_t> replication_;     // of the chunks of S, descending
  std::vector<std::size_t> copies_before_;   // prefix sums of that
  std::vector<std::size_t> tails_at_least_;  // v -> tails >= v, all made as large as possible
  std::size_t tails_ = 0;                    // g'(S)
};

/// K + (l - 1) ceil(K / k): the sum of the tails of a chunk with k + l - 1 holders is at least this when
/// undone_i >= K.
[[nodiscard]] std::size_t least_tails(std::size_t undone, std::size_t counted, std::size_t blocks);

/// An upper bound of max over all orders of min_i undone_i, proven by the sets that it looked at: every
/// single chunk, all chunks, one grown greedily, and, where the sum of squared loads is at most `flow_limit`,
/// those that minimum cuts find (Dinkelbach's iteration; for l = 1 the bound is then floor(min_S g'(S) /
/// |S|)). REQUIRES: every chunk has at least `blocks` >= 1 holders.
[[nodiscard]] std::size_t undone_upper_bound(const Assignment& assignment, std::size_t blocks,
                                             std::size_t flow_limit);

}  // namespace gleaner
