// Random clusters with random disasters, for the property tests of the drivers. Call inside a property only.
#pragma once

#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <vector>

#include <rapidcheck.h>

#include "support/draws.h"
#include "support/small_run.h"

namespace gleaner::test {

/// Everything that was drawn; printed when a property fails.
struct Disaster {
  SmallRun run;
  bool cyclic = true;
  bool gaussian = false;
  bool random_order = false;
  std::size_t credits = 2;
  int silence_ms = 1;

  [[nodiscard]] RunSpec spec() const {
    SmallRun plain = run;  // its frame would be searched for in vain: the plan below replaces it
    plain.blocks = 1;
    RunSpec s = plain.spec();
    const std::size_t l = run.blocks;
    const std::size_t gamma = run.replication;
    Assignment a = cyclic ? Assignment::cyclic(run.chunks, run.workers, gamma).value()
                          : Assignment::regular_graph(run.chunks, run.workers, gamma, run.seed).value();
    Ordering order = random_order ? Ordering::random(a, run.seed) : Ordering::optimal(a);
    Frame frame = l == 1     ? Frame::ones(run.workers)
                  : gaussian ? Frame::gaussian(run.workers, l, run.seed)
                             : Frame::coloured(a, l, run.seed);
    s.plan = std::make_shared<const Plan>(Plan::make(run.method, a, order, frame).value());
    s.credits = credits;
    s.silence = std::chrono::milliseconds(silence_ms);
    return s;
  }
};

inline std::ostream& operator<<(std::ostream& out, const Disaster& d) {
  const SmallRun& r = d.run;
  out << name_of(r.method) << " N=" << r.chunks << " m=" << r.workers << " gamma=" << r.replication
      << " l=" << r.blocks << (d.cyclic ? " cyclic" : " graph") << (d.gaussian ? " gaussian" : " coloured")
      << (d.random_order ? " random" : " optimal") << " seed=" << r.seed << " rounds=" << r.rounds
      << " speeds=" << r.speeds << " segment=" << r.segment_floats << " credits=" << d.credits
      << " silence=" << d.silence_ms << "ms recovery=" << static_cast<int>(r.server.recovery.kind)
      << " deadline=" << r.server.recovery.deadline.count() << "ns residual=" << r.server.recovery.residual
      << " policy=" << static_cast<int>(r.server.when_unrecoverable) << " wait=" << r.server.wait.count()
      << "ns";
  for (const Fault& f : r.faults) {
    out << "\n  " << fault_name(f.kind) << " worker " << f.worker.value << " round " << f.round.value
        << " at " << fault_name(f.at) << (f.by_chance ? " by chance" : "");
    if (f.back) out << " back " << *f.back;
  }
  return out;
}

inline Fault any_fault(std::size_t workers, std::uint64_t rounds) {
  Fault f;
  f.kind = *rc::gen::element(FaultKind::crash, FaultKind::hang);
  f.worker = WorkerId(static_cast<std::uint32_t>(any_between(0, workers - 1)));
  f.round = RoundId(any_between(1, rounds));
  f.at = *rc::gen::element(FaultMoment::start, FaultMoment::mid, FaultMoment::after_signal,
                           FaultMoment::sending);
  if (*rc::gen::arbitrary<bool>()) f.back = any_between(1, 2);
  f.by_chance = *rc::gen::arbitrary<bool>();
  return f;
}

inline Recovery any_recovery() {
  switch (any_between(0, 2)) {
    case 1: return {Recovery::Kind::deadline, std::chrono::milliseconds(any_between(1, 12)), 0};
    case 2: return {Recovery::Kind::residual, {}, 0.1 * static_cast<double>(any_between(1, 8))};
    default: return {};
  }
}

inline Disaster draw_disaster(Method method, bool exact) {
  static const std::vector<std::string> kSpeeds = {
      "none",
      "constant:mean=3ms",
      "exponential:mean=4ms",
      "exponential:mean=4ms,per=chunk",
      "shifted-exponential:min=1ms,mean=4ms+slow:factor=9,workers=0/1",
      "pareto:min=1ms,shape=1.5",
      "bimodal:mean=2ms,factor=8",
      "markov:mean=2ms"};
  Disaster d;
  SmallRun& r = d.run;
  r.method = method;
  r.workers = any_between(2, 12);
  r.chunks = *rc::gen::arbitrary<bool>() ? r.workers : any_between(1, 14);
  r.replication = method == Method::uncoded ? 1 : any_between(1, std::min<std::size_t>(5, r.workers));
  // Often with copies to spare, so that a loss can be borne.
  r.blocks = std::min(any_between(1, 4), r.replication - std::min(r.replication - 1, any_between(0, 3)));
  r.rounds = any_between(1, 5);
  r.seed = any_between(1, 1'000'000);
  r.segment_floats = any_between(1, 25);
  r.speeds = *rc::gen::elementOf(kSpeeds);
  if (!exact) r.server.recovery = any_recovery();
  r.server.when_unrecoverable =
      exact ? *rc::gen::element(WhenUnrecoverable::stop, WhenUnrecoverable::wait)
            : *rc::gen::element(WhenUnrecoverable::stop, WhenUnrecoverable::approximate,
                                WhenUnrecoverable::wait);
  r.server.wait = std::chrono::milliseconds(any_between(1, 40));
  const std::size_t faults = any_between(0, 4);
  for (std::size_t k = 0; k < faults; ++k) r.faults.push_back(any_fault(r.workers, r.rounds));
  d.cyclic = *rc::gen::arbitrary<bool>();
  d.gaussian = any_between(0, 15) != 0;  // a coloured frame takes longer to find than the run takes
  d.random_order = *rc::gen::arbitrary<bool>();
  d.credits = any_between(1, 4);
  d.silence_ms = static_cast<int>(any_between(1, 20));
  return d;
}

/// Losses after which every chunk still has enough living holders, whoever is hit.
inline bool must_complete(const Disaster& d) {
  return d.run.faults.size() + d.run.blocks <= d.run.replication && d.run.method != Method::uncoded;
}

/// Rounding: every chunk gradient, coded vector and sum is rounded to float; coding enlarges that by the
/// condition of the frame among the holders of a chunk (protocol.md section 9).
inline double tolerance(const RunSpec& spec) {
  return 1e-6 + 2.0 * 0x1p-24 * worst_condition(spec.plan->assignment(), spec.plan->frame());
}

/// `exact`: exact recovery, never approximate.
inline rc::Gen<Disaster> any_disaster(Method method, bool exact) {
  return rc::gen::exec([=] { return draw_disaster(method, exact); });
}

}  // namespace gleaner::test
