// A function of the embedder's as an Objective of ours.
#pragma once

#include <map>
#include <mutex>
#include <span>
#include <string>
#include <utility>

#include <gleaner/objective.hpp>

#include "objective/objective.h"

namespace gleaner::v1 {

/// Calls the function and keeps the rest of the run from what it may do wrong: an exception, a number that is
/// not finite, sums without samples. Such a chunk is filled with NaN, which the workers reject as they reject
/// any, and why() remembers the reason. The reference is the function itself.
/// Thread safe where the function is.
class OwnObjective final : public gleaner::Objective {
 public:
  /// bad_input, naming the field, if `objective` cannot be trained.
  [[nodiscard]] static gleaner::Status check(const v1::Objective& objective);
  /// REQUIRES: check(objective).ok().
  explicit OwnObjective(v1::Objective objective) : objective_(std::move(objective)) {}

  std::string_view name() const override { return objective_.name; }
  std::size_t parameters() const override { return objective_.parameters; }
  std::size_t chunks() const override { return objective_.chunks; }
  void initial(std::uint64_t seed, std::span<float> parameters) const override;
  bool chunk_gradient(std::span<const float> parameters, ChunkId chunk, RoundId round, std::span<float> out,
                      gleaner::Pulse& pulse) const override;
  Tallies reference_chunk(std::span<const float> parameters, ChunkId chunk, RoundId round,
                          std::span<double> gradient) const override;
  /// There is no function for other samples: nothing.
  Tallies evaluate(std::span<const float> parameters, const Samples& samples) const override;
  bool classifies() const override { return objective_.classifies; }
  std::vector<Part> parts() const override;

  /// What went wrong with a chunk in a round; empty if nothing did.
  [[nodiscard]] std::string why(RoundId round, ChunkId chunk) const;
  /// The first thing that went wrong, with round and chunk; empty if nothing did.
  [[nodiscard]] std::string first_failure() const;

 private:
  struct Call {
    bool stopped = false;
    std::string failure;
    Sums sums;
  };
  Call call(std::span<const float> parameters, ChunkId chunk, RoundId round, std::span<float> gradient,
            gleaner::Pulse& pulse) const;
  void remember(RoundId round, ChunkId chunk, const std::string& failure) const;

  v1::Objective objective_;
  mutable std::mutex mutex_;
  mutable std::map<std::pair<RoundId, ChunkId>, std::string> failures_;
};

}  // namespace gleaner::v1
