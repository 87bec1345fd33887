// Exit codes and the one line that an error gets.
#pragma once

#include <string_view>

#include "base/result.h"

namespace gleaner {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitBadInput = 2;
inline constexpr int kExitInterrupted = 130;

/// Prints "gleaner COMMAND: WHAT; CURE" on stderr and returns the exit code of its kind.
int report_error(std::string_view command, const Error& error);

}  // namespace gleaner
