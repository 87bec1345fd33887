// Elementary functions with the same bits on every compiler and machine that has IEEE 754 doubles.
//
// The C library's log, exp and cos differ in the last bit between libraries, and a draw that
// differs in one bit can change who finishes first. These use only + - * / sqrt, scaling by powers of two and
// comparison. They are meant for draws and plans, not for hot loops.
// Relative error below 1e-14 (log: absolute near 1); tested against the C library in portable_math_test.cc.
#pragma once

namespace gleaner::portable {

/// Natural logarithm. log(0) = -inf, log(x < 0) = NaN.
[[nodiscard]] double log(double x);
/// e^x. Overflows to +inf above 709.7, underflows to 0 below -745.
[[nodiscard]] double exp(double x);
/// cos(2 pi u) and sin(2 pi u) of a TURN u in [0, 1).
[[nodiscard]] double cos_turn(double u);
[[nodiscard]] double sin_turn(double u);

}  // namespace gleaner::portable
