#include "app/recovery_flags.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "app/build_plan.h"
#include "app/choices.h"

namespace gleaner {
namespace {

// An error that does not know from which flag its value came gets the flag put before it.
Status check_value(std::string_view flag, std::string_view text, const Status& status) {
  if (status) return status;
  return bad_input(fmt::format("{} {}: {}", flag, text, status.error().what), status.error().cure);
}

Result<Recovery> parse_recovery(const std::string& text, TimeUnits units) {
  if (text == "exact") return Recovery{};
  if (text.starts_with("exact=")) return bad_input("--recovery exact takes no value", "write exact alone");
  const auto at = text.find('=');
  const std::string kind = text.substr(0, at);
  const std::string value = at == std::string::npos ? "" : text.substr(at + 1);
  if (kind == "deadline") {
    const Result<Duration> d = parse_duration(value, units);
    if (!d) return bad_input("--recovery " + text + ": " + d.error().what, d.error().cure);
    return Recovery{Recovery::Kind::deadline, d.value(), 0};
  }
  if (kind == "residual") {
    const std::optional<double> r = parse_number(value);
    if (!r)
      return bad_input("--recovery " + text + ": '" + value + "' is not a number", "write residual=0.2");
    return Recovery{Recovery::Kind::residual, {}, *r};
  }
  return unknown_name("--recovery", "rule", kind, kRecoveries);
}

Status parse_unrecoverable(const std::string& text, TimeUnits units, ServerOptions& server) {
  const auto at = text.find('=');
  const std::string kind = text.substr(0, at);
  if (kind == "wait") {
    server.when_unrecoverable = WhenUnrecoverable::wait;
    if (at == std::string::npos) return {};
    const Result<Duration> d = parse_duration(text.substr(at + 1), units);
    if (!d) return bad_input("--when-unrecoverable " + text + ": " + d.error().what, d.error().cure);
    server.wait = d.value();
    return {};
  }
  const Result<std::string_view> chosen = choose("--when-unrecoverable", text, kUnrecoverable);
  if (!chosen) return chosen.error();
  server.when_unrecoverable = text == "stop" ? WhenUnrecoverable::stop : WhenUnrecoverable::approximate;
  return {};
}

}  // namespace

Result<ServerOptions> read_recovery(const std::string& recovery, const std::string& when_unrecoverable,
                                    TimeUnits units) {
  ServerOptions server;
  const Result<Recovery> rule = parse_recovery(recovery, units);
  if (!rule) return rule.error();
  server.recovery = rule.value();
  if (Status s = check_value("--recovery", recovery, server.check()); !s) return s.error();
  if (Status s = parse_unrecoverable(when_unrecoverable, units, server); !s) return s.error();
  if (Status s = check_value("--when-unrecoverable", when_unrecoverable, server.check()); !s)
    return s.error();
  return server;
}

Result<std::vector<std::string>> recovery_rules(const std::string& text) {
  const std::string kind = "deadline=";
  if (!text.starts_with(kind)) return std::vector<std::string>{text};
  std::vector<std::string> rules;
  for (std::size_t at = kind.size(); at <= text.size();) {
    const std::size_t end = std::min(text.find('/', at), text.size());
    if (end == at) {
      return bad_input(fmt::format("--recovery {}: a deadline is missing", text), "write deadline=1/2/3");
    }
    std::string rule = kind + text.substr(at, end - at);
    if (std::ranges::find(rules, rule) != rules.end()) {
      return bad_input(fmt::format("--recovery {} names {} twice", text, rule), "name every deadline once");
    }
    rules.push_back(std::move(rule));
    at = end + 1;
  }
  return rules;
}

Result<Policy> parse_policy(std::string_view name) {
  if (const auto known = choose("--policy", std::string(name), kPolicies); !known) return known.error();
  return *policy_named(name);
}

Status check_margin(std::size_t margin, const std::vector<Policy>& policies, std::string cure) {
  constexpr std::size_t kMarginMax = 1'000'000;  // more than anybody holds copies of a chunk
  if (margin > kMarginMax) {
    return bad_input(fmt::format("--margin {} is more than {}", margin, kMarginMax),
                     "give a few; with as many as there are copies nothing is skipped");
  }
  const bool skips = std::ranges::any_of(policies, [](Policy p) { return p != Policy::fixed; });
  if (margin == 0 || skips) return {};
  return bad_input(fmt::format("--margin {} has no meaning for --policy static, which skips nothing", margin),
                   std::move(cure));
}

void set_policy(ServerOptions& server, Method method, Policy policy, std::size_t margin) {
  server.policy = policy_of(method, policy);
  server.margin = server.policy == Policy::fixed ? 0 : static_cast<std::uint32_t>(margin);
}

}  // namespace gleaner
