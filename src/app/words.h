// Numbers as a person reads them.
#pragma once

#include <string>

namespace gleaner {

/// "251kB", "1.1MB": three digits at most, in thousands.
[[nodiscard]] std::string byte_text(double bytes);
/// "57.4ms", "120.0s"; "-" for NaN.
[[nodiscard]] std::string time_text(double seconds);
/// "0.3078", and "1.2e+30" where a run diverges; "-" for NaN.
[[nodiscard]] std::string loss_text(double loss);
/// "2.331 +- 0.026": the uncertainty to two digits, the mean to as many decimals, at most 6. Without an
/// uncertainty (NaN, or within rounding) the mean alone; "-" for NaN.
[[nodiscard]] std::string interval_text(double mean, double half_width);

}  // namespace gleaner
