// Dice, and the plans that they give. Internal to disaster_cluster.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/random.h"

namespace gleaner {

struct DisasterCluster;

/// One stream of draws, in plain words.
class Dice {
 public:
  /// `stream`: what is drawn from one changes nothing of what is drawn from another.
  explicit Dice(std::uint64_t seed, std::uint32_t stream = 0)
      : random_({.seed = seed, .purpose = Purpose::disaster_cluster, .worker = stream}) {}

  [[nodiscard]] bool chance(double probability) { return random_.uniform() < probability; }
  /// Uniform on low .. high, both included.
  [[nodiscard]] std::size_t size(std::size_t low, std::size_t high) {
    return low + static_cast<std::size_t>(random_.below(high - low + 1));
  }
  [[nodiscard]] double between(double low, double high) { return low + (high - low) * random_.uniform(); }
  template <class T, std::size_t n>
  [[nodiscard]] T one_of(const std::array<T, n>& items) {
    return items[random_.below(n)];
  }
  [[nodiscard]] std::uint64_t bits() { return random_.bits(); }

 private:
  Random random_;
};

/// Draws plan, condition and their names.
void draw_disaster_plan(Dice& dice, DisasterCluster& cluster);

}  // namespace gleaner
