// Estimates from independent trials. All sums run over the values in the order given: the same values give
// the same bits, whoever computed them.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace gleaner {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// The mean of independent values x_1 .. x_n. Unit: that of the values. NaN where there are too few.
struct Estimate {
  std::size_t count = 0;          ///< n
  double mean = kUnknown;         ///< sum x / n; n >= 1
  double std_error = kUnknown;    ///< sqrt(sum (x - mean)^2 / (n (n - 1))); n >= 2
  double mean_square = kUnknown;  ///< sum x^2 / n; n >= 1

  /// Half the length of the 95% confidence interval of the mean: t_975(count - 1) std_error.
  [[nodiscard]] double half_width() const;
};
[[nodiscard]] Estimate estimate(std::span<const double> values);

/// The 97.5% quantile of Student's t with `freedom` degrees of freedom: 12.7, 4.30, 3.18, .. 1.96; infinite
/// for 0. Good to 1% (freedom 3) and better (Cornish-Fisher expansion).
[[nodiscard]] double t_975(std::size_t freedom);

/// The smallest value that at least a fraction p of all values does not exceed: value number ceil(p n) in
/// ascending order, counted from 1 (inverse of the empirical distribution; no interpolation, so that it is a
/// value that occurred). NaN without values. REQUIRES: 0 < p <= 1. O(n); reorders `values`.
[[nodiscard]] double quantile(std::span<double> values, double p);
/// The same for several p at once, leaving the values as they are.
[[nodiscard]] std::vector<double> quantiles(std::span<const double> values, std::span<const double> p);

/// R = (sum a) / (sum b) of pairs (a_i, b_i) that met the same draws.
struct Ratio {
  std::size_t count = 0;
  double ratio = kUnknown;
  /// Delta method: sqrt(sum (a - R b)^2 / (n (n - 1))) / mean(b).
  double std_error = kUnknown;
  double low = kUnknown;  ///< of the 95% confidence interval: ratio -+ t_975(n - 1) std_error
  double high = kUnknown;
};
/// Pairs in which one value is NaN are left out. REQUIRES: as many a as b.
[[nodiscard]] Ratio paired_ratio(std::span<const double> a, std::span<const double> b);

}  // namespace gleaner
