// What is never behind what, round by round, on the same draws: skip and static, partial and original.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "study/summary.h"
#include "study/trials.h"

namespace gleaner {

// The functions that compare return the number of rounds in which the first took longer than the second, or
// as long with a larger residual. There must be none. A round that the second committed and the first did not
// counts as well. With --recovery residual= the first state that is good enough will do, and where many
// reports come at one time (a grid) that may be another one: there only the time is compared.
//
// A round owes nothing to the ones before it: chunk times are drawn for a round and not for a moment, and
// what workers have in hand is dropped as the next round begins. So the claim holds for each round of a
// trial.
//
// Nothing where the claim does not hold: messages that get in each other's way (bandwidth, losses,
// partitions), workers lost after they may have reported a chunk, losses of the server; plans that differ in
// who holds what or in blocks, other draws, another rule of recovery.

/// `partial` against `original`: whoever has finished all of its chunks has finished each of them, so every
/// state of which original can make use is within that of partial, whatever the order of its chunks and
/// wherever that came from (--order learned). Nothing for the policy replan, which may give a worker other
/// chunks first.
[[nodiscard]] std::optional<std::uint64_t> behind_original(const TrialsSpec& partial,
                                                           const StudyRounds& of_partial,
                                                           const TrialsSpec& original,
                                                           const StudyRounds& of_original);

/// `skip` against the same with the policy static (beyond.md section 2): a worker leaves out only chunks that
/// have their l copies, and so is never later with the others; for every chunk and k <= l the k-th copy is
/// known no later. With any margin. Nothing for any other policy, for plans whose orders differ, and where
/// orders are learned: the two see other rounds, and so learn other orders.
[[nodiscard]] std::optional<std::uint64_t> behind_static(const TrialsSpec& skip, const StudyRounds& of_skip,
                                                         const TrialsSpec& fixed,
                                                         const StudyRounds& of_fixed);

/// Whether behind_static() claims anything about these trials.
[[nodiscard]] bool is_never_behind_static(const TrialsSpec& skip);

/// behind_static() beside the same trials with the policy static, which are run for it. Nothing if it claims
/// nothing. Errors: those of run_trials().
[[nodiscard]] Result<std::optional<std::uint64_t>> behind_unseen_static(const TrialsSpec& skip,
                                                                        const StudyRounds& of_skip);

}  // namespace gleaner
