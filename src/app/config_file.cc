#include "app/config_file.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <toml++/toml.h>
#include <nlohmann/json.hpp>

#include "app/build_plan.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

std::string place_of(const std::string& path, const toml::source_region& source) {
  return fmt::format("{}:{}", path, source.begin.line);
}

// A value that is no list as a flag would be given it; nothing for a date or a table.
std::optional<std::string> scalar(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* whole = node.as_integer()) return fmt::format("{}", whole->get());
  if (const auto* real = node.as_floating_point()) return fmt::format("{}", real->get());
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  return std::nullopt;
}

std::optional<std::string> value_text(const toml::node& node) {
  const toml::array* list = node.as_array();
  if (list == nullptr) return scalar(node);
  std::string joined;
  for (const toml::node& item : *list) {
    const auto text = scalar(item);
    if (!text || text->empty()) return std::nullopt;
    joined += (joined.empty() ? "" : "/") + *text;
  }
  return joined;
}

Status read_table(const std::string& path, const std::string& section, const toml::table& table,
                  std::vector<ConfigEntry>& entries) {
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const std::string place = place_of(path, key.source());
    if (const toml::table* inner = node.as_table(); inner != nullptr && section.empty()) {
      if (Status s = read_table(path, name, *inner, entries); !s) return s;
      continue;
    }
    const auto value = value_text(node);
    if (!value) {
      return bad_input(
          fmt::format("{}: {} is neither a text, a number, true, false nor a list of them", place, name),
          "write what the flag would be given, as in speeds = \"exponential:mean=40ms\"");
    }
    entries.push_back({section, name, *value, node.is_boolean(), place});
  }
  return {};
}

std::vector<std::string_view> keys_of(std::span<Command* const> commands, std::vector<std::string>& storage) {
  for (const Command* command : commands) {
    for (const Flag& flag : command->flags()) {
      if (flag.in_config) storage.push_back(flag.key());
    }
  }
  return {storage.begin(), storage.end()};
}

Flag* find_key(Command& command, const std::string& key) {
  Flag* flag = command.find("--" + key);
  return flag != nullptr && flag->in_config ? flag : nullptr;
}

// `asked`: the command that shows what the file may say.
Error unknown_key(const ConfigEntry& entry, std::string_view asked, std::span<Command* const> commands) {
  std::vector<std::string> storage;
  const std::vector<std::string_view> known = keys_of(commands, storage);
  std::string cure = fmt::format("gleaner {} --print-config shows the keys that there are", asked);
  if (entry.key == "config" || entry.key == "print-config") {
    return bad_input(fmt::format("{}: {} is for the command line alone", entry.place, entry.key),
                     "leave it away");
  }
  if (const auto nearest = nearest_name(entry.key, known)) {
    cure = fmt::format("did you mean {}? {}", *nearest, cure);
  }
  return bad_input(fmt::format("{}: there is no key {}{}", entry.place, entry.key,
                               entry.section.empty() ? "" : " for gleaner " + entry.section),
                   cure);
}

Status give(Flag& flag, const ConfigEntry& entry) {
  const bool toggle = flag.kind == Flag::Kind::toggle;
  if (toggle != entry.boolean) {
    return bad_input(
        fmt::format("{}: {} is {}", entry.place, entry.key,
                    toggle ? "either true or false" : "not a matter of true or false"),
        fmt::format("write {} = {}", entry.key, toggle ? "true, without quotes" : "and its value"));
  }
  if (flag.given || (toggle && entry.value == "false")) return {};
  const Status given = Command::give(flag, entry.value, entry.place);
  if (given) return {};
  return bad_input(fmt::format("{}: {}", entry.place, given.error().what), given.error().cure);
}

// A text of JSON is one of TOML too.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string toml_value(const Flag& flag, const std::string& value) {
  if (value.empty()) return "";
  if (flag.kind == Flag::Kind::toggle) return flag.given ? "true" : "false";
  if (flag.kind == Flag::Kind::number) return fmt::format("{}", parse_number(value).value_or(0));
  // A whole number of TOML has 63 bits; a longer one is written, and read, as a text.
  const bool whole = flag.kind == Flag::Kind::count &&
                     parse_count(value).value_or(0) <= std::numeric_limits<std::int64_t>::max();
  return whole ? value : quoted(value);
}

}  // namespace

Result<std::vector<ConfigEntry>> read_config(const std::string& path) {
  const Result<std::string> text = read_file("--config", path);
  if (!text) return text.error();
  std::vector<ConfigEntry> entries;
  try {
    const toml::table table = toml::parse(text.value(), path);
    if (Status s = read_table(path, "", table, entries); !s) return s.error();
  } catch (const toml::parse_error& e) {
    return bad_input(
        fmt::format("{}:{}: {}", place_of(path, e.source()), e.source().begin.column, e.description()),
        "a line is KEY = VALUE, with texts in \"quotes\"");
  }
  // What a table says of one command goes before what the file says of all.
  std::stable_partition(entries.begin(), entries.end(),
                        [](const ConfigEntry& e) { return !e.section.empty(); });
  return entries;
}

Status apply_config(std::span<const ConfigEntry> entries, Command& command,
                    std::span<Command* const> commands) {
  for (const ConfigEntry& entry : entries) {
    if (entry.section.empty()) {
      Flag* flag = find_key(command, entry.key);
      const bool known = std::any_of(commands.begin(), commands.end(),
                                     [&](Command* c) { return find_key(*c, entry.key) != nullptr; });
      if (!known) return unknown_key(entry, command.name(), commands);
      if (flag == nullptr) continue;  // for another command
      if (Status s = give(*flag, entry); !s) return s;
      continue;
    }
    const auto owner = std::find_if(commands.begin(), commands.end(),
                                    [&](const Command* c) { return c->name() == entry.section; });
    if (owner == commands.end()) {
      std::vector<std::string_view> names;
      for (const Command* c : commands) names.push_back(c->name());
      Error error = unknown_name("a table of --config", "command", entry.section, names);
      return bad_input(fmt::format("{}: there is no command for the table [{}]", entry.place, entry.section),
                       error.cure);
    }
    Flag* flag = find_key(**owner, entry.key);
    if (flag == nullptr) return unknown_key(entry, entry.section, {&*owner, 1});
    if (*owner != &command) continue;
    if (Status s = give(*flag, entry); !s) return s;
  }
  return {};
}

std::string config_text(const Command& command) {
  std::string out = fmt::format(
      "# gleaner {} --config FILE: what \"#\" stands before was not given and shows its default.\n",
      command.name());
  std::string group;
  for (const Flag& flag : command.flags()) {
    if (!flag.in_config) continue;
    if (flag.group != group) out += fmt::format("\n# {}\n", flag.group);
    group = flag.group;
    const std::string set = fmt::format("{}{} = {}", flag.given ? "" : "# ", flag.key(),
                                        toml_value(flag, flag.given ? flag.value : flag.preset));
    out += fmt::format("{:<40} # {}\n", set, flag.meaning);
  }
  return out;
}

}  // namespace gleaner
