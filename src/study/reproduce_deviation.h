// Our mean beside a published one.
#pragma once

#include "study/reproduce_paper.h"
#include "study/statistics.h"

namespace gleaner {

/// A published mean, and how far ours is from it.
struct Compared {
  Published published;
  double deviation = 0;  ///< in standard errors of the difference; positive: ours is larger
};

/// deviation = (ours - published) / sqrt(e_ours^2 + e_published^2), e = standard errors of the means.
///
/// Where no standard error was published it is that of our own sample, scaled to their number of trials:
/// e_ours sqrt(n_ours / n_published).
///
/// `event_least`: values are 0 or at least this much, 0 where that says nothing. A mean of n such values is
/// then not known better than event_least / n, the weight of a single event: both standard errors are at
/// least that, also of a sample in which the event did not occur and whose own estimate is 0. (For a Poisson
/// number of events of that size it is the standard error where one is expected.)
///
/// 0 for equal means; infinite for different ones without any standard error; NaN where ours is not known.
[[nodiscard]] Compared compare(const Estimate& ours, const Published& published, double event_least = 0);

}  // namespace gleaner
