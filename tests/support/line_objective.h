// An objective that can be followed by hand: the line y = a x + b through points on y = 2 x + 1.
#pragma once

#include <algorithm>

#include "objective/objective.h"

namespace gleaner::test {

/// Chunk i is the one point (i + 1, 2 (i + 1) + 1); loss (a x + b - y)^2 / 2; parameters a, b, at first
/// `start`.
class LineObjective final : public Objective {
 public:
  explicit LineObjective(std::size_t chunks, float start = 0) : chunks_(chunks), start_(start) {}

  [[nodiscard]] std::string_view name() const override { return "line"; }
  [[nodiscard]] std::size_t parameters() const override { return 2; }
  [[nodiscard]] std::size_t chunks() const override { return chunks_; }
  void initial(std::uint64_t /*seed*/, std::span<float> parameters) const override {
    std::fill(parameters.begin(), parameters.end(), start_);
  }
  [[nodiscard]] bool chunk_gradient(std::span<const float> parameters, ChunkId chunk, RoundId /*round*/,
                                    std::span<float> out, Pulse& pulse) const override {
    if (!pulse.tick(0.5)) return false;
    const double x = x_of(chunk.index());
    const double e = error(parameters, x);
    out[0] = static_cast<float>(e * x);
    out[1] = static_cast<float>(e);
    out[2] = static_cast<float>(e * e / 2);
    out[3] = 0;
    out[4] = 1;
    return pulse.tick(1);
  }
  Tallies reference_chunk(std::span<const float> parameters, ChunkId chunk, RoundId /*round*/,
                          std::span<double> gradient) const override {
    const double x = x_of(chunk.index());
    const double e = error(parameters, x);
    gradient[0] += e * x;
    gradient[1] += e;
    return {.loss = e * e / 2, .samples = 1};
  }
  [[nodiscard]] Tallies evaluate(std::span<const float> /*parameters*/,
                                 const Samples& /*samples*/) const override {
    return {};
  }
  [[nodiscard]] bool classifies() const override { return false; }
  [[nodiscard]] std::vector<Part> parts() const override { return {{"a", {1}}, {"b", {1}}}; }

 private:
  static double x_of(std::size_t i) { return static_cast<double>(i + 1); }
  static double error(std::span<const float> p, double x) { return p[0] * x + p[1] - (2 * x + 1); }

  std::size_t chunks_;
  float start_;
};

}  // namespace gleaner::test
