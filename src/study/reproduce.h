// `gleaner reproduce`: the simulations of the paper, run through the shipping machines, beside its results.
//
// A. Ramamoorthy, R. Meng, V. S. Girimaji, "Leveraging partial stragglers within gradient coding", NeurIPS
// 2024, arXiv:2405.19509. 200 workers and chunks, replication 8; worker j takes s_j for each of its chunks,
// s_j exponential with mean 1, drawn anew in every trial; some workers are lost before their first chunk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "coding/assignment.h"
#include "sim/cluster.h"
#include "study/reproduce_deviation.h"
#include "study/reproduce_paper.h"
#include "study/statistics.h"

namespace gleaner {

struct ReproduceOptions {
  std::optional<PaperResults> paper;  ///< none: nothing is compared
  std::optional<Assignment> g1;       ///< the paper's graph; none: the rows on it are left out
  /// Trials of every row, at least 2; none: as many as the paper, 2,000 (exact) and 1,000 (deadlines).
  std::optional<std::uint64_t> trials;
  std::uint64_t seed = 1;
  std::size_t threads = 0;  ///< 0: one per core. Changes no result
  /// Told what begins, and how many rows of all are done. Called from the thread of the caller.
  std::function<void(const std::string& what, std::size_t done, std::size_t all)> progress;
  /// Told now and then how many trials of that row are done. Called from one thread at a time.
  std::function<void(std::uint64_t done, std::uint64_t all)> trial_progress;
  /// Asked between trials, from several threads; false ends the reproduction without a result.
  std::function<bool()> keep_going;
};

/// A placement of the chunks.
struct ReproducedScheme {
  std::string name;  ///< as in tables: "cyclic", "random graph", "G1"
  std::string key;   ///< as in files: "cyclic", "random-graph", "g1"
  Assignment assignment;
};

/// Completion time of exact recovery.
struct TimeRow {
  std::string scheme;
  std::string scheme_key;
  std::size_t lost = 0;       ///< workers lost at the start
  Grid grid = Grid::integer;  ///< when the clock is looked at; integer: as in the paper
  PaperMethod method = PaperMethod::original;
  std::size_t blocks = 1;
  Estimate time;  ///< unit: mean chunk time
  std::optional<Compared> compared;
};

/// Residual of what can be recovered at a deadline.
struct ResidualRow {
  PaperMethod method = PaperMethod::original;
  std::size_t blocks = 1;
  unsigned deadline = 0;  ///< mean chunk times
  Estimate norm;          ///< mean of sqrt(residual^2)
  Estimate square;        ///< mean of residual^2
  std::optional<Compared> norm_compared;
  std::optional<Compared> square_compared;
};

/// Q_max of an order.
struct OrderRow {
  std::string scheme;
  std::string scheme_key;
  std::string order;  ///< "optimal", "random, mean of 100", "random, best of 100", "ascending chunks"
  std::size_t blocks = 1;
  double q_max = 0;
  std::size_t lower_bound = 0;  ///< no order has less
};

/// How well a code is conditioned, and what that costs in float32.
struct StabilityRow {
  std::string scheme;
  std::string scheme_key;
  std::string code;  ///< "Gaussian (paper)", "coloured frame", "Vandermonde", "Lagrange"
  std::size_t blocks = 2;
  double condition = 1;  ///< worst of R_S over all l-subsets S of the holders of a chunk; infinite above 1e10
  double error_p50 = 0;  ///< ||ghat - g|| / ||g||, g the sum in double precision
  double error_p99 = 0;
};

struct Reproduction {
  std::uint64_t seed = 1;
  std::uint64_t time_trials = 0;
  std::uint64_t residual_trials = 0;
  bool has_g1 = false;
  bool has_paper = false;
  std::string residual_scheme;  ///< on which the residuals are
  std::vector<TimeRow> times;
  std::vector<ResidualRow> residuals;
  /// The shipping `original` at the same deadlines: it encodes after the signal and so needs no least
  /// squares.
  std::vector<ResidualRow> shipping_original;
  std::vector<OrderRow> orders;
  std::vector<StabilityRow> stability;
  double plain_sum_p99 = 0;  ///< error of adding the same gradients in float32 without any code
};

/// Errors: a number of trials below 2 or above a million; a G1 of another size or loads than in the paper.
[[nodiscard]] Status check(const ReproduceOptions& options);

/// Runs everything. The same options give the same result for any number of threads. Errors: those of
/// check() and run_trials(); keep_going() said no.
[[nodiscard]] Result<Reproduction> reproduce(const ReproduceOptions& options);

/// The rows that were compared, and the largest |deviation| among them.
struct Agreement {
  std::size_t rows = 0;
  std::size_t beyond = 0;  ///< rows that are more than kDeviationMax away
  double worst = 0;
};
inline constexpr double kDeviationMax = 4;
[[nodiscard]] Agreement agreement_of(const Reproduction& reproduction);

}  // namespace gleaner
