#include "base/random.h"

#include <bit>
#include <cmath>

#include "base/check.h"
#include "base/portable_math.h"

namespace gleaner {
namespace {

std::uint64_t splitmix(std::uint64_t& x) {
  x += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = x;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

// Absorbs one field of the key; the order of fields matters, equal values in different fields do not collide.
std::uint64_t absorb(std::uint64_t hash, std::uint64_t field) {
  std::uint64_t x = hash ^ (field * 0xd6e8feb86659fd93ULL);
  return splitmix(x);
}

}  // namespace

Random::Random(const DrawKey& key) {
  std::uint64_t hash = 0x676c65616e657221ULL;
  for (const std::uint64_t field :
       {key.seed, static_cast<std::uint64_t>(key.purpose), key.round, key.worker, key.position}) {
    hash = absorb(hash, field);
  }
  for (std::uint64_t& word : state_) word = splitmix(hash);
}

std::uint64_t Random::bits() {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t t = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() { return static_cast<double>(bits() >> 11U) * 0x1.0p-53; }

std::uint64_t Random::below(std::uint64_t bound) {
  GLEANER_CHECK(bound > 0, "below(0) has nothing to draw from");
  const std::uint64_t rejected = (0 - bound) % bound;  // 2^64 mod bound
  std::uint64_t x = bits();
  while (x < rejected) x = bits();
  return x % bound;
}

double Random::exponential(double mean) { return -mean * portable::log(1 - uniform()); }

double Random::normal() {
  const double radius = std::sqrt(-2 * portable::log(1 - uniform()));
  return radius * portable::cos_turn(uniform());
}

double Random::lognormal(double mean, double sigma) {
  return mean * portable::exp(sigma * normal() - sigma * sigma / 2);
}

double Random::pareto(double min, double shape) {
  return min * portable::exp(-portable::log(1 - uniform()) / shape);
}

}  // namespace gleaner
