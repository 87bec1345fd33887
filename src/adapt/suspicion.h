// How likely is it that who has been silent for so long is gone?
#pragma once

#include <array>
#include <cstddef>

#include "base/time.h"

namespace gleaner {

/// Learns from the intervals between signs of life of one peer. With mean interval mu and longest interval L
/// among the last kWindow,
///
///   suspicion(t) = min( t / (mu ln 10 kNines), t / (2 L) )
///
/// of a silence of t. The first term is an accrual detector with exponential intervals (Hayashibara et al.,
/// "The phi accrual failure detector", SRDS 2004): at 1, a living peer is silent for so long once in
/// 10^kNines intervals. The second says that a silence which has been survived is no reason yet: a peer that
/// was given up in error and came back raises its own bar. Grows with t without bound; from 1 on the peer is
/// given up.
///
/// A pure function of what it is told. Value type; not thread safe.
class Suspicion {
 public:
  static constexpr std::size_t kWindow = 128;
  static constexpr std::size_t kFirst = 16;
  static constexpr double kNines = 8;

  /// `expected`: the interval that the peer was asked for; counts as the first kFirst ones. > 0.
  explicit Suspicion(Duration expected);

  /// A sign of life, so long after the one before.
  void heard_after(Duration interval);

  /// 0 at once after a sign of life.
  [[nodiscard]] double after(Duration silence) const;
  /// The silence at which it is 1.
  [[nodiscard]] Duration limit() const;
  [[nodiscard]] Duration mean() const;
  [[nodiscard]] Duration longest() const;

 private:
  std::array<Duration, kWindow> intervals_{};
  std::size_t count_ = 0;  // of those that are there
  std::size_t next_ = 0;
  Duration sum_{};
  Duration longest_{};
};

}  // namespace gleaner
