#include "protocol/server_options.h"

#include <fmt/format.h>

namespace gleaner {

std::string_view name_of(Policy policy) {
  switch (policy) {
    case Policy::fixed: return "static";
    case Policy::skip: return "skip";
    case Policy::replan: return "replan";
  }
  return "unknown";
}

Policy policy_of(Method method, Policy policy) { return method == Method::partial ? policy : Policy::fixed; }

std::optional<Policy> policy_named(std::string_view name) {
  for (const Policy policy : {Policy::fixed, Policy::skip, Policy::replan}) {
    if (name == name_of(policy)) return policy;
  }
  return std::nullopt;
}

Status ServerOptions::check() const {
  if (term.value == 0) return bad_input("term 0 is no life of a server", "terms start at 1");
  if (recovery.kind == Recovery::Kind::deadline && recovery.deadline <= Duration::zero()) {
    return bad_input("the recovery deadline is not positive", "give a time such as deadline=100ms");
  }
  if (recovery.kind == Recovery::Kind::residual && !(recovery.residual > 0 && recovery.residual < 1)) {
    return bad_input(fmt::format("the recovery residual {} is not between 0 and 1", recovery.residual),
                     "it is relative: 0.35 lets one of 8 chunks be missing; for none use exact");
  }
  if (when_unrecoverable == WhenUnrecoverable::wait && wait <= Duration::zero()) {
    return bad_input("the time to wait for lost workers is not positive", "give a time such as wait=60s");
  }
  if (margin > 0 && policy == Policy::fixed) {
    return bad_input(
        fmt::format("a margin of {} means nothing to the policy static, which skips nothing", margin),
        "use --policy skip, or leave --margin out");
  }
  return {};
}

}  // namespace gleaner
