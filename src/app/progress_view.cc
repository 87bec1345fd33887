#include "app/progress_view.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "app/say.h"
#include "app/words.h"

namespace gleaner {
namespace {

constexpr std::chrono::milliseconds kRedrawEvery{100};
constexpr std::chrono::seconds kLineEvery{2};
constexpr std::chrono::seconds kLineEveryMax{60};
constexpr std::size_t kWorkersShown = 16;

struct Screen {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

// Asked for at every redraw, since people resize windows.
Screen screen() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

// What stays on the screen when the board moves on.
bool worth_a_line(const Note& note) {
  switch (note.kind) {
    case NoteKind::worker_lost:
    case NoteKind::worker_silent:
    case NoteKind::reselected:
    case NoteKind::uncovered:
    case NoteKind::approximate:
    case NoteKind::waiting:
    case NoteKind::worker_refused:
    case NoteKind::chunk_rejected:
    case NoteKind::vector_late:
    case NoteKind::vector_rejected: return true;
    case NoteKind::worker_joined: return note.count > 1 && note.round.value > 0;  // 0: all, of a resumed run
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
  const std::string text = worth_a_line(note) ? sentence(note) : "";
  if (text.empty() || text == last_said_) {  // what holds in every round is said once
    if (terminal_) draw(false);
    return;
  }
  last_said_ = text;
  erase();
  say("  round {}: {}\n", note.round.value, text);
  if (terminal_) draw(true);
}

void ProgressView::line(const std::string& text) {
  erase();
  say("  {}\n", text);
  if (terminal_ && last_.round > 0 && !finished_) draw(true);
}

void ProgressView::fraction(WorkerId worker, double fraction) {
  board_.fraction(worker, fraction);
  if (terminal_) draw(false);
}

void ProgressView::round(const RoundRecord& record) {
  last_ = record;
  last_.chunk_times.clear();
  seconds_total_ += record.seconds;
  ++rounds_seen_;
  draw(record.round == rounds_);
}

std::string ProgressView::headline() const {
  std::string s =
      fmt::format("{:<8} round {:>{}}/{}", method_, last_.round, std::to_string(rounds_).size(), rounds_);
  if (last_.round == 0) return s;
  s += fmt::format("  loss {}", loss_text(last_.loss));
  if (!std::isnan(last_.accuracy)) s += fmt::format("  accuracy {:.3f}", last_.accuracy);
  s += fmt::format("  {:.1f} ms/round", 1e3 * seconds_total_ / static_cast<double>(rounds_seen_));
  if (last_.residual > 0) s += fmt::format("  residual {:.3f}", last_.residual);
  if (!std::isnan(last_.gradient_error)) s += fmt::format("  error {:.1e}", last_.gradient_error);
  return s;
}

void ProgressView::draw(bool force) {
  const Clock::time_point now = Clock::now();
  // A line of text every two seconds, and fewer when a run takes hours; the first round at once.
  const Clock::duration pause =
      terminal_ ? Clock::duration(kRedrawEvery)
                : std::clamp<Clock::duration>((now - began_) / 30, kLineEvery, kLineEveryMax);
  if (!force && last_drawn_ != Clock::time_point{} && now - last_drawn_ < pause) return;
  last_drawn_ = now;
  if (terminal_) {
    draw_board();
  } else {
    say("{}\n", headline());
  }
}

// No line may be as wide as the screen, nor the board as high: the cursor would not find its way back.
void ProgressView::draw_board() {
  const auto [columns, rows] = screen();
  const std::size_t room = rows > 3 ? rows - 3 : 0;  // beside headline, "more workers" and the cursor's line
  const std::size_t shown = std::min({board_.workers(), kWorkersShown, room});
  std::vector<std::string> lines{headline()};
  for (std::size_t w = 0; w < shown; ++w)
    lines.push_back(board_.line(WorkerId(static_cast<std::uint32_t>(w))));
  if (shown < board_.workers() && rows > 2) {
    lines.push_back(fmt::format("  and {} more workers", board_.workers() - shown));
  }
  erase();
  std::string text;
  for (const std::string& line : lines) text += line.substr(0, columns - 1) + "\n";
  lines_drawn_ = lines.size();
  say("{}", text);
}

void ProgressView::erase() {
  if (lines_drawn_ > 0) say("\x1b[{}A\x1b[J", lines_drawn_);  // up, and clear to the end
  lines_drawn_ = 0;
}

void ProgressView::finish() {
  if (finished_) return;
  finished_ = true;
  if (!terminal_) return;
  erase();
  say("{}\n", headline());
}

}  // namespace gleaner
