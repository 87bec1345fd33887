// The objective around a module: chunks, parts, pulses, copies for threads.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "torch/plugin/instance.h"
#include "torch/torch_model.h"

namespace gleaner {

/// See TorchModel.
class ModuleObjective final : public TorchModel {
 public:
  struct Setting {
    std::string arithmetic;
    std::size_t micro_batch = 32;
    std::size_t threads = 1;
    std::uint64_t seed = 1;
  };
  ModuleObjective(Prototype prototype, Setting setting, const Samples& samples,
                  std::vector<IndexRange> chunk_rows, const MiniBatch& mini);

  /// Runs a few samples through it. Errors: what LibTorch says against it; two runs that differ. Finds out
  /// which tensors move, unless there is nothing to try it on.
  [[nodiscard]] static Status try_out(Prototype& prototype, const Setting& setting, const Samples& samples);
  /// Memory that was measured while it was tried out.
  void takes(std::uint64_t bytes) { working_bytes_ = bytes; }

  std::string_view name() const override { return "torchscript"; }
  std::size_t parameters() const override { return parameters_; }
  std::size_t buffers() const override { return buffers_; }
  std::size_t chunks() const override { return chunk_rows_.size(); }
  std::string arithmetic() const override { return setting_.arithmetic; }
  void initial(std::uint64_t seed, std::span<float> parameters) const override;
  bool chunk_gradient(std::span<const float> parameters, ChunkId chunk, RoundId round, std::span<float> out,
                      Pulse& pulse) const override;
  std::string trouble(ChunkId chunk, RoundId round) const override;
  /// The module's own gradients of the parts of a chunk, summed in double precision. (The module in double
  /// precision would be another function: where a rectifier or a maximum is at its kink, the least rounding
  /// decides which side counts.)
  Tallies reference_chunk(std::span<const float> parameters, ChunkId chunk, RoundId round,
                          std::span<double> gradient) const override;
  Tallies evaluate(std::span<const float> parameters, const Samples& samples) const override;
  std::uint64_t working_bytes() const override { return working_bytes_; }
  bool classifies() const override;
  std::vector<Part> parts() const override;

  Result<std::string> exported(std::span<const float> parameters, const ExtraFiles& extra) const override;
  Result<std::vector<std::uint32_t>> written(std::span<const float> parameters,
                                             std::span<const std::uint32_t> start, std::size_t tokens,
                                             std::size_t context, double temperature,
                                             std::uint64_t seed) const override;

 private:
  class Borrowed;
  /// One part of a chunk after the other through `instance`; `after_part` is told how far it has got, and may
  /// say stop.
  template <class AfterPart>
  bool for_each_part(Instance& instance, ChunkId chunk, RoundId round, Tallies& tallies,
                     AfterPart after_part) const;
  void remember(RoundId round, ChunkId chunk, std::string why) const;

  Prototype prototype_;
  Setting setting_;
  Samples samples_;
  std::vector<IndexRange> chunk_rows_;
  MiniBatch mini_;
  std::size_t parameters_ = 0, buffers_ = 0;
  std::uint64_t working_bytes_ = 0;

  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Instance>> idle_;
  mutable std::map<std::pair<std::uint64_t, std::uint32_t>, std::string> troubles_;
};

}  // namespace gleaner
