// What is never behind what, trial by trial, on the same draws: skip and static, partial and original.
#pragma once

#include <cstdint>
#include <optional>

#include "study/summary.h"
#include "study/trials.h"

namespace gleaner {

// Both functions return the number of trials in which the first ended later than the second, or at the same
// time with a larger residual. There must be none. A trial that the first failed and the second completed
// counts as well. With --recovery residual= the first state that is good enough will do, and where many
// reports come at one time (a grid) that may be another one: there only the time is compared.
//
// Nothing where the claim does not hold: messages that get in each other's way (bandwidth, losses,
// partitions), workers lost after they may have reported a chunk, losses of the server; plans that differ in
// who holds what or in blocks, other draws, another rule of recovery.

/// `partial` against `original`: whoever has finished all of its chunks has finished each of them, so every
/// state of which original can make use is within that of partial. Nothing for the policy replan, which may
/// give a worker other chunks first.
[[nodiscard]] std::optional<std::uint64_t> behind_original(const TrialsSpec& partial,
                                                           const StudySummary& of_partial,
                                                           const TrialsSpec& original,
                                                           const StudySummary& of_original);

/// `skip` against the same with the policy static (beyond.md section 2): a worker leaves out only chunks that
/// have their l copies, and so is never later with the others; for every chunk and k <= l the k-th copy is
/// known no later. With any margin. Nothing for any other policy, and for plans whose orders differ.
[[nodiscard]] std::optional<std::uint64_t> behind_static(const TrialsSpec& skip, const StudySummary& of_skip,
                                                         const TrialsSpec& fixed,
                                                         const StudySummary& of_fixed);

/// Whether behind_static() claims anything about these trials.
[[nodiscard]] bool is_never_behind_static(const TrialsSpec& skip);

}  // namespace gleaner
