// Multi-layer perceptron: fully connected layers with rectifiers between them.
#pragma once

#include <memory>
#include <vector>

#include "objective/linear_objective.h"
#include "objective/row_objective.h"

namespace gleaner {

/// Layers 1..n with widths h_0 = features, h_1, .., h_n = classes; of a sample x:
///   a_0 = x,  s_i = a_{i-1} W_i + b_i,  a_i = max(0, s_i) for i < n,  loss = softmax cross-entropy of s_n
/// Backwards, with d_n the slopes of the loss:
///   dW_i = a_{i-1}^T d_i,  db_i = d_i,  d_{i-1} = (d_i W_i^T) where a_{i-1} > 0, else 0
/// All in double precision and in a fixed order (dense_kernels.h).
class MlpObjective final : public RowObjective {
 public:
  /// Errors: see make_mlp.
  [[nodiscard]] static Result<std::unique_ptr<Objective>> make(const Samples& samples, std::size_t classes,
                                                               std::vector<std::size_t> hidden,
                                                               std::vector<IndexRange> chunk_rows,
                                                               const MiniBatch& mini);

  std::string_view name() const override { return "mlp"; }
  std::size_t parameters() const override { return parameters_; }
  /// He's start: weights N(0, 2 / inputs of the layer), biases zero (K. He, X. Zhang, S. Ren, J. Sun,
  /// "Delving deep into rectifiers", ICCV 2015).
  void initial(std::uint64_t seed, std::span<float> parameters) const override;
  bool classifies() const override { return true; }
  std::vector<Part> parts() const override;

 private:
  struct Layer {
    std::size_t inputs, outputs;
    std::size_t weights, biases;  // where they begin in the parameter vector
  };

  MlpObjective(const Samples& samples, std::vector<Layer> layers, std::vector<IndexRange> chunk_rows,
               const MiniBatch& mini);
  [[nodiscard]] static std::vector<Layer> layers_of(const std::vector<std::size_t>& widths);
  [[nodiscard]] static Cost cost_of(const std::vector<Layer>& layers);

  std::size_t working_numbers(std::size_t rows) const override;
  bool prepare(Scratch& scratch, Pulse& pulse) const override;
  void add_rows(const Samples& samples, Rows rows, bool losses_only, Scratch& scratch,
                Tallies& tallies) const override;
  Tallies add_plain_row(std::span<const float> parameters, std::size_t row,
                        std::span<double> gradient) const override;

  struct Work;
  [[nodiscard]] std::size_t widest() const;
  [[nodiscard]] std::size_t numbers_per_row(const Samples& samples) const;
  [[nodiscard]] Work cut_work(const Samples& samples, std::size_t rows, Scratch& scratch) const;
  void forward(const Samples& samples, Rows rows, const Scratch& scratch, const Work& work) const;
  void backward(const Samples& samples, Rows rows, Scratch& scratch, const Work& work) const;

  std::vector<Layer> layers_;
  std::size_t parameters_ = 0;
  std::unique_ptr<Link> link_;
};

}  // namespace gleaner
