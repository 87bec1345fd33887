#include "app/disasters_command.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/interrupt.h"
#include "app/recovery_flags.h"
#include "app/study_progress.h"
#include "sim/disasters.h"
#include "study/trials.h"

namespace gleaner {
namespace {

constexpr std::size_t kRoundsMax = 1'000'000'000;
constexpr std::size_t kThreadsMax = 1024;

// Everything else would be ignored, and that in silence.
Status check_flags(const SimulateOptions& o) {
  constexpr std::array<std::string_view, 5> kKnown{"--disasters", "--seed", "--threads", "--config",
                                                   "--policy"};
  for (const std::string& flag : o.plan.given) {
    if (std::find(kKnown.begin(), kKnown.end(), flag) != kKnown.end()) continue;
    return bad_input(fmt::format("{} has no meaning with --disasters, which draws its own clusters", flag),
                     fmt::format("leave {} away", flag));
  }
  if (*o.disasters == 0) return bad_input("--disasters 0 leaves nothing to do", "give at least 1");
  if (*o.disasters > kRoundsMax) {
    return bad_input(fmt::format("--disasters {} is more than {}", *o.disasters, kRoundsMax), "give less");
  }
  if (o.threads > kThreadsMax) {
    return bad_input(fmt::format("--threads {} is more than {}", o.threads, kThreadsMax),
                     "give less, or 0 for all cores");
  }
  return {};
}

}  // namespace

Result<int> disasters_command(const SimulateOptions& o) {
  if (Status s = check_flags(o); !s) return s.error();
  DisasterOptions options;
  if (o.plan.gave("--policy")) {
    const Result<Policy> policy = parse_policy(o.policies);
    if (!policy) return policy.error();
    options.policy = policy.value();
  }
  const InterruptGuard guard;
  fmt::print("seed {}\n\n", o.plan.seed);
  std::fflush(stdout);
  StudyProgress progress("rounds");
  progress.begin("disasters");
  options.rounds = *o.disasters;
  options.seed = o.plan.seed;
  options.progress = [&](std::uint64_t rounds) { progress.tell(rounds, *o.disasters); };
  options.keep_going = [] { return !InterruptGuard::interrupted(); };
  options.for_each = [&](std::size_t count, const std::function<void(std::size_t)>& body) {
    (void)for_each_trial(count, o.threads, [&]() -> std::function<bool(std::uint64_t)> {
      return [&](std::uint64_t k) {
        body(static_cast<std::size_t>(k));
        return true;
      };
    });
  };
  const DisasterReport report = run_disasters(options);
  progress.clear();
  fmt::print("{}", report.text());
  if (!report.ok()) return kExitFailed;
  return InterruptGuard::interrupted() ? kExitInterrupted : kExitDone;
}

}  // namespace gleaner
