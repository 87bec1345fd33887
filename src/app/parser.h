// Between the tables of flags (app/command.h) and CLI11, which parses them.
#pragma once

#include <string>

#include "app/command.h"
#include "base/result.h"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace gleaner {

/// Makes the parser take the flags of `command`, with its help. `command` must outlive the parser.
void bind_flags(CLI::App& app, Command& command);

/// What `error`, thrown while the flags of `command` were parsed, means to a person.
[[nodiscard]] Error flag_error(const std::string& command, const CLI::ParseError& error);

/// The parser did not know `word`: the Error names the nearest flag of `command`.
[[nodiscard]] Error unknown_flag(const Command& command, const std::string& word);

}  // namespace gleaner
