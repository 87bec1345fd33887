#include "app/run_bounds.h"

#include <algorithm>
#include <vector>

#include "training/run_log.h"

namespace gleaner {

Status check_bounds(const SpeedModel& speeds) {
  if (speeds.none()) {
    return bad_input("--bounds needs to know how long chunks take, and --speeds injects nothing",
                     "give --speeds, or leave --bounds away");
  }
  if (!speeds.per_chunk()) return {};
  return bad_input("--bounds does not know chunk times that differ within a worker (--speeds .. per=chunk)",
                   "leave --bounds away, or per=chunk");
}

bool has_bounds(const RunSpec& spec) { return spec.server.recovery.kind == Recovery::Kind::exact; }

ClairvoyantBounds bounds_of_run(const RunSpec& spec, std::uint64_t rounds) {
  if (rounds == 0) return {kNotMeasured, kNotMeasured};
  SpeedWalk draws(spec.speeds);
  draws.restart(spec.seed, RoundId(1), spec.plan->workers());
  Clairvoyant clairvoyant(spec.plan->assignment(), spec.plan->blocks());
  std::vector<double> times(spec.plan->workers());
  ClairvoyantBounds mean;
  for (std::uint64_t r = 1; r <= rounds; ++r) {
    for (std::uint32_t j = 0; j < times.size(); ++j) {
      times[j] = std::max(seconds(draws.chunk_time(RoundId(r), WorkerId(j), 0)), 1e-9);
    }
    const ClairvoyantBounds b = clairvoyant.bounds(times);
    mean.free += b.free / static_cast<double>(rounds);
    mean.placed += b.placed / static_cast<double>(rounds);
  }
  return mean;
}

}  // namespace gleaner
