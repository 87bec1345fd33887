// How far the trials of a study are, on stderr, for studies that take more than two seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace gleaner {

/// Silent in the first two seconds of its life. On a terminal it rewrites one line, elsewhere it writes one
/// every few seconds. Used from one thread at a time.
class StudyProgress {
 public:
  /// `of_what`: what is counted.
  explicit StudyProgress(std::string of_what = "trials");
  ~StudyProgress() { clear(); }
  StudyProgress(const StudyProgress&) = delete;
  StudyProgress& operator=(const StudyProgress&) = delete;

  /// What is tried from now on: "row 2 of 9".
  void begin(std::string what) { what_ = std::move(what); }
  void tell(std::uint64_t done, std::uint64_t all);
  /// Takes the line away, before something else is written.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  std::string of_what_;
  std::string what_;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point next_;
};

}  // namespace gleaner
