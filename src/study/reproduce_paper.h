// What the paper published, read from a file: the numbers that `gleaner reproduce` puts its own beside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/result.h"

namespace gleaner {

/// What the paper compares.
enum class PaperMethod : std::uint8_t {
  original,       ///< only workers that have finished all their chunks count
  optimal_order,  ///< partial, in the order of the paper
  random_order,   ///< partial, in an order drawn anew for every trial
};
inline constexpr PaperMethod kPaperMethods[] = {PaperMethod::original, PaperMethod::optimal_order,
                                                PaperMethod::random_order};
/// "original", "partial, optimal order", "partial, random order".
[[nodiscard]] std::string_view name_of(PaperMethod method);
/// As in files: "original", "partial_optimal_order", "partial_random_order".
[[nodiscard]] std::string_view key_of(PaperMethod method);

/// The model of the paper's simulations: workers and chunks, and copies of each chunk.
inline constexpr std::size_t kPaperWorkers = 200;
inline constexpr std::size_t kPaperReplication = 8;
inline constexpr std::size_t kPaperBlocks = 3;       ///< l = 1 .. 3
inline constexpr std::size_t kPaperLost = 7;         ///< workers, of approximate recovery; 8 - l of exact
inline constexpr std::uint64_t kPaperTrials = 2000;  ///< of exact recovery
inline constexpr std::uint64_t kPaperApproximateTrials = 1000;

/// A published mean of so many trials. Means below 1e-9 are rounding of the authors' arithmetic and read as
/// 0.
struct Published {
  double mean = 0;
  std::optional<double> std_error;  ///< empty: not published
  std::uint64_t trials = 0;
};

/// The results of the paper (shared/reference/paper-results.json). Value type.
class PaperResults {
 public:
  /// Reads the text of such a file; what is in it besides the numbers is passed over. Errors name `name` and
  /// the field: no JSON, a field that is missing or of another kind, lists of different lengths, a model of
  /// other workers, chunks or replication than kPaper..
  static Result<PaperResults> parse(std::string_view text, std::string_view name);

  /// Mean time of a round with exact recovery, unit: mean chunk time. `scheme`: "cyclic", "g1".
  [[nodiscard]] std::optional<Published> time(std::string_view scheme, PaperMethod method,
                                              std::size_t blocks) const;
  /// Mean over trials of the square root of the squared residual at a deadline, on G1.
  [[nodiscard]] std::optional<Published> norm(PaperMethod method, std::size_t blocks,
                                              unsigned deadline) const;
  /// Mean of the squared residual.
  [[nodiscard]] std::optional<Published> square(PaperMethod method, std::size_t blocks,
                                                unsigned deadline) const;

 private:
  friend class PaperReader;
  std::map<std::tuple<std::string, PaperMethod, std::size_t>, Published> times_;
  using AtDeadline = std::map<std::tuple<PaperMethod, std::size_t, unsigned>, Published>;
  AtDeadline norms_;
  AtDeadline squares_;
};

}  // namespace gleaner
