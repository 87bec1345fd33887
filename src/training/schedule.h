// How the learning rate changes from round to round.
#pragma once

#include <cstdint>
#include <string>

namespace gleaner {

/// The factor f(r) on the learning rate in round r = 1, 2, ..: a pure function, the same bits everywhere.
///
/// With w = warmup, s = r - 1 - w (rounds since the warm-up) and T = rounds:
///
///   all       f(r) = r / (w + 1)                                          for r <= w, then f(r) = g(s):
///   constant  g(s) = 1
///   step      g(s) = factor^floor(s / every)
///   cosine    g(s) = min + (1 - min) (1 + cos(pi t)) / 2,   t = s / (T - w), at most 1
///   linear    g(s) = min + (1 - min) (1 - t),               t as above
///
/// No round before T has the factor 0. Value type.
struct Schedule {
  enum class Kind : std::uint8_t { constant, step, cosine, linear };

  Kind kind = Kind::constant;
  std::uint64_t warmup = 0;  ///< w, rounds; < T for cosine and linear
  std::uint64_t every = 1;   ///< >= 1, rounds: step only
  double factor = 1;         ///< in (0, 1]: step only
  double min = 0;            ///< in [0, 1]: cosine and linear only
  std::uint64_t rounds = 0;  ///< T > 0: cosine and linear only

  /// f(round). REQUIRES: round >= 1.
  [[nodiscard]] double at(std::uint64_t round) const;
  /// Whether other numbers of rounds give other factors to the same round.
  [[nodiscard]] bool depends_on_rounds() const { return kind == Kind::cosine || kind == Kind::linear; }
  /// The canonical spelling: "cosine:min=0.1,warmup=10". T is no part of it.
  [[nodiscard]] std::string text() const;

  bool operator==(const Schedule&) const = default;
};

}  // namespace gleaner
