// The text form of learning rate schedules: the grammar of spec_grammar.h for --schedule.
//
//     constant   step:every=30,factor=0.1   cosine[:min=0.05]   linear[:min=0.05]
//
// Every kind takes the key warmup=ROUNDS: the rate rises evenly over so many rounds first. The same may be
// written before the kind, as warmup:rounds=10+cosine, or alone. Formulas: training/schedule.h.
#pragma once

#include <string_view>

#include "base/result.h"
#include "training/schedule.h"

namespace gleaner {

/// Reads a schedule for a run of `rounds` rounds. Errors name --schedule, the bad part and what was expected
/// of it; a warm-up that leaves no round for the decay of cosine and linear is one.
[[nodiscard]] Result<Schedule> parse_schedule(std::string_view text, std::uint64_t rounds);

}  // namespace gleaner
