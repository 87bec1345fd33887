#include "app/progress_view.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

namespace gleaner {
namespace {

constexpr std::chrono::milliseconds kRedrawEvery{100};
constexpr std::chrono::seconds kLineEvery{2};
constexpr std::size_t kWorkersShown = 16;

// What stays on the screen when the board moves on.
bool worth_a_line(const Note& note) {
  switch (note.kind) {
    case NoteKind::worker_lost:
    case NoteKind::reselected:
    case NoteKind::uncovered:
    case NoteKind::approximate:
    case NoteKind::waiting:
    case NoteKind::worker_refused:
    case NoteKind::chunk_rejected:
    case NoteKind::vector_rejected: return true;
    case NoteKind::worker_joined: return note.count > 1;
    default: return false;
  }
}

}  // namespace

ProgressView::ProgressView(const Plan& plan, std::uint64_t rounds, bool terminal)
    : method_(name_of(plan.method())), rounds_(rounds), terminal_(terminal), board_(plan) {}

bool ProgressView::on_terminal() {
  const char* term = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): before any thread starts
  return isatty(STDERR_FILENO) == 1 && term != nullptr && std::string_view(term) != "dumb";
}

void ProgressView::note(const Note& note) {
  board_.follow(note);
  if (!worth_a_line(note)) {
    if (terminal_) draw(false);
    return;
  }
  erase();
  fmt::print(stderr, "  round {}: {}\n", note.round.value, sentence(note));
  if (terminal_) draw(true);
}

void ProgressView::fraction(WorkerId worker, double fraction) {
  board_.fraction(worker, fraction);
  if (terminal_) draw(false);
}

void ProgressView::round(const RoundRecord& record) {
  last_ = record;
  last_.chunk_times.clear();
  seconds_total_ += record.seconds;
  draw(record.round == rounds_);
}

std::string ProgressView::headline() const {
  std::string s =
      fmt::format("{:<8} round {:>{}}/{}", method_, last_.round, std::to_string(rounds_).size(), rounds_);
  if (last_.round == 0) return s;
  s += fmt::format("  loss {:.4f}", last_.loss);
  if (!std::isnan(last_.accuracy)) s += fmt::format("  accuracy {:.3f}", last_.accuracy);
  s += fmt::format("  {:.1f} ms per round", 1e3 * seconds_total_ / static_cast<double>(last_.round));
  if (last_.residual > 0) s += fmt::format("  residual {:.3f}", last_.residual);
  if (!std::isnan(last_.gradient_error)) s += fmt::format("  error {:.1e}", last_.gradient_error);
  return s;
}

void ProgressView::draw(bool force) {
  const Clock::time_point now = Clock::now();
  if (!terminal_) {
    if (last_drawn_ == Clock::time_point{}) last_drawn_ = now - kLineEvery;  // the first round at once
    if (force || now - last_drawn_ >= kLineEvery) {
      last_drawn_ = now;
      fmt::print(stderr, "{}\n", headline());
    }
    return;
  }
  if (!force && now - last_drawn_ < kRedrawEvery) return;
  last_drawn_ = now;
  erase();
  std::string text = headline() + "\n";
  const std::size_t shown = std::min(board_.workers(), kWorkersShown);
  for (std::size_t w = 0; w < shown; ++w) text += board_.line(WorkerId(static_cast<std::uint32_t>(w))) + "\n";
  lines_drawn_ = 1 + shown;
  if (shown < board_.workers()) {
    text += fmt::format("  and {} more workers\n", board_.workers() - shown);
    ++lines_drawn_;
  }
  fmt::print(stderr, "{}", text);
  std::fflush(stderr);
}

void ProgressView::erase() {
  if (lines_drawn_ > 0) fmt::print(stderr, "\x1b[{}A\x1b[J", lines_drawn_);  // up, and clear to the end
  lines_drawn_ = 0;
}

void ProgressView::finish() {
  if (finished_) return;
  finished_ = true;
  if (!terminal_) return;
  erase();
  fmt::print(stderr, "{}\n", headline());
}

}  // namespace gleaner
