// Whether orders that are told in the middle of a round have gained anything lately.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace gleaner {

/// An average of what rounds with orders have cost, over what they would have without. While it is well below
/// 1 orders are told. Where it is not, none are: they are only tried, that is worked out and weighed by the
/// speeds that the round then shows, after a pause that is longer each time, until they have gained in some
/// rounds. So who tells lies, and chunk times that say nothing about the next ones, cost the rounds of a
/// trial nothing.
class OrderWorth {
 public:
  /// A round with orders, told or tried, took `cost` times what it would have taken without.
  void weigh(double cost);
  /// Any round is over.
  void end_round();

  [[nodiscard]] bool may_tell() const { return proven_ > 0; }
  [[nodiscard]] bool may_try() const { return proven_ == 0 && pause_ == 0; }

  static constexpr std::size_t kStateSize = 5;
  /// For checkpoints.
  [[nodiscard]] std::array<double, kStateSize> state() const;
  /// REQUIRES: state.size() == kStateSize.
  void restore(std::span<const double> state);

 private:
  double cost_ = 0;     // average
  double rounds_ = 0;   // averaged
  double proven_ = 0;   // 1: orders are told
  double pause_ = 0;    // rounds that are left
  double longest_ = 0;  // the last pause
};

}  // namespace gleaner
