#include "base/trace.h"

#include <fmt/format.h>

namespace gleaner {

const char* name_of(NoteKind kind) {
  switch (kind) {
    case NoteKind::worker_joined: return "worker_joined";
    case NoteKind::worker_refused: return "worker_refused";
    case NoteKind::worker_lost: return "worker_lost";
    case NoteKind::worker_silent: return "worker_silent";
    case NoteKind::round_started: return "round_started";
    case NoteKind::progress: return "progress";
    case NoteKind::rule_met: return "rule_met";
    case NoteKind::selected: return "selected";
    case NoteKind::reselected: return "reselected";
    case NoteKind::uncovered: return "uncovered";
    case NoteKind::vector_arrived: return "vector_arrived";
    case NoteKind::vector_stale: return "vector_stale";
    case NoteKind::vector_rejected: return "vector_rejected";
    case NoteKind::vector_late: return "vector_late";
    case NoteKind::chunk_rejected: return "chunk_rejected";
    case NoteKind::message_ignored: return "message_ignored";
    case NoteKind::recovered: return "recovered";
    case NoteKind::committed: return "committed";
    case NoteKind::approximate: return "approximate";
    case NoteKind::waiting: return "waiting";
    case NoteKind::run_failed: return "run_failed";
    case NoteKind::work_started: return "work_started";
    case NoteKind::chunk_started: return "chunk_started";
    case NoteKind::chunk_finished: return "chunk_finished";
    case NoteKind::chunk_dropped: return "chunk_dropped";
    case NoteKind::listens: return "listens";
    case NoteKind::listens_again: return "listens_again";
    case NoteKind::listened: return "listened";
    case NoteKind::replanned: return "replanned";
    case NoteKind::fell_back: return "fell_back";
    case NoteKind::todo_changed: return "todo_changed";
    case NoteKind::encoding: return "encoding";
    case NoteKind::nothing_to_send: return "nothing_to_send";
    case NoteKind::vector_sent: return "vector_sent";
    case NoteKind::withdrawn: return "withdrawn";
    case NoteKind::released: return "released";
    case NoteKind::server_restarted: return "server_restarted";
  }
  return "unknown";
}

namespace {

// "1 chunk", "2 chunks".
std::string many(std::uint64_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string encode_again(std::uint64_t workers) {
  return many(workers, "worker") + (workers == 1 ? " encodes again" : " encode again");
}

std::string of_chunks_changed(std::uint64_t chunks) {
  return fmt::format("the holders of {} changed", many(chunks, "chunk"));
}

// The names of chunks ("chunk 3", "chunks 2, 3") and what is true of them.
std::string short_of_copies(const Note& n) {
  return fmt::format("{} {} short of copies; {} {} again", n.text, n.count == 1 ? "is" : "are",
                     many(n.total, "worker"), n.total == 1 ? "computes" : "compute");
}

}  // namespace

std::string sentence(const Note& n) {
  const std::string w = n.worker ? fmt::format("worker {}", n.worker->value) : std::string("a worker");
  const std::string c = n.chunk ? fmt::format("chunk {}", n.chunk->value) : std::string("a chunk");
  const std::uint64_t r = n.round.value;
  const std::uint32_t e = n.epoch.value;
  switch (n.kind) {
    case NoteKind::worker_joined: return fmt::format("{} joined as incarnation {}", w, n.count);
    case NoteKind::worker_refused: return fmt::format("{} was refused: {}", w, n.text);
    case NoteKind::worker_lost: return fmt::format("{} was lost {}", w, n.text);
    case NoteKind::worker_silent:
      return fmt::format("{} has given no sign of life for {:.2f} s and is given up ({})", w, n.value,
                         n.text);
    case NoteKind::round_started:
      return fmt::format("round {} started with {}", r, many(n.count, "live worker"));
    case NoteKind::progress:
      return fmt::format("{} has finished {} of its {}", w, n.count, many(n.total, "chunk"));
    case NoteKind::rule_met:
      return fmt::format("the computing ends after {}: {}", many(n.count, "finished chunk"), n.text);
    case NoteKind::selected:
      return fmt::format("selection {}: {}, coded by {}", e, many(n.count, "chunk gradient"),
                         many(n.total, "worker"));
    case NoteKind::reselected:
      return fmt::format("selection {}: {}, {}", e, of_chunks_changed(n.total), encode_again(n.count));
    case NoteKind::uncovered: return short_of_copies(n);
    case NoteKind::vector_arrived:
      return fmt::format("the vector of {} arrived whole (epoch {}), {}", w, e,
                         !n.text.empty() ? n.text : fmt::format("{} still missing", n.count));
    case NoteKind::vector_stale: return fmt::format("a stale vector of {} was ignored: {}", w, n.text);
    case NoteKind::vector_late:
      return fmt::format("{} is too slow to send and is left out of this round: {}", w, n.text);
    case NoteKind::vector_rejected: return fmt::format("the vector of {} was rejected: {}", w, n.text);
    case NoteKind::chunk_rejected: return fmt::format("{} of {} was rejected: {}", c, w, n.text);
    case NoteKind::message_ignored:
      return n.worker ? fmt::format("a message of {} was ignored: {}", w, n.text)
                      : fmt::format("a message was ignored: {}", n.text);
    case NoteKind::recovered:
      return n.value == 0
                 ? fmt::format("the gradient is recovered exactly from {}", many(n.count, "chunk gradient"))
                 : fmt::format("the gradient is recovered with relative residual {:.4g} from {}", n.value,
                               many(n.count, "chunk gradient"));
    case NoteKind::committed: return fmt::format("round {} is committed", r);
    case NoteKind::approximate:
      return fmt::format("{} can no longer be recovered; going on without, as asked", n.text);
    case NoteKind::waiting:
      return fmt::format("too few copies live of {}; waiting {:.4g} s for a worker to return", n.text,
                         n.value);
    case NoteKind::run_failed: return fmt::format("the run failed: {}", n.text);
    case NoteKind::work_started:
      return fmt::format("{} starts round {} with {}", w, r, many(n.count, "chunk"));
    case NoteKind::chunk_started: return fmt::format("{} starts {}", w, c);
    case NoteKind::chunk_finished: return fmt::format("{} finished {} ({} so far)", w, c, n.count);
    case NoteKind::chunk_dropped: return fmt::format("{} drops {}: {}", w, c, n.text);
    case NoteKind::listens:
      return n.value > 0
                 ? fmt::format("workers tell how far they are {:.4g} s after the start", n.value)
                 : "earlier rounds say nothing: workers are asked how far they are when some work is done";
    case NoteKind::listens_again:
      return fmt::format("workers that have got nowhere are asked again {:.4g} s after the start", n.value);
    case NoteKind::listened:
      return n.count == 0 ? "everybody who was asked has told how far it is"
                          : fmt::format("{} had not told how far they are in time", many(n.count, "worker"));
    case NoteKind::replanned:
      return fmt::format(
          "{}{}",
          n.count == 0
              ? "nobody is told another order"
              : fmt::format("{} {} told another order", many(n.count, "worker"), n.count == 1 ? "is" : "are"),
          n.value > 0 ? fmt::format("; the round should end {:.4g} s after its start", n.value) : "");
    case NoteKind::fell_back:
      return fmt::format("workers are not as quick as they told: {} {} told the plan's order again",
                         many(n.count, "worker"), n.count == 1 ? "is" : "are");
    case NoteKind::todo_changed:
      return n.count == 0 ? fmt::format("{} is told to compute nothing more (revision {})", w, n.total)
                          : fmt::format("{} is told to compute {} more (revision {})", w,
                                        many(n.count, "chunk"), n.total);
    case NoteKind::encoding:
      return fmt::format("{} encodes {} (epoch {})", w, many(n.count, "chunk gradient"), e);
    case NoteKind::nothing_to_send: return fmt::format("{} stops: nothing of it was selected", w);
    case NoteKind::vector_sent: return fmt::format("{} has sent its vector (epoch {})", w, e);
    case NoteKind::withdrawn: return fmt::format("{} withdraws its vector (epoch {})", w, e);
    case NoteKind::released: return fmt::format("{} releases its chunk gradients of round {}", w, r);
    case NoteKind::server_restarted: return fmt::format("{} follows a server of term {}", w, n.count);
  }
  return "unknown";
}

}  // namespace gleaner
