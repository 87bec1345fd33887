// The flags of every command, bound to the options that they fill.
#pragma once

#include <string>

#include "app/options.h"
#include "base/result.h"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace gleaner {

void add_train_flags(CLI::App& app, TrainOptions& options);
void add_plan_flags(CLI::App& app, FactsOptions& options);
void add_version_flags(CLI::App& app, bool& json);

/// The flags that were written down, e.g. "--workers".
[[nodiscard]] std::vector<std::string> given_flags(const CLI::App& app);

/// What `error`, thrown while the flags of `command` were parsed, means to a person.
[[nodiscard]] Error flag_error(const std::string& command, const CLI::ParseError& error);

/// The first of the words that the parser of `command` did not know, and the nearest flag.
[[nodiscard]] Error unknown_flag(const CLI::App& app, const std::string& command, const std::string& word);

}  // namespace gleaner
