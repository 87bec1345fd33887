// What a person sees while a run goes on: a board that redraws itself on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "app/worker_board.h"
#include "coding/plan.h"
#include "training/run_log.h"

namespace gleaner {

/// Writes to stderr. On a terminal: a headline (round, loss, time per round) and a line per worker, redrawn
/// at most ten times a second, cut to fit the window. Elsewhere: a line at most every two seconds, after
/// half an hour one a minute. In both, one for every loss and what came of it. Not thread safe.
class ProgressView {
 public:
  ProgressView(const Plan& plan, std::uint64_t rounds, bool terminal);
  ~ProgressView() { finish(); }
  ProgressView(const ProgressView&) = delete;
  ProgressView& operator=(const ProgressView&) = delete;

  void note(const Note& note);
  /// A line that stays on the screen.
  void line(const std::string& text);
  void fraction(WorkerId worker, double fraction);
  void round(const RoundRecord& record);
  /// Takes the board off the terminal and leaves the last headline. Called once more it does nothing.
  void finish();

  /// stderr is a terminal that can redraw.
  [[nodiscard]] static bool on_terminal();

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] std::string headline() const;
  void draw(bool force);
  void draw_board();
  void erase();

  std::string method_;
  std::uint64_t rounds_;
  bool terminal_;
  bool finished_ = false;
  WorkerBoard board_;
  RoundRecord last_;
  double seconds_total_ = 0;
  std::uint64_t rounds_seen_ = 0;  // fewer than there were, if the run was resumed
  std::size_t lines_drawn_ = 0;
  std::string last_said_;
  Clock::time_point began_ = Clock::now();
  Clock::time_point last_drawn_{};
};

}  // namespace gleaner
