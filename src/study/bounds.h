// The clairvoyant bounds of trials, beside what a cluster really took.
#pragma once

#include <vector>

#include "base/result.h"
#include "coding/clairvoyant.h"
#include "study/trials.h"

namespace gleaner {

/// B1 and B2 (coding/clairvoyant.h) of exact recovery in every trial of `spec`, in seconds, each the mean
/// over the rounds of the trial; on the same draws that run_trials(spec) meets. +inf where some chunk has
/// fewer than l holders that are there.
///
/// A worker that crashes or hangs at the start or in the middle of its first chunk has chunk times +inf in
/// that round and in all until it returns. One that is lost later has done its work; it is missing in later
/// rounds only if it was named, since another may be hit in the place of one that was drawn. Where in doubt
/// (a link that is cut, back-after=) a worker counts as there: the bounds stay bounds. Network, grid and the
/// server's decisions cost no time.
///
/// Errors: those of check_bounds() and trial_of(). The same for any number of threads. keep_going() is heard,
/// progress is not told.
[[nodiscard]] Result<std::vector<ClairvoyantBounds>> run_bounds(const TrialsSpec& spec);

/// Error: chunk times that differ within a worker (per=chunk). How many chunks are done by T then depends on
/// which they are, and the bound is another, much harder problem.
[[nodiscard]] Status check_bounds(const TrialsSpec& spec);

}  // namespace gleaner
