// A search for a better conditioned frame that can go on for as long as somebody wants to wait.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "coding/frame.h"
#include "coding/holder_subsets.h"

namespace gleaner {

/// Gives every worker a vector of its own, the one of its colour at first, and moves all of them so that the
/// worst condition over the holder subsets that exist falls (beyond.md section 6). No clock: what best() is
/// after k steps is a pure function of the arguments and k. Value-like, not thread safe; the assignment is
/// not kept.
class FrameImprovement {
 public:
  /// REQUIRES: `start` is a frame of unit vectors for `assignment`.
  FrameImprovement(const Assignment& assignment, const Frame& start, std::uint64_t seed);

  /// False where nothing can be gained (one block, a condition of 1) or a step would take longer than
  /// seconds (more than 15 million units of kConditionWork for all holder subsets).
  [[nodiscard]] bool possible() const { return possible_; }

  /// A short ascent from the best frame so far, its first step 0.002 to 0.1 long, some of them after a small
  /// push in a random direction: about a tenth of a second for 200 workers with 8 chunks and 3 blocks, at
  /// most two or three. Keeps the result if it is better. REQUIRES: possible().
  void step();
  [[nodiscard]] std::uint64_t steps() const { return steps_; }

  /// The frame with the smallest worst condition so far: `start` itself at first.
  [[nodiscard]] Frame best() const;
  /// Its worst condition. REQUIRES: possible().
  [[nodiscard]] double condition() const;

 private:
  Frame start_;
  std::uint64_t seed_;
  Subsets subsets_;  // of workers
  bool possible_ = false;
  std::vector<double> rows_;
  double start_value_ = 0;  // min sigma_l^2 / sigma_1^2
  double value_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace gleaner
