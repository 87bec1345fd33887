// The trace: what happened in a run and why, one record after another. It only flows outward: the command
// line, the log and tests read it; nothing in a run is steered by it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/time.h"

namespace gleaner {

/// What a note is about. The comment says which optional fields carry what.
enum class NoteKind : std::uint8_t {
  // Said by the server.
  worker_joined,   ///< worker; count = incarnation
  worker_refused,  ///< worker; text = why
  worker_lost,     ///< worker; text = phase in which the loss came
  worker_silent,   ///< worker; value = seconds without a sign of life; text = what it used to do
  round_started,   ///< count = live workers
  progress,        ///< worker; count = chunks that it has finished; total = its load
  rule_met,        ///< count = chunks completed; text = which rule
  selected,        ///< epoch; count = chunk gradients selected; total = workers that transmit
  reselected,      ///< epoch; count = workers that encode again; total = chunks whose holders changed
  uncovered,       ///< count = chunks short of copies; total = workers set computing again; text = the chunks
  vector_arrived,  ///< worker, epoch; count = vectors still missing; text = what is missing besides vectors
  vector_stale,    ///< worker, epoch; text = why
  vector_rejected,  ///< worker; text = why
  vector_late,      ///< worker; text = why
  chunk_rejected,   ///< worker, chunk; text = why
  message_ignored,  ///< worker (if any); text = why
  recovered,        ///< epoch; value = residual (0: exact); count = chunks used
  committed,        ///< -
  approximate,      ///< count = chunks that can no longer be recovered; text = the chunks
  waiting,          ///< value = seconds that are left; text = the chunks
  listens,          ///< value = seconds after the start at which workers tell how far they are; 0: unknown
  listens_again,    ///< value = the same, for those that had got nowhere
  listened,         ///< count = workers that were asked how far they are and have not answered
  replanned,   ///< count = workers that were told another order; value = seconds of the round by then, 0:
               ///< unknown
  fell_back,   ///< the same: what workers reported of their speed was contradicted by what they did
  run_failed,  ///< text = why
  // Said by a worker.
  work_started,      ///< worker; count = its load
  chunk_started,     ///< worker, chunk
  chunk_finished,    ///< worker, chunk; count = finished so far
  chunk_dropped,     ///< worker, chunk; text = why
  todo_changed,      ///< worker; count = chunks still wanted of it; total = revision
  encoding,          ///< worker, epoch; count = chunk gradients in the vector
  nothing_to_send,   ///< worker
  vector_sent,       ///< worker, epoch
  withdrawn,         ///< worker, epoch
  released,          ///< worker
  server_restarted,  ///< worker; count = the new term
};

/// One statement about a round. Which fields mean something depends on `kind`.
struct Note {
  NoteKind kind{};
  Term term;
  RoundId round;
  Epoch epoch;
  std::optional<WorkerId> worker;
  std::optional<ChunkId> chunk;
  std::uint64_t count = 0;
  std::uint64_t total = 0;
  double value = 0;
  std::string text;
};

/// The short name of a kind, e.g. "rule_met", as it stands in logs.
[[nodiscard]] const char* name_of(NoteKind kind);

/// The note as one English sentence with its reason, without time and full stop.
[[nodiscard]] std::string sentence(const Note& note);

struct TraceRecord {
  Time at;
  Note note;
};

/// Receives the trace of a run in order. Called from the thread that drives the run: must be quick, must
/// not call back into the run.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void record(const TraceRecord& record) = 0;
};

}  // namespace gleaner
