#include "base/portable_math.h"

#include <cmath>
#include <limits>

namespace gleaner::portable {
namespace {

constexpr double kLn2High = 6.93147180369123816490e-01;  // ln 2 with 21 trailing zero bits: k * it is exact
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kTwoPi = 6.28318530717958647693;

// Taylor series on |x| <= pi / 4, summed from the smallest term.
double sin_small(double x) {
  const double x2 = x * x;
  double s = 0;
  for (int k = 19; k >= 3; k -= 2) s = x2 / (k * (k - 1)) * (1 - s);
  return x * (1 - s);
}
double cos_small(double x) {
  const double x2 = x * x;
  double s = 0;
  for (int k = 20; k >= 4; k -= 2) s = x2 / (k * (k - 1)) * (1 - s);
  return 1 - x2 / 2 * (1 - s);
}

}  // namespace

double log(double x) {
  if (x < 0 || std::isnan(x)) return std::numeric_limits<double>::quiet_NaN();
  if (x == 0) return -std::numeric_limits<double>::infinity();
  if (std::isinf(x)) return x;
  int exponent = 0;
  double m = std::frexp(x, &exponent);  // exact: x = m 2^exponent, m in [1/2, 1)
  if (m < kSqrtHalf) {
    m *= 2;
    --exponent;
  }
  // log m = 2 atanh(z) = 2 (z + z^3/3 + z^5/5 + ..), |z| <= 0.172
  const double z = (m - 1) / (m + 1);
  const double z2 = z * z;
  double series = 0;
  for (int k = 21; k >= 3; k -= 2) series = z2 * (series + 1.0 / k);
  return exponent * kLn2High + (exponent * kLn2Low + 2 * (z + z * series));
}

double exp(double x) {
  if (std::isnan(x)) return x;
  if (x > 709.782712893384) return std::numeric_limits<double>::infinity();
  if (x < -745.2) return 0;
  const double k = std::floor(x / (kLn2High + kLn2Low) + 0.5);
  const double r = (x - k * kLn2High) - k * kLn2Low;  // |r| <= ln 2 / 2
  double sum = 0;
  for (int n = 16; n >= 1; --n) sum = r / n * (1 + sum);
  return std::ldexp(1 + sum, static_cast<int>(k));
}

double cos_turn(double u) {
  u = u - std::floor(u);
  const double quarter = std::floor(u * 4 + 0.5);  // nearest multiple of a quarter turn: 0..4
  const double x = (u - quarter / 4) * kTwoPi;
  switch (static_cast<int>(quarter) % 4) {
    case 0: return cos_small(x);
    case 1: return -sin_small(x);
    case 2: return -cos_small(x);
    default: return sin_small(x);
  }
}

double sin_turn(double u) { return cos_turn(u - 0.25); }

}  // namespace gleaner::portable
