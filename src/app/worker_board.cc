#include "app/worker_board.h"

#include <algorithm>

#include <fmt/format.h>

namespace gleaner {

WorkerBoard::WorkerBoard(const Plan& plan) : rows_(plan.workers()) {
  for (std::size_t w = 0; w < rows_.size(); ++w) {
    rows_[w].load = plan.assignment().load(WorkerId(static_cast<std::uint32_t>(w)));
  }
}

void WorkerBoard::follow(const Note& note) {
  if (!note.worker || note.worker->index() >= rows_.size()) return;
  Row& row = rows_[note.worker->index()];
  switch (note.kind) {
    case NoteKind::worker_joined: row.state = "joined"; break;
    case NoteKind::worker_lost:
      row.computing = false;
      row.finished = 0;
      row.state = "LOST " + note.text;
      break;
    case NoteKind::work_started:
      row.finished = 0;
      row.fraction = 0;
      row.computing = false;
      break;
    case NoteKind::chunk_started:
      row.computing = true;
      row.fraction = 0;
      row.state = fmt::format("computing chunk {}", note.chunk ? note.chunk->value : 0);
      break;
    case NoteKind::chunk_finished:
      row.finished = note.count;
      row.computing = false;
      row.state = row.finished == row.load ? "has finished all" : "between chunks";
      break;
    case NoteKind::chunk_dropped:
      row.computing = false;
      row.state = "stopped by the signal";
      break;
    case NoteKind::encoding:
      row.state = fmt::format("sending its vector (epoch {})", note.epoch.value);
      break;
    case NoteKind::vector_sent: row.state = "has sent its vector"; break;
    case NoteKind::nothing_to_send: row.state = "stopped, nothing finished"; break;
    case NoteKind::chunk_rejected: row.state = "REJECTED: " + note.text; break;
    case NoteKind::vector_late: row.state = "too slow to send"; break;
    case NoteKind::vector_rejected: row.state = "REJECTED: " + note.text; break;
    default: break;
  }
}

std::string WorkerBoard::line(WorkerId worker) const {
  const Row& row = rows_[worker.index()];
  constexpr std::size_t kMarks = 16;  // one per chunk while they fit, else a share
  const std::size_t marks = std::min(row.load, kMarks);
  std::string bar;
  for (std::size_t k = 0; k < marks; ++k) {
    const std::size_t chunk = k * row.load / marks;
    bar += chunk < row.finished ? '#' : (chunk == row.finished && row.computing ? '>' : '.');
  }
  std::string line = fmt::format("  worker {:>3}  {:<{}}  {:>2} of {:<2}  {}", worker.value, bar,
                                 std::max<std::size_t>(marks, 4), row.finished, row.load, row.state);
  if (row.computing && row.fraction > 0) line += fmt::format(" ({:.0f}%)", 100 * row.fraction);
  return line;
}

}  // namespace gleaner
