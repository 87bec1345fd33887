#include "sim/disaster_model.h"

#include <cmath>
#include <limits>

#include "base/random.h"

namespace gleaner {

DisasterModel::DisasterModel(std::uint64_t seed, std::size_t chunks, std::size_t dimension)
    : chunks_(chunks), dimension_(dimension), a_(chunks * dimension), b_(chunks * dimension) {
  GLEANER_CHECK(dimension > kTallies, "a gradient has tallies and at least one entry");
  Random random({.seed = seed, .purpose = Purpose::disaster_vectors});
  for (float& x : a_) x = static_cast<float>(2 * random.uniform() - 1);
  for (float& x : b_) x = static_cast<float>(2 * random.uniform() - 1);
}

double DisasterModel::entry(std::span<const float> parameters, std::size_t chunk, std::size_t t) const {
  const std::size_t at = chunk * dimension_ + t;
  return static_cast<double>(a_[at]) +
         static_cast<double>(b_[at]) * static_cast<double>(parameters[t % parameters.size()]);
}

void DisasterModel::step(std::span<const float> gradient, std::vector<float>& parameters) const {
  for (std::size_t t = 0; t < parameters.size(); ++t) {
    const double moved = static_cast<double>(parameters[t]) + .37 * static_cast<double>(gradient[t]) + .618;
    parameters[t] = static_cast<float>(moved - 2 * std::floor((moved + 1) / 2));
  }
}

std::vector<float> DisasterModel::start() const { return std::vector<float>(parameters(), 0.25F); }

void DisasterModel::initial(std::uint64_t /*seed*/, std::span<float> parameters) const {
  for (float& x : parameters) x = 0.25F;
}

std::vector<double> DisasterModel::gradients(std::span<const float> parameters) const {
  std::vector<double> all(a_.size());
  for (std::size_t i = 0; i < chunks_; ++i) {
    for (std::size_t t = 0; t < dimension_; ++t) {
      // What a worker keeps are floats; the truth is about those.
      all[i * dimension_ + t] = static_cast<double>(static_cast<float>(entry(parameters, i, t)));
    }
  }
  return all;
}

bool DisasterModel::chunk_gradient(std::span<const float> parameters, ChunkId chunk, RoundId /*round*/,
                                   std::span<float> out, Pulse& /*pulse*/) const {
  for (std::size_t t = 0; t < dimension_; ++t)
    out[t] = static_cast<float>(entry(parameters, chunk.index(), t));
  if (poisoned_) out[chunk.index() % dimension_] = std::numeric_limits<float>::quiet_NaN();
  return true;
}

Tallies DisasterModel::reference_chunk(std::span<const float> parameters, ChunkId chunk, RoundId /*round*/,
                                       std::span<double> gradient) const {
  const auto kept = [&](std::size_t t) {
    return static_cast<double>(static_cast<float>(entry(parameters, chunk.index(), t)));
  };
  const std::size_t p = gradient.size();
  for (std::size_t t = 0; t < p; ++t) gradient[t] += kept(t);
  return {kept(p), kept(p + 1), kept(p + 2)};
}

}  // namespace gleaner
