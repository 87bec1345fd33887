#include "app/witness.h"

#include <fmt/format.h>

#include "app/interrupt.h"
#include "work/snapshot.h"

namespace gleaner {

Status Witness::open_log(const RunSpec& spec, const StartRecord& start, const std::string& log) {
  if (log.empty()) return {};
  Result<RunLog> opened =
      spec.resume ? RunLog::resume(log, spec.resume->round.value, start) : RunLog::open(log);
  if (!opened) return opened.error();
  log_ = std::move(opened).value();
  return spec.resume ? Status() : log_->write(start);
}

Status Witness::open(const RunSpec& spec, const StartRecord& start, const std::string& log,
                     const std::string& trace, bool live) {
  live_ = live;
  if (!trace.empty()) {
    trace_.open(trace, spec.resume ? std::ios::app : std::ios::trunc);
    if (!trace_) return bad_input(fmt::format("--trace {} cannot be written", trace), "check the folder");
  }
  return open_log(spec, start, log);
}

Status Witness::close(const RunSummary& summary) {
  view_.finish();
  if (trace_.is_open() && !trace_.flush() && trouble_.ok()) {
    trouble_ = run_failed("--trace: the trace could not be written whole", "check the room on the disk");
  }
  if (log_ && trouble_.ok()) trouble_ = log_->write(summary);
  return trouble_;
}

void Witness::record(const TraceRecord& r) {
  view_.note(r.note);
  if (!trace_.is_open()) return;
  trace_ << fmt::format("{:12.6f}  {}\n", seconds(r.at), sentence(r.note));
  if (live_) trace_.flush();
}

void Witness::on_round(const RoundRecord& r) {
  seconds_.push_back(r.seconds);
  loss_ = r.loss;
  view_.round(r);
  if (log_ && trouble_.ok()) trouble_ = log_->write(r);
}

void Witness::on_model(RoundId round, const std::vector<float>& parameters) {
  if (!speaker_ || (round.value % speaks_every_ != 0 && round.value != rounds_ && round.value != 1)) return;
  line(fmt::format("round {:>4}  loss {:.3f}  {}", round.value, loss_, speaker_(round, parameters)));
}

Status Witness::before_checkpoint() {
  if (log_ && trouble_.ok()) trouble_ = log_->sync();
  return trouble_;
}

bool Witness::keep_going() { return !InterruptGuard::interrupted() && trouble_.ok(); }

}  // namespace gleaner
