// Seeded draws that are the same on every compiler. No state is shared and nothing depends on the order in
// which draws are made: a draw is a pure function of its key.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

namespace gleaner {

/// What a draw is for. Two purposes never share a stream, so adding draws to one leaves the others as they
/// were.
enum class Purpose : std::uint32_t {
  speeds = 1,
  speed_noise = 2,
  faults = 3,
  order = 4,
  assignment = 5,
  frame = 6,
  data = 7,
  parameters = 8,
  batch = 9,
  test = 10,
  network = 11,
  partition = 12,
  liar = 13,
  dropout = 14,
  trial = 20,
  recovery = 21,
  disaster_cluster = 30,
  disaster_blows = 31,
  disaster_vectors = 32,
};

/// The name of a stream of draws.
struct DrawKey {
  std::uint64_t seed = 0;
  Purpose purpose = Purpose::test;
  std::uint64_t round = 0;
  std::uint64_t worker = 0;
  std::uint64_t position = 0;
};

/// A generator of one stream: xoshiro256++ (Blackman, Vigna 2018) seeded through SplitMix64 from the key.
/// Value type: copying it copies the position in the stream. Not thread safe, as any value.
class Random {
 public:
  explicit Random(const DrawKey& key);

  /// 64 random bits.
  std::uint64_t bits();
  /// Uniform on [0, 1): a multiple of 2^-53.
  double uniform();
  /// Uniform on {0, .., bound-1}, without modulo bias. REQUIRES: bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Exponential with the given mean, by inversion: -mean log(1 - u).
  double exponential(double mean);
  /// Standard normal by Box-Muller; every call takes two uniforms and keeps nothing back.
  double normal();
  /// exp(mu + sigma Z) with mu chosen so that the MEAN is `mean`: mu = log(mean) - sigma^2 / 2.
  double lognormal(double mean, double sigma);
  /// Pareto type I: min / (1 - u)^(1/shape); mean min shape / (shape - 1) for shape > 1.
  double pareto(double min, double shape);

  /// Fisher-Yates: every permutation equally likely.
  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) {
      using std::swap;
      swap(items[i - 1], items[static_cast<std::size_t>(below(i))]);
    }
  }

 private:
  std::uint64_t state_[4];
};

}  // namespace gleaner
