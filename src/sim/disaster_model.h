// What the disasters train: a model that no committed round leaves unchanged, so that a lost, doubled or
// misplaced commit shows in the numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.h"
#include "work/chunk_task.h"

namespace gleaner {

/// Chunk gradients g_i(x)[t] = a_i[t] + b_i[t] x[t mod p], x the p parameters, a and b drawn from the seed on
/// [-1, 1). An objective, so that the shipping compute_chunk() looks at what it gives. Belongs to one thread:
/// poison() is a switch.
class DisasterModel final : public Objective {
 public:
  /// `dimension` = d of a chunk gradient, more than kTallies.
  DisasterModel(std::uint64_t seed, std::size_t chunks, std::size_t dimension);

  /// x[t] <- x[t] + .37 ghat[t] + .618, wrapped into [-1, 1): it never comes to rest.
  void step(std::span<const float> gradient, std::vector<float>& parameters) const;
  [[nodiscard]] std::vector<float> start() const;
  /// The truth, in double precision: the g_i, chunk after chunk (N x d).
  [[nodiscard]] std::vector<double> gradients(std::span<const float> parameters) const;
  /// The next chunk gradients have a NaN in them, until it is taken back.
  void poison(bool on) { poisoned_ = on; }

  [[nodiscard]] std::string_view name() const override { return "disaster"; }
  [[nodiscard]] std::size_t parameters() const override { return dimension_ - kTallies; }
  [[nodiscard]] std::size_t chunks() const override { return chunks_; }
  void initial(std::uint64_t seed, std::span<float> parameters) const override;
  [[nodiscard]] bool chunk_gradient(std::span<const float> parameters, ChunkId chunk, RoundId round,
                                    std::span<float> out, Pulse& pulse) const override;
  Tallies reference_chunk(std::span<const float> parameters, ChunkId chunk, RoundId round,
                          std::span<double> gradient) const override;
  [[nodiscard]] Tallies evaluate(std::span<const float>, const Samples&) const override { return {}; }
  [[nodiscard]] bool classifies() const override { return false; }
  [[nodiscard]] std::vector<Part> parts() const override { return {{"x", {parameters()}}}; }

 private:
  [[nodiscard]] double entry(std::span<const float> parameters, std::size_t chunk, std::size_t t) const;

  std::size_t chunks_;
  std::size_t dimension_;
  bool poisoned_ = false;
  std::vector<float> a_;  // N x d
  std::vector<float> b_;
};

}  // namespace gleaner
