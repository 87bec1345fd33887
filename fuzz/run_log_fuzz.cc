// Logs of runs, and the times of chunks that are replayed from them or from a table.
#include <cmath>

#include "fuzz/fuzz_target.h"
#include "training/read_log.h"
#include "work/speed_trace.h"

namespace gleaner {
namespace {

void look_at(const Result<SpeedTrace>& trace) {
  if (!trace) return;
  const SpeedTrace& t = trace.value();
  fuzz::expect(t.workers() > 0 && t.rounds() > 0, "a trace has workers and rounds");
  for (std::uint64_t r = 0; r <= t.rounds(); ++r)
    for (std::uint32_t w = 0; w < t.workers(); ++w)
      fuzz::expect(t.seconds(RoundId(r), WorkerId(w)) >= 0, "times are numbers from 0 on");
  const auto back = SpeedTrace::parse(t.csv(), "trace.csv");
  fuzz::expect(back.ok() && back.value().csv() == t.csv(), "its table is the same trace");
}

}  // namespace

GLEANER_FUZZ_TARGET(run_log) {
  if (!is_run_log(bytes)) return look_at(SpeedTrace::parse(bytes, "trace.csv"));
  if (const auto log = read_logged_times(bytes, "log.jsonl"); log) {
    fuzz::expect(!log.value().rounds.empty(), "a log has rounds");
    for (const LoggedRound& round : log.value().rounds)
      for (const ChunkTime& time : round.chunk_times)
        fuzz::expect(time.seconds >= 0 && time.worker.index() < log.value().workers,
                     "of workers that there are");
  }
  look_at(SpeedTrace::parse_log(bytes, "log.jsonl"));
}

}  // namespace gleaner
