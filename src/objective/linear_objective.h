// What linear, softmax and logistic regression have in common: scores that are linear in the features.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "objective/row_objective.h"

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

/// Cross-entropy of k scores; the label is a class number.
[[nodiscard]] std::unique_ptr<Link> softmax_link();

/// loss(x, y) = link(x W + b, y) over chunks of rows.
class LinearObjective final : public RowObjective {
 public:
  struct Shape {
    std::size_t classes = 0;  ///< the labels are 0..classes-1; 0: any number, a target
    std::size_t outputs = 1;  ///< k
  };
  /// Errors: see make_softmax.
  [[nodiscard]] static Result<std::unique_ptr<Objective>> make(std::unique_ptr<Link> link,
                                                               const Samples& samples, Shape shape,
                                                               std::vector<IndexRange> chunk_rows,
                                                               const MiniBatch& mini);

  std::string_view name() const override { return link_->name(); }
  std::size_t parameters() const override { return (samples().features + 1) * shape_.outputs; }
  /// Zeros.
  void initial(std::uint64_t seed, std::span<float> parameters) const override;
  bool classifies() const override { return shape_.classes > 0; }
  std::vector<Part> parts() const override;

 private:
  LinearObjective(std::unique_ptr<Link> link, const Samples& samples, Shape shape,
                  std::vector<IndexRange> chunk_rows, const MiniBatch& mini);
  std::size_t working_numbers(std::size_t rows) const override { return rows * shape_.outputs; }
  void add_rows(const Samples& samples, Rows rows, bool losses_only, Scratch& scratch,
                Tallies& tallies) const override;
  Tallies add_plain_row(std::span<const float> parameters, std::size_t row,
                        std::span<double> gradient) const override;

  std::unique_ptr<Link> link_;
  Shape shape_;
};

}  // namespace gleaner
