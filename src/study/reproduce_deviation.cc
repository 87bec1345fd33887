#include "study/reproduce_deviation.h"

#include <algorithm>
#include <cmath>

namespace gleaner {

Compared compare(const Estimate& ours, const Published& published, double event_least) {
  const auto n_ours = static_cast<double>(ours.count);
  const auto n_published = static_cast<double>(published.trials);
  const double own = std::max(ours.std_error, event_least / n_ours);
  const double scaled = ours.std_error * std::sqrt(n_ours / n_published);
  const double theirs = std::max(published.std_error.value_or(scaled), event_least / n_published);
  const double difference = ours.mean - published.mean;
  if (difference == 0) return {published, 0};
  return {published, difference / std::hypot(own, theirs)};
}

}  // namespace gleaner
