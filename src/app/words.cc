#include "app/words.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace gleaner {

std::string byte_text(double bytes) {
  for (const char* unit : {"B", "kB", "MB"}) {
    if (bytes < 1000) return fmt::format("{:.{}f}{}", bytes, bytes < 10 && unit[0] != 'B' ? 1 : 0, unit);
    bytes /= 1000;
  }
  return fmt::format("{:.1f}GB", bytes);
}

std::string time_text(double seconds) {
  if (std::isnan(seconds)) return "-";
  return seconds < 100 ? fmt::format("{:.1f}ms", 1e3 * seconds) : fmt::format("{:.1f}s", seconds);
}

std::string loss_text(double loss) {
  if (std::isnan(loss)) return "-";
  return std::abs(loss) < 1e5 ? fmt::format("{:.4f}", loss) : fmt::format("{:.1e}", loss);
}

std::string interval_text(double mean, double half_width) {
  if (!std::isfinite(mean)) return "-";
  const bool none = !(half_width > 1e-9 * std::abs(mean)) || !std::isfinite(half_width);
  if (none) return fmt::format("{:.4g}", mean);
  const int decimals = std::clamp(1 - static_cast<int>(std::floor(std::log10(half_width))), 0, 6);
  return fmt::format("{:.{}f} +- {:.{}f}", mean, decimals, half_width, decimals);
}

}  // namespace gleaner
