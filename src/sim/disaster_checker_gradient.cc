// The checker's own arithmetic: what the combined vectors must add up to.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/disaster_checker.h"

namespace gleaner {

void DisasterChecker::check_combined(std::uint32_t before, std::uint32_t after) {
  if (after > before && paused_) {
    broken(Rule::vector, fmt::format("segment {} is combined while the selection is being mended", before));
  }
  combined_ = after;
  for (std::uint32_t s = before; s < std::min(after, layout_.count()); ++s) {
    combined_under_[s] = operator_;
    for (const auto& [worker, v] : wanted_) {
      if (v.sound.contains(s)) continue;
      broken(Rule::vector,
             fmt::format("segment {} is combined without a sound one from worker {} of epoch {}", s,
                         worker.value, v.epoch.value));
    }
  }
}

// Exactly the largest of the selections under which something was combined.
void DisasterChecker::check_residual(const Commit& commit) {
  constexpr double kRounding = 1e-7;
  double residual = 0;
  for (const auto& under : combined_under_) residual = std::max(residual, under->relative_residual());
  if (!(std::abs(commit.residual - residual) <= kRounding)) {
    broken(Rule::residual, fmt::format("{} announces the residual {:.9g}, its selections have {:.9g}",
                                       text(commit.stamp), commit.residual, residual));
  }
  if (commit.residual != 0 && residual == 0) {
    broken(Rule::residual,
           fmt::format("{} is exact and announces the residual {:.3g}", text(commit.stamp), commit.residual));
  }
}

double DisasterChecker::tolerance() const {
  const auto l = static_cast<double>(plan_.blocks());
  const auto n = static_cast<double>(plan_.chunks());
  // The weights of a fit of whole vectors are no coefficients of a frame; they are small, and few of them
  // large.
  const double condition = plan_.method() == Method::original && plan_.blocks() == 1
                               ? 16 * static_cast<double>(plan_.assignment().load_max())
                               : cluster_.condition;
  return 2 * 0x1p-24 * 2 * n * (1 + 2 * l * std::sqrt(l) * condition);
}

void DisasterChecker::check_gradient(std::span<const float> gradient) {
  const std::size_t d = gradient.size();
  const std::size_t l = plan_.blocks();
  const std::size_t block = block_length(d, l);
  const std::vector<double> truth = model_.gradients(parameters_);
  const double allowed = tolerance();
  for (std::size_t at = 0; at < d; ++at) {
    const std::size_t k = at / block;
    const std::size_t t = at % block;
    const DecodeOperator& decode = *combined_under_[t / layout_.segment_floats];
    double wanted = 0;
    for (std::size_t i = 0; i < plan_.chunks(); ++i) {
      for (std::size_t q = 0; q < l && q * block + t < d; ++q)
        wanted += decode.at(i, k, q) * truth[i * d + q * block + t];
    }
    const double found = static_cast<double>(gradient[at]);
    if (std::abs(found - wanted) <= allowed) continue;
    return broken(
        Rule::gradient,
        fmt::format("coordinate {} of the gradient of {} is {:.9g}, {} gives {:.9g} (tolerance {:.2g})", at,
                    text(stamp_), found,
                    decode.residual_squared() == 0 ? "the sum over all chunks" : "its selection", wanted,
                    allowed));
  }
}

}  // namespace gleaner
