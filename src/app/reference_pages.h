// Pages made from the tables of flags, so that they cannot fall behind them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/command.h"

namespace gleaner {

/// The manual page gleaner(1), in the man macros of troff.
[[nodiscard]] std::string manual_page(std::string_view about, std::span<Command* const> commands);

/// A script for bash that completes commands, flags, the names that a flag chooses from, and files.
[[nodiscard]] std::string bash_completion(std::span<Command* const> commands);

}  // namespace gleaner
