#include "app/study_progress.h"

#include <utility>

#include "app/progress_view.h"
#include "app/say.h"

namespace gleaner {
namespace {

constexpr std::chrono::seconds kSilence{2};
constexpr std::chrono::milliseconds kRedrawEvery{200};
constexpr std::chrono::seconds kLineEvery{5};

}  // namespace

StudyProgress::StudyProgress(std::string of_what)
    : of_what_(std::move(of_what)), terminal_(ProgressView::on_terminal()), next_(Clock::now() + kSilence) {}

void StudyProgress::tell(std::uint64_t done, std::uint64_t all) {
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + (terminal_ ? std::chrono::milliseconds(kRedrawEvery) : std::chrono::milliseconds(kLineEvery));
  shown_ = true;
  if (terminal_) {
    say("\r\033[K{}: {} of {} {}", what_, done, all, of_what_);
  } else {
    say("{}: {} of {} {}\n", what_, done, all, of_what_);
  }
}

void StudyProgress::clear() {
  if (terminal_ && shown_) say("\r\033[K");
  shown_ = false;
}

}  // namespace gleaner
