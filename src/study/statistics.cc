#include "study/statistics.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace gleaner {

double Estimate::half_width() const { return count < 2 ? kUnknown : t_975(count - 1) * std_error; }

Estimate estimate(std::span<const double> values) {
  Estimate e;
  e.count = values.size();
  if (values.empty()) return e;
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  double squares = 0;
  for (const double x : values) {
    sum += x;
    squares += x * x;
  }
  e.mean = sum / n;
  e.mean_square = squares / n;
  if (values.size() < 2) return e;
  double deviations = 0;  // a second pass: sum x^2 - n mean^2 loses all digits where the spread is small
  for (const double x : values) deviations += (x - e.mean) * (x - e.mean);
  e.std_error = std::sqrt(deviations / (n * (n - 1)));
  return e;
}

// Abramowitz and Stegun 26.7.5; the first two, where the expansion is poor, as they are.
double t_975(std::size_t freedom) {
  if (freedom == 0) return std::numeric_limits<double>::infinity();
  if (freedom == 1) return 12.706204736;
  if (freedom == 2) return 4.302652730;
  const auto f = static_cast<double>(freedom);
  constexpr double z = 1.959963985;
  constexpr double z2 = z * z;
  const double g1 = z * (z2 + 1) / 4;
  const double g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
  const double g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
  return z + (g1 + (g2 + g3 / f) / f) / f;
}

double quantile(std::span<double> values, double p) {
  GLEANER_CHECK(p > 0 && p <= 1, "a quantile of a fraction in (0, 1]");
  if (values.empty()) return kUnknown;
  const double rank = std::ceil(p * static_cast<double>(values.size()) - 1e-9);  // .07 * 100 is above 7
  const std::size_t k = std::clamp<std::size_t>(static_cast<std::size_t>(rank), 1, values.size()) - 1;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(k);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

std::vector<double> quantiles(std::span<const double> values, std::span<const double> p) {
  std::vector<double> copy(values.begin(), values.end());
  std::vector<double> found;
  found.reserve(p.size());
  for (const double fraction : p) found.push_back(quantile(copy, fraction));
  return found;
}

Ratio paired_ratio(std::span<const double> a, std::span<const double> b) {
  GLEANER_CHECK(a.size() == b.size(), "a ratio of pairs");
  const auto known = [&](std::size_t i) { return !std::isnan(a[i]) && !std::isnan(b[i]); };
  Ratio r;
  double sum_a = 0;
  double sum_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!known(i)) continue;
    ++r.count;
    sum_a += a[i];
    sum_b += b[i];
  }
  if (r.count == 0 || sum_b == 0) return r;
  r.ratio = sum_a / sum_b;
  if (r.count < 2) return r;
  double deviations = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!known(i)) continue;
    const double d = a[i] - r.ratio * b[i];
    deviations += d * d;
  }
  const auto n = static_cast<double>(r.count);
  r.std_error = std::sqrt(deviations / (n * (n - 1))) / std::abs(sum_b / n);
  const double half = t_975(r.count - 1) * r.std_error;
  r.low = r.ratio - half;
  r.high = r.ratio + half;
  return r;
}

}  // namespace gleaner
