#include "app/simulate_lists.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "app/build_plan.h"
#include "app/choices.h"
#include "app/recovery_flags.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

constexpr const char* kMarginCure =
    "give --policy skip (simulate runs static unless told otherwise), or leave --margin away";

Result<std::vector<std::string>> names_of(std::string_view flag, const std::string& text,
                                          std::span<const std::string_view> known) {
  Result<std::vector<std::string>> names = comma_list(flag, text);
  if (!names) return names;
  for (const std::string& name : names.value()) {
    if (const auto good = choose(flag, name, known); !good) return good.error();
  }
  return names;
}

Result<std::vector<std::size_t>> counts_of(std::string_view flag, const std::string& text) {
  const Result<std::vector<std::string>> words = comma_list(flag, text);
  if (!words) return words.error();
  std::vector<std::size_t> counts;
  for (const std::string& word : words.value()) {
    const auto count = parse_count(word);
    if (!count) {
      return bad_input(fmt::format("{} {} is not a whole number from 0 on", flag, word),
                       fmt::format("write digits, with commas for more rows, like {} 1,2,3", flag));
    }
    counts.push_back(static_cast<std::size_t>(*count));
  }
  return counts;
}

Result<std::vector<Policy>> policies_of(const std::string& text) {
  const Result<std::vector<std::string>> names = comma_list("--policy", text);
  if (!names) return names.error();
  std::vector<Policy> policies;
  for (const std::string& name : names.value()) {
    const Result<Policy> policy = parse_policy(name);
    if (!policy) return policy.error();
    policies.push_back(policy.value());
  }
  return policies;
}

Result<std::vector<std::string>> methods_of(const SimulateOptions& o) {
  if (o.plan.plan_file.empty() || o.plan.gave("--method")) return names_of("--method", o.methods, kMethods);
  const Result<Method> method = chosen_method(o.plan);
  if (!method) return method.error();
  return std::vector<std::string>{std::string(name_of(method.value()))};
}

// Only replan has speeds told and rounds planned by them.
Status check_replan_flags(const SimulateOptions& o, const std::vector<Policy>& policies) {
  if (std::ranges::find(policies, Policy::replan) != policies.end()) return {};
  const auto refuse = [&](std::string_view flag, const std::string& value) {
    return bad_input(fmt::format("{} {} has no meaning without --policy replan, and --policy is {}", flag,
                                 value, o.policies),
                     fmt::format("give --policy replan, or leave {} away", flag));
  };
  if (o.liars > 0 && o.liars <= 1) return refuse("--liars", fmt::format("{}", o.liars));
  const Result<Duration> planning = parse_duration(o.plan_time, TimeUnits::optional);
  if (planning && planning.value() > Duration::zero()) return refuse("--plan-time", o.plan_time);
  return {};
}

}  // namespace

Result<std::vector<std::string>> comma_list(std::string_view flag, const std::string& text) {
  std::vector<std::string> values;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    std::string value = text.substr(at, end - at);
    if (value.empty()) {
      return bad_input(fmt::format("{} {} has an empty place", flag, text),
                       "write values with a comma between them");
    }
    if (std::find(values.begin(), values.end(), value) != values.end()) {
      return bad_input(fmt::format("{} {} names {} twice", flag, text, value), "name every value once");
    }
    values.push_back(std::move(value));
    at = end + 1;
  }
  return values;
}

Result<SimulateLists> simulate_lists(const SimulateOptions& o) {
  SimulateLists lists;
  const auto take = [](auto& into, auto&& from) -> Status {
    if (!from) return from.error();
    into = std::move(from).value();
    return {};
  };
  if (Status s = take(lists.methods, methods_of(o)); !s) return s.error();
  if (Status s = take(lists.policies, policies_of(o.policies)); !s) return s.error();
  if (Status s = check_margin(o.margin, lists.policies, kMarginCure); !s) return s.error();
  if (Status s = check_replan_flags(o, lists.policies); !s) return s.error();
  if (Status s = take(lists.orders, names_of("--order", o.orders, kRoundOrders)); !s) return s.error();
  if (Status s = take(lists.replications, counts_of("--replication", o.replications)); !s) return s.error();
  if (Status s = take(lists.blocks, counts_of("--blocks", o.blocks)); !s) return s.error();
  if (Status s = take(lists.rules, recovery_rules(o.recovery)); !s) return s.error();
  return lists;
}

}  // namespace gleaner
