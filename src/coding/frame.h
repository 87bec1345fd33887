// Decoding vectors r_j: one vector in R^l per worker (protocol.md section 9, beyond.md section 6).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "coding/assignment.h"

namespace gleaner {

enum class FrameKind : std::uint8_t { ones, gaussian, coloured };
[[nodiscard]] std::string_view name_of(FrameKind kind);

/// R: the m x l matrix whose row j is r_j. Value type; computed once, stored in the plan, never derived
/// again. The numbers of gaussian() and coloured() have at most 29 significant bits: their products with
/// floats are exact in double, and decoding may fuse them (kernel_loops.h). Stored rows may have more.
class Frame {
 public:
  /// r_j = 1, for l = 1 only: decoding is a plain sum.
  static Frame ones(std::size_t workers);

  /// i.i.d. N(0,1) from `seed`, as in the paper. Rows in general position with probability 1, but some R_S is
  /// badly conditioned when there are many chunks: see worst_condition.
  static Frame gaussian(std::size_t workers, std::size_t blocks, std::uint64_t seed);

  /// Workers are coloured by colour_workers(), and colour q gets one of `colours` unit vectors in R^l, chosen
  /// to maximise the smallest singular value over the l-subsets that meet among holders (colours <= l: the
  /// identity; l = 2: angles spread evenly over half a circle; l = 1: all 1 and no colours). `seed` names the
  /// starting points of the search, whose work is bounded: under a second. Deterministic on every compiler:
  /// scalar IEEE arithmetic only.
  static Frame coloured(const Assignment& assignment, std::size_t blocks, std::uint64_t seed);

  /// From stored rows (m x l, row-major). Errors: wrong size, a number that is not finite.
  static Result<Frame> from_rows(FrameKind kind, std::size_t workers, std::size_t blocks,
                                 std::vector<double> rows, std::size_t colours);

  [[nodiscard]] std::size_t blocks() const { return blocks_; }
  [[nodiscard]] std::size_t workers() const { return rows_.size() / blocks_; }
  [[nodiscard]] FrameKind kind() const { return kind_; }
  /// Number of different vectors: 1 for ones, m for gaussian.
  [[nodiscard]] std::size_t colours() const { return colours_; }
  /// r_j, l numbers.
  [[nodiscard]] std::span<const double> row(WorkerId worker) const {
    return std::span<const double>(rows_).subspan(worker.index() * blocks_, blocks_);
  }

  bool operator==(const Frame&) const = default;

 private:
  Frame(FrameKind kind, std::size_t blocks, std::size_t colours, std::vector<double> rows)
      : kind_(kind), blocks_(blocks), colours_(colours), rows_(std::move(rows)) {}

  FrameKind kind_;
  std::size_t blocks_;
  std::size_t colours_;
  std::vector<double> rows_;
};

/// A colouring of the workers in which the holders of every chunk differ; colours are 0, 1, ... Where gamma
/// divides m in a cyclic placement, and wherever else it is proper: j mod gamma, which no colouring beats.
/// Otherwise greedy, largest degree first, improved by a tabu search of bounded work (G1: 15 colours).
/// With more than 20 million pairs of holders of one chunk it stays with the greedy one, with more than 500
/// million every worker has a colour of its own. Deterministic.
[[nodiscard]] std::vector<std::size_t> colour_workers(const Assignment& assignment);

/// The largest condition number sigma_1 / sigma_l of R_S over all l-subsets S of the holders of one chunk: by
/// section 9 also the bound over all reachable holder sets. +inf if some subset is singular; 1 for l = 1 with
/// equal norms. Chunks with fewer than l holders are skipped.
struct ConditionEstimate {
  double at_least = 1;   ///< the largest of those that were looked at
  bool complete = true;  ///< which were all
};

/// Decompositions of l x l matrices cost l^3 units of work, about 15 ns each: this is a second or so.
constexpr std::size_t kConditionWork = 60'000'000;

/// Looks at all subsets if there are at most 8 million and those that differ cost at most `work_max`
/// units, else at as many as that pays for (one at least), drawn from a fixed seed. Deterministic.
[[nodiscard]] ConditionEstimate estimate_condition(const Assignment& assignment, const Frame& frame,
                                                   std::size_t work_max);

/// estimate_condition(kConditionWork).at_least: the worst condition, unless the instance is large.
[[nodiscard]] double worst_condition(const Assignment& assignment, const Frame& frame);

}  // namespace gleaner
