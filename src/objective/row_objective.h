// What all objectives over rows of samples have in common: chunks, mini-batches, pulses, sums.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/range.h"
#include "objective/mini_batch.h"
#include "objective/objective.h"

namespace gleaner {

/// A loss that is a sum over samples, cut into chunks of rows. A derived class says what some rows add to
/// loss and gradient, once quickly and once plainly. Dense samples of which few numbers are nonzero are kept
/// and run in sparse form, with the same results. Safe from many threads; there is scratch for as many chunks
/// as have been computed at the same time.
class RowObjective : public Objective {
 public:
  std::size_t chunks() const final { return chunk_rows_.size(); }
  bool chunk_gradient(std::span<const float> parameters, ChunkId chunk, RoundId round, std::span<float> out,
                      Pulse& pulse) const final;
  Tallies reference_chunk(std::span<const float> parameters, ChunkId chunk, RoundId round,
                          std::span<double> gradient) const final;
  Tallies evaluate(std::span<const float> parameters, const Samples& samples) const final;
  std::uint64_t working_bytes() const final;

 protected:
  using Rows = std::span<const std::size_t>;

  /// What one thread computes with. `theta` and `gradient` are the parameters and the sums in double
  /// precision; `work` and `transposed` belong to the derived class.
  struct Scratch {
    std::vector<double> theta, gradient, work, transposed;
    std::vector<std::size_t> rows;
  };

  /// Numbers that the derived class puts into `work` and `transposed` for a batch of so many rows.
  [[nodiscard]] virtual std::size_t working_numbers(std::size_t rows) const = 0;

  /// What a row costs: per_entry products for each of its nonzero features and per_row more. Between two
  /// pulses there are at most `products` (but one row at least).
  struct Cost {
    std::size_t per_entry = 1;
    std::size_t per_row = 0;
    std::size_t products = std::size_t{1} << 20;
  };

  RowObjective(const Samples& samples, std::vector<IndexRange> chunk_rows, const MiniBatch& mini, Cost cost);
  ~RowObjective() override;

  /// Errors: samples that are not sound; classes (check_samples); chunks that reach beyond the samples.
  [[nodiscard]] static Status check(const Samples& samples, std::size_t classes,
                                    std::span<const IndexRange> chunk_rows);

  /// Called after theta was filled, before rows are added. False: the pulse said stop.
  [[nodiscard]] virtual bool prepare(Scratch& /*scratch*/, Pulse& /*pulse*/) const { return true; }
  /// Adds the losses of `rows` to `tallies`, one after the other, so that the cut into batches, which depends
  /// on how many numbers ALL rows have, changes no bit; and unless `losses_only` their gradients to
  /// scratch.gradient.
  virtual void add_rows(const Samples& samples, Rows rows, bool losses_only, Scratch& scratch,
                        Tallies& tallies) const = 0;
  /// The same for one row of the training samples by textbook formulas, plain loops and the C library.
  virtual Tallies add_plain_row(std::span<const float> parameters, std::size_t row,
                                std::span<double> gradient) const = 0;

  struct Entry {
    std::size_t column;
    double value;
  };
  /// The features of a row, for add_plain_row.
  [[nodiscard]] std::vector<Entry> entries_of(std::size_t row) const;
  [[nodiscard]] const Samples& samples() const { return samples_; }

 private:
  class ScratchShelf;
  bool compute(std::span<const float> parameters, ChunkId chunk, RoundId round, std::span<float> out,
               Pulse& pulse, Scratch& scratch) const;
  [[nodiscard]] std::size_t rows_per_batch(const Samples& samples) const;

  Samples samples_;         // as given
  CompressedRows compact_;  // empty unless the samples are dense with few nonzeros
  Samples quick_;           // what the kernels read: samples_ or a view of compact_
  std::vector<IndexRange> chunk_rows_;
  MiniBatch mini_;
  Cost cost_;
  std::unique_ptr<ScratchShelf> shelf_;
};

/// Of dense samples with a smaller share of nonzeros a sparse form is kept: walking all features in order is
/// quicker than following column numbers above it.
inline constexpr double kSparseShare = 0.3;
/// A model of 8 GB: what asks for more is a slip in the data rather than a wish.
inline constexpr std::size_t kParametersMax = std::size_t{1} << 31;

}  // namespace gleaner
