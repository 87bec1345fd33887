// e^x for the hot loops of classification.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace gleaner {

/// e^x for x <= 0, relative error below 1e-15; 0 below -708, where e^x leaves the normal numbers. NaN gives
/// NaN. Only + - * and shifts, so it has the same bits on every machine and at every optimisation level,
/// unlike the C library's, which picks another routine where the processor has fused multiply-add. About ten
/// times as fast as portable::exp.
///
/// x = n ln 2 + r with |r| <= (ln 2) / 2; e^x = 2^n sum_{k<=13} r^k / k!.
[[nodiscard]] inline double exp_nonpositive(double x) {
  constexpr double kLog2E = 1.44269504088896340736;
  constexpr double kLn2High = 6.93147180369123816490e-01;  // 21 trailing zero bits: n * it is exact
  constexpr double kLn2Low = 1.90821492927058770002e-10;
  constexpr std::array<double, 14> kInverseFactorials = [] {
    std::array<double, 14> f{};
    double factorial = 1;
    for (std::size_t k = 0; k < f.size(); ++k) {
      if (k > 1) factorial *= static_cast<double>(k);
      f[k] = 1 / factorial;
    }
    return f;
  }();

  if (!(x >= -708)) return x < -708 ? 0.0 : x;
  const auto n = static_cast<int>(x * kLog2E - 0.5);  // truncation rounds x log2 e to the nearest, as x <= 0
  const double r = (x - n * kLn2High) - n * kLn2Low;
  double sum = kInverseFactorials.back();
  for (std::size_t k = kInverseFactorials.size() - 1; k-- > 0;) sum = sum * r + kInverseFactorials[k];
  return sum * std::bit_cast<double>(static_cast<std::uint64_t>(1023 + n) << 52);
}

}  // namespace gleaner
