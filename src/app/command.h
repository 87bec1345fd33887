// One command of the program and its flags, as plain values: the parser, the configuration file,
// --print-config, the manual page and the completion of the shell all read this one table.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gleaner {

/// One flag. `store` reads a text into the option that the flag stands for, and refuses what it cannot read.
struct Flag {
  enum class Kind : std::uint8_t { text, file, choice, count, number, toggle };
  std::string name;  ///< "--workers"
  Kind kind = Kind::text;
  std::string group;
  std::string type;  ///< what --help shows for the value; empty for a toggle
  std::string meaning;
  std::string preset;                     ///< what holds where it is not given; empty: see its meaning
  std::vector<std::string_view> choices;  ///< what completion offers; of a choice: all that is allowed
  std::function<Status(const std::string&)> store;
  bool in_config = true;  ///< may stand in a configuration file
  std::string value;      ///< as it was given
  std::string origin;     ///< where it was given: "run.toml:3"; empty on the command line
  bool given = false;

  /// "workers": the key in a configuration file.
  [[nodiscard]] std::string key() const { return name.substr(2); }
};

/// A command and its flags. The options that flags store into must outlive it.
class Command {
 public:
  Command(std::string name, std::string about, std::string examples = {})
      : name_(std::move(name)), about_(std::move(about)), examples_(std::move(examples)) {}

  /// Flags that are added from now on belong to this group of the help.
  void group(std::string name) { group_ = std::move(name); }
  Flag& text(std::string flag, std::string& target, std::string type, std::string meaning);
  Flag& file(std::string flag, std::string& target, std::string meaning);
  Flag& choice(std::string flag, std::string& target, std::vector<std::string_view> choices,
               std::string meaning);
  // Numbers are read here and not by the parser of the command line, which takes -3 for 2^64 - 3.
  Flag& count(std::string flag, std::size_t& target, std::string meaning);
  Flag& count(std::string flag, std::optional<std::size_t>& target, std::string meaning);
  Flag& number(std::string flag, double& target, std::string meaning);
  Flag& number(std::string flag, std::optional<double>& target, std::string meaning);
  Flag& toggle(std::string flag, bool& target, std::string meaning);

  /// Stores `value` and remembers where it came from. Errors: an empty value; what store() refuses.
  [[nodiscard]] static Status give(Flag& flag, const std::string& value, std::string origin);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& about() const { return about_; }
  [[nodiscard]] const std::string& examples() const { return examples_; }
  [[nodiscard]] const std::deque<Flag>& flags() const { return flags_; }
  [[nodiscard]] std::deque<Flag>& flags() { return flags_; }
  /// The flag of this name, with its dashes, or null.
  [[nodiscard]] Flag* find(std::string_view flag);
  /// The flags that were given, on the command line or in the configuration file.
  [[nodiscard]] std::vector<std::string> given() const;
  /// The error with the line of the configuration file that gave the flag it speaks of, if one did.
  [[nodiscard]] Error located(Error error) const;

 private:
  Flag& add(Flag::Kind kind, std::string name, std::string type, std::string meaning, std::string preset);

  std::string name_;
  std::string about_;
  std::string examples_;
  std::string group_;
  std::deque<Flag> flags_;  // references to flags stay valid
};

}  // namespace gleaner
