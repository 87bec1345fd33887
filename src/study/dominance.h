// Whether `partial` really is never behind `original`, trial by trial.
#pragma once

#include <cstdint>
#include <optional>

#include "study/summary.h"
#include "study/trials.h"

namespace gleaner {

/// The trials in which `partial` ended later than `original`, or at the same time with a larger residual.
///
/// There must be none: both meet the same draws, so whoever has finished all of its chunks has finished each
/// of them, and every state of which original can make use is within that of partial (beyond.md, 2). A trial
/// that partial failed and original completed counts as well. With --recovery residual= the first that is
/// good enough will do, on a grid the first that is heard of many at once: there only the time is compared.
///
/// Nothing where the claim does not hold: messages that get in each other's way (bandwidth, losses,
/// partitions), workers lost after they may have reported a chunk, losses of the server; plans that differ in
/// who holds what or in blocks, other draws, another rule of recovery.
[[nodiscard]] std::optional<std::uint64_t> dominance_violations(const TrialsSpec& partial,
                                                                const StudySummary& of_partial,
                                                                const TrialsSpec& original,
                                                                const StudySummary& of_original);

}  // namespace gleaner
