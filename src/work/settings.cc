#include "work/settings.h"

#include <algorithm>

#include <fmt/format.h>

#include "work/spec_grammar.h"

namespace gleaner {
namespace {

constexpr std::string_view kPlan = "plan";

std::string recovery_text(const Recovery& r) {
  switch (r.kind) {
    case Recovery::Kind::exact: return "exact";
    case Recovery::Kind::deadline: return "deadline=" + duration_text(r.deadline);
    case Recovery::Kind::residual: return fmt::format("residual={}", r.residual);
  }
  return "";
}

std::string policy_text(const ServerOptions& o) {
  switch (o.when_unrecoverable) {
    case WhenUnrecoverable::stop: return "stop";
    case WhenUnrecoverable::approximate: return "approximate";
    case WhenUnrecoverable::wait: return "wait=" + duration_text(o.wait);
  }
  return "";
}

std::string schedule_text(const Schedule& s) {
  return s.depends_on_rounds() ? fmt::format("{} over --rounds {}", s.text(), s.rounds) : s.text();
}

const Setting* find(const std::vector<Setting>& settings, std::string_view name) {
  const auto at = std::ranges::find(settings, name, &Setting::name);
  return at == settings.end() ? nullptr : &*at;
}

Error differs(std::string_view name, const Setting* then, const Setting* now) {
  if (name == kPlan) {
    return bad_input(
        fmt::format("it was written with another plan ({:.12}, now {:.12})",
                    then == nullptr ? "none" : then->value, now == nullptr ? "none" : now->value),
        "give the same plan, and resume with the same build on the same kind of machine");
  }
  const std::string before =
      then == nullptr ? fmt::format("without {}", name) : fmt::format("with {} {}", name, then->value);
  const std::string after = now == nullptr ? "it is not given" : "it is " + now->value;
  // What holds a space describes the setting; it is not what a flag would be given.
  const bool described = then != nullptr && then->value.find(' ') != std::string::npos;
  const std::string cure = then == nullptr ? fmt::format("leave out {}", name)
                           : described     ? fmt::format("give the {} of then", name)
                                           : fmt::format("give {} {}", name, then->value);
  return bad_input(fmt::format("it was written {}, now {}", before, after),
                   cure + ", or start a new run in another folder");
}

}  // namespace

std::vector<Setting> settings_of(const RunSpec& spec) {
  const Assignment& a = spec.plan->assignment();
  std::vector<Setting> settings{
      {"--method", std::string(spec.code->name())},
      {"--workers", fmt::format("{}", a.workers())},
      {"--chunks", fmt::format("{}", a.chunks())},
      {"--blocks", fmt::format("{}", spec.plan->blocks())},
      {"--policy", std::string(name_of(spec.server.policy))},
      {"--seed", fmt::format("{}", spec.seed)},
      {"--objective", std::string(spec.objective->name())},
      {"--optimizer", std::string(name_of(spec.optimizer.kind))},
      {"--lr", fmt::format("{}", spec.optimizer.learning_rate)},
      {"--momentum", fmt::format("{}", spec.optimizer.momentum)},
      {"beta2", fmt::format("{}", spec.optimizer.beta2)},
      {"epsilon", fmt::format("{}", spec.optimizer.epsilon)},
      {"--schedule", schedule_text(spec.schedule)},
      {"--l2", fmt::format("{}", spec.l2)},
      {"--speeds", spec.speeds.text()},
      {"--recovery", recovery_text(spec.server.recovery)},
      {"--when-unrecoverable", policy_text(spec.server)},
  };
  // Without one nothing is said, as by versions that knew none.
  if (spec.server.margin > 0) settings.push_back({"--margin", fmt::format("{}", spec.server.margin)});
  if (spec.local.on()) {
    settings.push_back({"--local-steps", fmt::format("{}", spec.local.steps)});
    settings.push_back({"--local-lr", fmt::format("{}", spec.local.learning_rate)});
    settings.push_back({"--prox", fmt::format("{}", spec.local.prox)});
  }
  for (const Setting& other : spec.other_settings) {
    if (find(settings, other.name) == nullptr) settings.push_back(other);
  }
  settings.push_back({"number of parameters", fmt::format("{}", spec.objective->parameters())});
  settings.push_back({std::string(kPlan), spec.plan->fingerprint().hex});
  return settings;
}

Status check_same(const std::vector<Setting>& then, const std::vector<Setting>& now) {
  for (const Setting& setting : now) {
    const Setting* before = find(then, setting.name);
    if (before == nullptr || *before != setting) return differs(setting.name, before, &setting);
  }
  for (const Setting& setting : then) {
    if (find(now, setting.name) == nullptr) return differs(setting.name, &setting, nullptr);
  }
  return {};
}

}  // namespace gleaner
