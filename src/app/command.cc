#include "app/command.h"

#include <algorithm>

#include <fmt/format.h>

#include "work/spec_grammar.h"

namespace gleaner {
namespace {

template <class Whole>  // std::size_t or an optional one
std::function<Status(const std::string&)> whole_number(const std::string& flag, Whole& target) {
  return [flag, &target](const std::string& value) -> Status {
    if (const auto number = parse_count(value)) {
      target = static_cast<std::size_t>(*number);
      return {};
    }
    const bool digits = value.find_first_not_of("0123456789") == std::string::npos;
    return bad_input(digits ? fmt::format("{} {} is too large", flag, value)
                            : fmt::format("{} {} is not a whole number from 0 on", flag, value),
                     fmt::format("write digits alone, like {} 8", flag));
  };
}

template <class Real>  // double or an optional one
std::function<Status(const std::string&)> real_number(const std::string& flag, Real& target) {
  return [flag, &target](const std::string& value) -> Status {
    if (const auto number = parse_number(value)) {
      target = *number;
      return {};
    }
    return bad_input(fmt::format("{} {} is not a finite number", flag, value),
                     fmt::format("write a decimal number, like {} 0.1", flag));
  };
}

// Whether `text` speaks of `flag` itself and not of one whose name begins with it.
bool names(std::string_view text, std::string_view flag) {
  for (std::size_t at = text.find(flag); at != std::string_view::npos; at = text.find(flag, at + 1)) {
    const std::size_t end = at + flag.size();
    const bool goes_on = end < text.size() && (text[end] == '-' || (text[end] >= 'a' && text[end] <= 'z'));
    if (!goes_on) return true;
  }
  return false;
}

}  // namespace

Flag& Command::add(Flag::Kind kind, std::string name, std::string type, std::string meaning,
                   std::string preset) {
  Flag flag;
  flag.name = std::move(name);
  flag.kind = kind;
  flag.group = group_;
  flag.type = std::move(type);
  flag.meaning = std::move(meaning);
  flag.preset = std::move(preset);
  return flags_.emplace_back(std::move(flag));
}

Flag& Command::text(std::string flag, std::string& target, std::string type, std::string meaning) {
  Flag& f = add(Flag::Kind::text, std::move(flag), std::move(type), std::move(meaning), target);
  f.store = [&target](const std::string& value) -> Status {
    target = value;
    return {};
  };
  return f;
}

Flag& Command::file(std::string flag, std::string& target, std::string meaning) {
  Flag& f = text(std::move(flag), target, "FILE", std::move(meaning));
  f.kind = Flag::Kind::file;
  return f;
}

Flag& Command::choice(std::string flag, std::string& target, std::vector<std::string_view> choices,
                      std::string meaning) {
  Flag& f = text(std::move(flag), target, "NAME", std::move(meaning));
  f.kind = Flag::Kind::choice;
  f.choices = std::move(choices);
  return f;
}

Flag& Command::count(std::string flag, std::size_t& target, std::string meaning) {
  Flag& f = add(Flag::Kind::count, std::move(flag), "N", std::move(meaning), fmt::format("{}", target));
  f.store = whole_number(f.name, target);
  return f;
}

Flag& Command::count(std::string flag, std::optional<std::size_t>& target, std::string meaning) {
  Flag& f = add(Flag::Kind::count, std::move(flag), "N", std::move(meaning), "");
  f.store = whole_number(f.name, target);
  return f;
}

Flag& Command::number(std::string flag, double& target, std::string meaning) {
  Flag& f = add(Flag::Kind::number, std::move(flag), "X", std::move(meaning), fmt::format("{}", target));
  f.store = real_number(f.name, target);
  return f;
}

Flag& Command::number(std::string flag, std::optional<double>& target, std::string meaning) {
  Flag& f = add(Flag::Kind::number, std::move(flag), "X", std::move(meaning), "");
  f.store = real_number(f.name, target);
  return f;
}

Flag& Command::toggle(std::string flag, bool& target, std::string meaning) {
  Flag& f = add(Flag::Kind::toggle, std::move(flag), "", std::move(meaning), "false");
  f.store = [&target](const std::string&) -> Status {
    target = true;
    return {};
  };
  return f;
}

Status Command::give(Flag& flag, const std::string& value, std::string origin) {
  if (value.empty()) {
    return bad_input(fmt::format("{} needs a value", flag.name), "give one, or leave the flag away");
  }
  if (Status stored = flag.store(value); !stored) return stored;
  flag.value = value;
  flag.origin = std::move(origin);
  flag.given = true;
  return {};
}

Flag* Command::find(std::string_view flag) {
  const auto it = std::find_if(flags_.begin(), flags_.end(), [&](const Flag& f) { return f.name == flag; });
  return it == flags_.end() ? nullptr : &*it;
}

std::vector<std::string> Command::given() const {
  std::vector<std::string> names;
  for (const Flag& flag : flags_) {
    if (flag.given) names.push_back(flag.name);
  }
  return names;
}

Error Command::located(Error error) const {
  for (const Flag& flag : flags_) {
    if (!flag.origin.empty() && names(error.what, flag.name)) {
      error.what = fmt::format("{}: {}", flag.origin, error.what);
      break;
    }
  }
  return error;
}

}  // namespace gleaner
