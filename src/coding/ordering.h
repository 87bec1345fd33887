// In which order each worker processes its chunks: pi_j and O(i,j) of protocol.md sections 1 and 6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "coding/assignment.h"

namespace gleaner {

/// For every worker a permutation of its slots: the k-th entry is done k-th. Value type.
class Ordering {
 public:
  /// The order of protocol.md section 6: an edge colouring of the chunk-worker graph, colour = position.
  ///
  /// N = m and equal loads delta = gamma: a proper colouring with delta colours (Koenig), every chunk exactly
  /// once in every position. Then Q_max = 1 + m delta - (delta - l + 1)(delta - l + 2) / 2, optimal for l
  /// = 1. Otherwise both sides are split into nodes of degree at most K = min(max load, max replication)
  /// before colouring with K colours, and a worker does its chunks by ascending colour: each chunk is spread
  /// over the layers as evenly as its degree allows. That is a heuristic (for_mean_time() knows a better
  /// one); is_regular() tells which case it was. On a cyclic placement with N = m the colours are the shifts
  /// that the paper uses. Deterministic. Kempe chains: 100,000 workers with load 8 take about 0.3 s.
  static Ordering optimal(const Assignment& assignment);

  /// As optimal, with another edge colouring: edges are coloured in a random order, a pure function of
  /// `seed`. On a cyclic placement optimal() gives the paper's shifts, in which neighbours do the same chunks
  /// one after another; a mixed order has the same Q_max, is about 2% slower when static and 13-16% faster
  /// with skipping (200 workers, replication 8; beyond.md section 2). On random graphs the two do not differ.
  static Ordering mixed(const Assignment& assignment, std::uint64_t seed);

  /// An order for instances that are not regular (is_regular()), made for the mean time of a round, which
  /// Q_max says little about (beyond.md section 5). Starting from optimal(), every worker in turn sorts its
  /// chunks by the probability that exactly l - 1 of the other holders have them at time T, the largest
  /// first: the chance that its own copy is the one that counts. Three sweeps; chunk times are exponential
  /// with mean 1, one per worker; one worker in twenty fails; at T half of the rounds would be over. The law
  /// matters little: against optimal() rounds take 0 to 60% less for exponential, shifted, log-normal and
  /// Pareto times alike, most where replications differ. A heuristic: nothing is proven. Deterministic. With
  /// the sum of squared replications times l above 3e8, or a replication below l, it is optimal().  O(l sum_i
  /// gamma_i^2).
  static Ordering for_mean_time(const Assignment& assignment, std::size_t blocks);

  /// An order with a small Q_max, at the price of a longer mean time: starting from optimal(), every worker
  /// in turn does the chunks first of which the other holders leave least undone; of all sweeps, at most ten,
  /// the best. On instances with unequal loads it comes within 0 to 1% of q_max_lower_bound(). Never above
  /// optimal(). Same limits as for_mean_time().
  static Ordering for_worst_case(const Assignment& assignment, std::size_t blocks);

  /// An independent random permutation in every worker, a pure function of `seed`.
  static Ordering random(const Assignment& assignment, std::uint64_t seed);

  /// Ascending chunk id everywhere.
  static Ordering ascending(const Assignment& assignment);

  /// Errors: not a permutation of the slots of each worker.
  static Result<Ordering> from_slots(const Assignment& assignment, std::vector<std::vector<Slot>> order);

  [[nodiscard]] std::span<const Slot> of(WorkerId worker) const { return order_[worker.index()]; }
  /// O(i,j) - 1: the 0-based position of a slot in the worker's order. O(delta).
  [[nodiscard]] std::size_t position(WorkerId worker, Slot slot) const;
  [[nodiscard]] std::size_t workers() const { return order_.size(); }

  bool operator==(const Ordering&) const = default;

 private:
  explicit Ordering(std::vector<std::vector<Slot>> order) : order_(std::move(order)) {}
  std::vector<std::vector<Slot>> order_;
};

/// True when N = m and all loads and replications are equal, the case in which Ordering::optimal is optimal
/// for l = 1.
[[nodiscard]] bool is_regular(const Assignment& assignment);

/// Q_max of protocol.md section 6 for `blocks` = l: one more than the largest number of chunks that the
/// cluster can have processed while some chunk is short of l copies. Total load + 1 if a chunk has fewer than
/// l holders. Equal loads are not required: O(i,j) counts from the front, tails from each worker's own end.
[[nodiscard]] std::size_t q_max(const Assignment& assignment, const Ordering& ordering, std::size_t blocks);

/// A proven lower bound of q_max over ALL orderings: 1 + W - undone_upper_bound() (order_certificate.h), the
/// certificate of beyond.md section 5 for l = 1 and an extension of it for l >= 2; total load + 1 if a chunk
/// has fewer than l holders. For l = 1 it is 1 + W - floor(min_S g'(S) / |S|), and the optimum where N = m
/// and loads are equal. Where the squared loads sum to more than a million the sets S that minimum cuts would
/// find are left out: valid, but weaker on irregular instances. 0 for blocks = 0, as q_max.
[[nodiscard]] std::size_t q_max_lower_bound(const Assignment& assignment, std::size_t blocks);

}  // namespace gleaner
