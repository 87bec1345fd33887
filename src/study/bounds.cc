#include "study/bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "base/time.h"

namespace gleaner {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

// Whether a fault surely keeps its worker from doing anything in round r of its trial.
bool keeps_away(const Fault& fault, RoundId r) {
  if (fault.kind == FaultKind::cut || fault.back_after || r < fault.round) return false;
  if (fault.back && r.value - fault.round.value >= *fault.back) return false;
  if (fault.at == FaultMoment::start || fault.at == FaultMoment::mid) return true;
  return r > fault.round && !fault.by_chance;
}

// All losses, also those that only a FaultSource can strike.
Result<std::vector<Fault>> faults_of(const TrialsSpec& spec, const Trial& trial) {
  return spec.faults.schedule(trial.seed, spec.cluster.plan->workers(), spec.cluster.rounds);
}

// The bounds of one round after another, for one thread.
class BoundsOfTrials {
 public:
  explicit BoundsOfTrials(const TrialsSpec& spec)
      : spec_(spec),
        draws_(spec.cluster.speeds),
        clairvoyant_(spec.cluster.plan->assignment(), spec.cluster.plan->blocks()),
        times_(spec.cluster.plan->workers()) {}

  ClairvoyantBounds of(const Trial& trial) {
    ClairvoyantBounds mean;
    faults_ = faults_of(spec_, trial).value();
    draws_.restart(trial.seed, trial.first_round, times_.size());
    const std::uint64_t rounds = spec_.cluster.rounds;
    for (std::uint64_t r = 1; r <= rounds; ++r) {
      draw(trial, RoundId(r));
      const ClairvoyantBounds b = clairvoyant_.bounds(times_);
      mean.free += b.free / static_cast<double>(rounds);
      mean.placed += b.placed / static_cast<double>(rounds);
    }
    return mean;
  }

 private:
  void draw(const Trial& trial, RoundId r) {
    const RoundId drawn(r.value + trial.first_round.value - 1);
    for (std::uint32_t j = 0; j < times_.size(); ++j) {
      const double s = spec_.cluster.speeds.none() ? 1 : seconds(draws_.chunk_time(drawn, WorkerId(j), 0));
      times_[j] = std::max(s, 1e-9);  // no chunk takes less than the clock's step, for the bounds' sake
    }
    for (const Fault& fault : faults_) {
      if (keeps_away(fault, r)) times_[fault.worker.index()] = kNever;
    }
  }

  const TrialsSpec& spec_;
  SpeedWalk draws_;
  Clairvoyant clairvoyant_;
  std::vector<double> times_;
  std::vector<Fault> faults_;
};

}  // namespace

Status check_bounds(const TrialsSpec& spec) {
  if (!spec.cluster.speeds.per_chunk()) return {};
  return bad_input("--bounds does not know chunk times that differ within a worker (--speeds .. per=chunk)",
                   "leave --bounds away, or per=chunk");
}

Result<std::vector<ClairvoyantBounds>> run_bounds(const TrialsSpec& spec) {
  if (Status s = check_bounds(spec); !s) return s.error();
  for (std::uint64_t k = 0; k < spec.trials; ++k) {  // quick, and errors come first
    if (const Result<Trial> trial = trial_of(spec, k); !trial) return trial.error();
  }
  std::vector<ClairvoyantBounds> bounds(spec.trials);
  const auto make = [&]() -> std::function<bool(std::uint64_t)> {
    return [&, thread = std::make_shared<BoundsOfTrials>(spec)](std::uint64_t k) {
      if (spec.keep_going && !spec.keep_going()) return false;
      bounds[k] = thread->of(trial_of(spec, k).value());
      return true;
    };
  };
  bounds.resize(for_each_trial(spec.trials, spec.threads, make));
  return bounds;
}

}  // namespace gleaner
