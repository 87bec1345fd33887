// A configuration file in TOML: it says what the flags say, under their names.
//
//     workers = 12
//     speeds  = "exponential:mean=40ms"
//     verify  = true
//
//     [plan]              # for gleaner plan alone
//     dimension = 25000000
//
// Keys before any table are for every command that has such a flag. A list is what "/" separates on the
// command line.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/command.h"
#include "base/result.h"

namespace gleaner {

/// One key and its value.
struct ConfigEntry {
  std::string section;  ///< the table it stands in: a command, or empty
  std::string key;
  std::string value;  ///< as a flag would be given it: "8", "0.1", "true", "exponential:mean=40ms", "256/128"
  bool boolean = false;
  std::string place;  ///< "run.toml:3"
};

/// Reads a file. Errors: unreadable; not TOML (names line and column); a date, a table within a table.
[[nodiscard]] Result<std::vector<ConfigEntry>> read_config(const std::string& path);

/// Gives `command` what the entries say, but for flags that were given already: those win. `commands` are all
/// that there are. Errors: a table or key that no command knows (suggests the nearest), a toggle that is
/// neither true nor false, a value that the flag refuses; each names file and line.
[[nodiscard]] Status apply_config(std::span<const ConfigEntry> entries, Command& command,
                                  std::span<Command* const> commands);

/// A configuration file with every key of `command`: what was given is set, the rest is commented out and
/// shows its default. read_config and apply_config make the same options of it.
[[nodiscard]] std::string config_text(const Command& command);

}  // namespace gleaner
