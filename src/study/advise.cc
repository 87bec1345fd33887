#include "study/advise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "study/settings_trial.h"

namespace gleaner {
namespace {

using Tried = TriedSetting;

constexpr std::size_t kFinalists = 6;
constexpr std::size_t kShown = 3;  // beside the best
constexpr std::uint64_t kFirstTrials = 16;
constexpr std::uint64_t kGrowth = 3;  // so many times fewer settings, and more trials of each
constexpr double kSameSpeed = 1.02;   // who is no slower than this is as good as the fastest
constexpr double kNearlySame = 1.05;  // after few trials

double time_of(const Tried& t) { return std::isfinite(t.summary.time.mean) ? t.summary.time.mean : HUGE_VAL; }

auto cost_of(const Tried& t) { return std::tuple(t.worker_memory, t.summary.bytes_to_server); }

bool is_better(const Tried& a, const Tried& b) {
  return std::tuple(a.summary.failed, time_of(a), cost_of(a)) <
         std::tuple(b.summary.failed, time_of(b), cost_of(b));
}

// Whether `a` is about as fast as `fastest`, on the draws that they share.
bool keeps_up(const Tried& a, const Tried& fastest, double slack) {
  if (a.summary.failed > fastest.summary.failed) return false;
  return paired_ratio(a.summary.seconds, fastest.summary.seconds).ratio <= slack;
}

// The cheapest that keeps up; the fastest if nothing else does. REQUIRES: sorted by is_better, not empty.
std::size_t cheapest(const std::vector<Tried>& sorted, double slack) {
  std::size_t found = 0;
  for (std::size_t k = 1; k < sorted.size(); ++k) {
    if (keeps_up(sorted[k], sorted.front(), slack) && cost_of(sorted[k]) < cost_of(sorted[found])) found = k;
  }
  return found;
}

Error nothing_fits(const SettingLimits& limits) {
  if (limits.losses >= limits.workers) {
    return bad_input(
        fmt::format("--losses {} with --workers {} leaves nobody", limits.losses, limits.workers),
        "use more workers, or bear fewer losses");
  }
  if (limits.losses >= kReplicationMax) {
    return bad_input(
        fmt::format("--losses {} needs more than {} copies of every chunk, and no more are tried",
                    limits.losses, kReplicationMax),
        fmt::format("bear at most {}", kReplicationMax - 1));
  }
  const std::uint64_t least = least_worker_memory(limits, limits.losses + 1, 1);
  return bad_input(
      fmt::format("--memory: no setting fits into {} bytes of a worker", limits.memory.value_or(0)),
      fmt::format("the smallest needs {} bytes; use more workers for less", least));
}

class Search {
 public:
  explicit Search(const AdviseSpec& spec) : spec_(spec) {}

  Result<Advice> run() {
    if (Status s = check(spec_); !s) return s.error();
    const SettingChoice choice = settings_within(spec_.limits);
    if (Status s = enter(choice); !s) return s.error();
    if (Status s = halve(); !s) return s.error();
    if (Status s = add_deadlines(); !s) return s.error();
    return conclude(choice);
  }

 private:
  Status enter(const SettingChoice& choice) {
    Result<Tried> uncoded = prepare(spec_, {Method::uncoded, Scheme::cyclic, 1, 1, {}});
    if (!uncoded) return uncoded.error();
    uncoded_ = std::move(uncoded).value();
    uncoded_.allowed = spec_.limits.losses == 0 && fits(uncoded_);
    if (uncoded_.allowed) alive_.push_back(uncoded_);
    for (const PlanSetting& setting : choice.allowed) {
      tell("plans", alive_.size(), choice.allowed.size());
      if (spec_.keep_going && !spec_.keep_going()) return run_failed("interrupted", "");
      Result<Tried> tried = prepare(spec_, setting);
      if (!tried) return tried.error();
      if (fits(tried.value())) alive_.push_back(std::move(tried).value());
    }
    advice_.settings = alive_.size();
    advice_.too_large = choice.too_large.size();
    return alive_.empty() ? nothing_fits(spec_.limits) : Status{};
  }

  [[nodiscard]] bool fits(const Tried& tried) const {
    return !spec_.limits.memory || tried.worker_memory <= *spec_.limits.memory;
  }

  // Few trials of all, more trials of the better ones.
  Status halve() {
    for (std::uint64_t trials = kFirstTrials; alive_.size() > kFinalists && trials < spec_.trials;
         trials *= kGrowth) {
      if (Status s = try_all(trials); !s) return s;
      alive_ = survivors();
    }
    if (Status s = try_all(spec_.trials); !s) return s;
    return try_setting(spec_, spec_.trials, uncoded_);
  }

  Status try_all(std::uint64_t trials) {
    std::uint64_t done = 0;
    const std::string what = fmt::format("{} settings, {} trials each", alive_.size(), trials);
    for (Tried& tried : alive_) {
      tell(what, done++, alive_.size());
      if (Status s = try_setting(spec_, trials, tried); !s) return s;
    }
    std::ranges::stable_sort(alive_, is_better);
    return {};
  }

  [[nodiscard]] std::vector<Tried> survivors() const {
    const std::size_t third = (alive_.size() + kGrowth - 1) / kGrowth;
    const std::size_t kept = std::min(alive_.size(), std::max(kFinalists, third));
    std::vector<bool> stays(alive_.size(), false);
    std::fill_n(stays.begin(), kept, true);
    stays[cheapest(alive_, kNearlySame)] = true;
    std::set<std::size_t> replications;
    bool original = false;
    for (std::size_t k = 0; k < alive_.size(); ++k) {
      const PlanSetting& setting = alive_[k].setting;
      if (replications.insert(setting.replication).second) stays[k] = true;
      if (setting.method == Method::original && !std::exchange(original, true)) stays[k] = true;
    }
    std::vector<Tried> left;
    for (std::size_t k = 0; k < alive_.size(); ++k) {
      if (stays[k]) left.push_back(alive_[k]);
    }
    return left;
  }

  // A residual says how good a gradient is, a deadline how long it takes at most.
  Status add_deadlines() {
    std::vector<Tried> more;
    for (const Tried& tried : alive_) {
      if (tried.setting.recovery.kind != Recovery::Kind::residual) continue;
      const Result<std::vector<TrialOutcome>> outcomes = run_trials(trials_of(spec_, tried, spec_.trials));
      if (!outcomes) return outcomes.error();
      std::vector<double> signalled;
      for (const TrialOutcome& trial : outcomes.value()) {
        for (const RoundOutcome& round : trial.rounds) signalled.push_back(seconds(round.signalled));
      }
      const double soon = quantile(signalled, 0.9);
      if (!(soon > 0)) continue;
      Tried by_deadline = tried;
      by_deadline.setting.recovery = {Recovery::Kind::deadline, from_seconds(soon), 0};
      if (Status s = try_setting(spec_, spec_.trials, by_deadline); !s) return s;
      if (by_deadline.relative_residual <= spec_.limits.residual) more.push_back(std::move(by_deadline));
    }
    std::ranges::move(more, std::back_inserter(alive_));
    std::ranges::stable_sort(alive_, is_better);
    return {};
  }

  Result<Advice> conclude(const SettingChoice& choice) {
    for (Tried& tried : alive_) compare(tried);
    compare(uncoded_);
    const std::size_t best = cheapest(alive_, kSameSpeed);
    advice_.best = alive_[best];
    alive_.erase(alive_.begin() + static_cast<std::ptrdiff_t>(best));
    advice_.others = others();
    advice_.uncoded = uncoded_;
    if (advice_.best.summary.failed < advice_.best.summary.trials) {
      const Result<TimeParts> parts = time_parts(spec_, advice_.best);
      if (!parts) return parts.error();
      advice_.parts = parts.value();
    }
    if (Status s = look_beyond_memory(choice); !s) return s.error();
    return std::move(advice_);
  }

  void compare(Tried& tried) const {
    tried.to_uncoded = paired_ratio(tried.summary.seconds, uncoded_.summary.seconds);
  }

  // REQUIRES: alive_ sorted, without the best.
  [[nodiscard]] std::vector<Tried> others() const {
    std::vector<Tried> chosen;
    std::size_t next = 0;
    bool original = advice_.best.setting.method == Method::original;
    std::uint64_t memory = advice_.best.worker_memory;
    for (const Tried& tried : alive_) {
      if (tried.setting.method == Method::uncoded) continue;  // stands apart
      const bool is_next = next++ < kShown;
      const bool first_original = tried.setting.method == Method::original && !std::exchange(original, true);
      const bool saves_memory = tried.worker_memory < memory;
      if (saves_memory) memory = tried.worker_memory;
      if (is_next || first_original || saves_memory) chosen.push_back(tried);
    }
    return chosen;
  }

  Status look_beyond_memory(const SettingChoice& choice) {
    const PlanSetting& best = advice_.best.setting;
    const PlanSetting* next = nullptr;
    for (const PlanSetting& s : choice.too_large) {
      const bool same_kind = s.blocks == best.blocks && s.replication > best.replication &&
                             (s.scheme == best.scheme || best.method != Method::partial);
      if (same_kind && (next == nullptr || s.replication < next->replication)) next = &s;
    }
    if (next == nullptr) return {};
    Result<Tried> tried = prepare(spec_, *next);
    if (!tried) return tried.error();
    Tried& larger = tried.value();
    if (Status s = try_setting(spec_, spec_.trials, larger); !s) return s;
    larger.allowed = false;
    compare(larger);
    const bool pays = larger.summary.failed <= advice_.best.summary.failed &&
                      time_of(larger) * kSameSpeed < time_of(advice_.best);
    if (pays) advice_.with_more_memory = std::move(larger);
    return {};
  }

  void tell(std::string_view what, std::uint64_t done, std::uint64_t all) const {
    if (spec_.progress) spec_.progress(what, done, all);
  }

  const AdviseSpec& spec_;
  std::vector<Tried> alive_;
  Tried uncoded_;
  Advice advice_;
};

}  // namespace

Status check(const AdviseSpec& spec) {
  const SettingLimits& limits = spec.limits;
  if (Status s = spec.conditions.check(limits.workers, spec.rounds); !s) return s;
  const bool uncoded =
      limits.losses == 0 && (!limits.memory || least_worker_memory(limits, 1, 1) <= *limits.memory);
  if (!uncoded && settings_within(limits).allowed.empty()) return nothing_fits(limits);
  return {};
}

Result<Advice> advise(const AdviseSpec& spec) { return Search(spec).run(); }

}  // namespace gleaner
