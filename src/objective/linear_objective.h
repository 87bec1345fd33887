// What softmax and logistic regression have in common: scores that are linear in the features.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "objective/objective.h"

namespace gleaner {

/// The loss as a function of the scores S (k numbers) of one sample and its label y. Stateless.
class Link {
 public:
  struct Outcome {
    double loss = 0;
    bool correct = false;
  };

  virtual ~Link() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Replaces `scores` by the slopes dloss/dS. Quick: once per sample in the hot loop.
  virtual Outcome slopes(std::span<double> scores, float label) const = 0;
  /// The same by the textbook formula and the C library: the twin in tests and in verification.
  virtual Outcome plain_slopes(std::span<double> scores, float label) const = 0;
};

/// loss(x, y) = link(x W + b, y) over chunks of rows. Dense samples of which few are nonzero are kept and
/// run in sparse form, with the same results (linear_kernels.h). Immutable, hence safe from many threads;
/// each thread keeps scratch for the largest model that it has seen.
class LinearObjective final : public Objective {
 public:
  /// Errors: see make_softmax. `classes`: bound of the labels; `outputs`: k; `shape` of the weights.
  [[nodiscard]] static Result<std::unique_ptr<Objective>> make(std::unique_ptr<Link> link,
                                                               const Samples& samples, std::size_t classes,
                                                               std::size_t outputs,
                                                               std::vector<IndexRange> chunk_rows);

  std::string_view name() const override { return link_->name(); }
  std::size_t parameters() const override { return (samples_.features + 1) * outputs_; }
  std::size_t chunks() const override { return chunk_rows_.size(); }
  void initial(std::uint64_t seed, std::span<float> parameters) const override;
  bool chunk_gradient(std::span<const float> parameters, ChunkId chunk, RoundId round, std::span<float> out,
                      Pulse& pulse) const override;
  Tallies reference(std::span<const float> parameters, RoundId round,
                    std::span<double> gradient) const override;
  double reference_chunk_norm(std::span<const float> parameters, ChunkId chunk, RoundId round) const override;
  Tallies evaluate(std::span<const float> parameters, const Samples& samples) const override;
  bool classifies() const override { return true; }
  std::vector<Part> parts() const override;

 private:
  LinearObjective(std::unique_ptr<Link> link, const Samples& samples, std::size_t outputs,
                  std::vector<IndexRange> chunk_rows);
  Tallies add_reference(std::span<const float> parameters, IndexRange rows, std::span<double> gradient) const;
  [[nodiscard]] std::size_t rows_per_batch(const Samples& samples) const;

  std::unique_ptr<Link> link_;
  Samples samples_;          // as given
  CompressedRows compact_;   // empty unless the samples are dense with few nonzeros
  Samples quick_;            // what the kernels read: samples_ or a view of compact_
  std::size_t outputs_ = 0;  // k
  std::size_t batch_ = 1;    // rows between two pulses
  std::vector<IndexRange> chunk_rows_;
};

}  // namespace gleaner
