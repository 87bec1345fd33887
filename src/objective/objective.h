// What is trained: a loss that is a sum over chunks, and its gradient.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/range.h"
#include "base/result.h"
#include "objective/mini_batch.h"
#include "objective/pulse.h"
#include "objective/samples.h"

namespace gleaner {

/// The tallies at the end of every chunk vector, coded like gradient entries: sums over the chunk's samples.
struct Tallies {
  double loss = 0;     ///< sum of the losses, without L2
  double correct = 0;  ///< samples whose class is predicted correctly
  double samples = 0;
};
inline constexpr std::size_t kTallies = 3;  ///< loss, correct, samples, in this order

inline Tallies& operator+=(Tallies& sum, const Tallies& more) {
  sum.loss += more.loss;
  sum.correct += more.correct;
  sum.samples += more.samples;
  return sum;
}

/// A differentiable loss over a data set that is cut into chunks. A chunk gradient is a deterministic
/// function of (parameters, chunk, round): replicas stand in for one another. Const functions are safe from
/// many threads at once.
class Objective {
 public:
  virtual ~Objective() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Length of the parameter vector.
  [[nodiscard]] virtual std::size_t parameters() const = 0;
  /// The last buffers() entries of the parameter vector are not trained but state of the model, such as the
  /// running means of a batch normalisation. They go to the workers with the parameters. In a chunk vector
  /// their places hold samples times the value after the chunk; the server sets them to the mean of these
  /// over all samples. No optimiser moves them, no L2 pulls at them.
  [[nodiscard]] virtual std::size_t buffers() const { return 0; }
  /// How many of the parameters are trained: all but the buffers at the end.
  [[nodiscard]] std::size_t trained() const { return parameters() - buffers(); }
  /// d = parameters() + kTallies: length of a chunk vector.
  [[nodiscard]] std::size_t dimension() const { return parameters() + kTallies; }
  /// Numbers at the end of a chunk vector that are never rounded: buffers and tallies.
  [[nodiscard]] std::size_t exact_tail() const { return buffers() + kTallies; }
  /// Number of chunks N.
  [[nodiscard]] virtual std::size_t chunks() const = 0;
  /// Writes the starting point (zeros for convex objectives).
  virtual void initial(std::uint64_t seed, std::span<float> parameters) const = 0;

  /// Writes the SUM over the chunk's samples of the loss gradient (no L2, not divided by anything), then the
  /// tallies, to `out` (dimension() floats). Calls pulse.tick(fraction done) at least every few milliseconds;
  /// returns false at once, with `out` unspecified, when it says stop. NaN in the result is not checked here:
  /// the caller does.
  [[nodiscard]] virtual bool chunk_gradient(std::span<const float> parameters, ChunkId chunk, RoundId round,
                                            std::span<float> out, Pulse& pulse) const = 0;

  /// Why the last chunk_gradient() of that chunk and round gave what is no number, in a sentence for people;
  /// empty if nothing more is known.
  [[nodiscard]] virtual std::string trouble(ChunkId /*chunk*/, RoundId /*round*/) const { return {}; }

  /// The slow, obvious twin: ADDS the same sums over the chunk's samples, by plain double-precision loops
  /// over the data, without kernels, to `gradient` (parameters() doubles), and returns the tallies.
  virtual Tallies reference_chunk(std::span<const float> parameters, ChunkId chunk, RoundId round,
                                  std::span<double> gradient) const = 0;
  /// The sums over ALL chunks: zeroes `gradient`, then adds one chunk after the other.
  Tallies reference(std::span<const float> parameters, RoundId round, std::span<double> gradient) const;

  /// Loss and accuracy of `parameters` on other samples (a test set) with the same features and labels.
  [[nodiscard]] virtual Tallies evaluate(std::span<const float> parameters, const Samples& samples) const = 0;

  /// True if L2 is in the chunk vectors already: then the server adds it to the loss, and to no gradient.
  [[nodiscard]] virtual bool has_l2() const { return false; }

  /// What decides the bits of the results besides Gleaner itself: versions of libraries, threads, what the
  /// processor can do. Lines "name value\n"; empty: nothing.
  [[nodiscard]] virtual std::string arithmetic() const { return {}; }

  /// Memory that chunk_gradient() needs beside its arguments, kept from one chunk to the next.
  [[nodiscard]] virtual std::uint64_t working_bytes() const { return 0; }

  /// True if `correct` means something.
  [[nodiscard]] virtual bool classifies() const = 0;
  /// Names and shapes of the parts of the parameter vector, in order, for saving a model.
  struct Part {
    std::string name;
    std::vector<std::size_t> shape;
  };
  [[nodiscard]] virtual std::vector<Part> parts() const = 0;
};

/// Softmax (multinomial logistic) regression, cross-entropy loss.
/// Parameters: weights W (features x classes, row-major), then bias b (classes). Start: zeros.
///   loss(x, y) = log sum_c exp(x W_c + b_c) - (x W_y + b_y)
/// `chunk_rows[i]` are the rows of chunk i, of which `mini` may draw some in every round: sums and tallies
/// are then over the drawn ones. Micro-batches of at most 128 rows between pulses.
/// Errors: classes < 2; a label outside 0..classes-1 (names the row); ranges outside the samples.
[[nodiscard]] Result<std::unique_ptr<Objective>> make_softmax(const Samples& samples, std::size_t classes,
                                                              std::vector<IndexRange> chunk_rows,
                                                              const MiniBatch& mini = {});

/// Binary logistic regression. Labels 0 or 1. Parameters: w (features), then bias b. Start: zeros.
///   loss(x, y) = log(1 + exp(-s)), s = (2y - 1)(x w + b), evaluated without overflow.
[[nodiscard]] Result<std::unique_ptr<Objective>> make_logistic(const Samples& samples,
                                                               std::vector<IndexRange> chunk_rows,
                                                               const MiniBatch& mini = {});

/// Linear regression. Labels are targets: any finite numbers. Parameters: w (features), then bias b. Start:
/// zeros. Does not classify.
///   loss(x, y) = (x w + b - y)^2 / 2
[[nodiscard]] Result<std::unique_ptr<Objective>> make_linear(const Samples& samples,
                                                             std::vector<IndexRange> chunk_rows,
                                                             const MiniBatch& mini = {});

/// Multi-layer perceptron: hidden layers of max(0, x W + b), then softmax regression (mlp.h). Parameters: W_1
/// (features x hidden[0], row-major), b_1, W_2, b_2, ..; He's start from the seed. Without hidden layers it
/// is softmax regression with a random start. Errors: as make_softmax; a layer of width 0.
[[nodiscard]] Result<std::unique_ptr<Objective>> make_mlp(const Samples& samples, std::size_t classes,
                                                          std::vector<std::size_t> hidden,
                                                          std::vector<IndexRange> chunk_rows,
                                                          const MiniBatch& mini = {});

/// The widths of hidden layers: "256/128" is {256, 128}. Errors name --hidden and the part that is no number.
[[nodiscard]] Result<std::vector<std::size_t>> parse_hidden(std::string_view text);

}  // namespace gleaner
