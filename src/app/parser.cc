#include "app/parser.h"

#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "work/spec_grammar.h"

namespace gleaner {
namespace {

// Carries an Error through CLI11.
class BadFlag final : public CLI::ValidationError {
 public:
  explicit BadFlag(gleaner::Error error) : CLI::ValidationError(error.sentence()), error_(std::move(error)) {}
  [[nodiscard]] const gleaner::Error& error() const { return error_; }

 private:
  gleaner::Error error_;
};

void give(Flag& flag, const std::string& value) {
  if (value.starts_with("--")) {
    throw BadFlag(
        bad_input(fmt::format("{} needs a value", flag.name), fmt::format("write it before {}", value)));
  }
  if (const Status given = Command::give(flag, value, ""); !given) throw BadFlag(given.error());
}

void bind(CLI::App& app, Flag& flag) {
  if (flag.kind == Flag::Kind::toggle) {
    app.add_flag_function(
           flag.name, [&flag](std::int64_t) { give(flag, "true"); }, flag.meaning)
        ->group(flag.group)
        ->disable_flag_override();
    return;
  }
  const CLI::callback_t read = [&flag](const CLI::results_t& words) {
    give(flag, words.empty() ? "" : words.back());
    return true;
  };
  app.add_option(flag.name, read, flag.meaning)
      ->type_name(flag.type)
      ->default_str(flag.preset)
      ->group(flag.group);
}

}  // namespace

void bind_flags(CLI::App& app, Command& command) {
  for (Flag& flag : command.flags()) bind(app, flag);
  app.footer(command.examples());
  app.allow_extras();
}

Error flag_error(const std::string& command, const CLI::ParseError& error) {
  if (const auto* bad = dynamic_cast<const BadFlag*>(&error)) return bad->error();
  const std::string help = fmt::format("see gleaner {} --help", command);
  const std::string text = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) == nullptr) return bad_input(text, help);
  const std::size_t name = text.find_first_not_of('-');
  const std::string flag = "--" + text.substr(name, text.find_first_of(": ") - name);
  if (text.find("At Most") != std::string::npos) {
    return bad_input(fmt::format("{} is given more than once", flag), "give it once");
  }
  if (text.find("override") != std::string::npos) {
    return bad_input(fmt::format("{} takes no value", flag), fmt::format("write {} alone", flag));
  }
  return bad_input(fmt::format("{} needs a value", flag), help);
}

Error unknown_flag(const Command& command, const std::string& word) {
  std::vector<std::string_view> known;
  for (const Flag& flag : command.flags()) known.push_back(flag.name);
  const std::string name = word.substr(0, word.find('='));
  std::string cure = fmt::format("see gleaner {} --help", command.name());
  if (const auto nearest = nearest_name(name, known)) {
    cure = fmt::format("did you mean {}? {}", *nearest, cure);
  }
  return bad_input(name.starts_with("-") ? fmt::format("there is no flag {}", name)
                                         : fmt::format("'{}' is not expected here", word),
                   cure);
}

}  // namespace gleaner
