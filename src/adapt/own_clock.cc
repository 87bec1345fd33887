#include "adapt/own_clock.h"

#include <algorithm>
#include <vector>

namespace gleaner {
namespace {

constexpr double kHiccup = 0.1;  // of the time that was seen
constexpr double kSlower = 2;    // times the median that messages to and from a worker may take

bool has_finished_nothing(const WorkerReport& w) { return w.done.empty() && w.excluded.empty(); }

double time_of_messages(const RoundReport& report) {
  std::vector<double> unaccounted;
  for (const WorkerReport& w : report.workers) {
    if (w.works && w.seen.messages) unaccounted.push_back(*w.seen.messages);
  }
  if (unaccounted.empty()) return 0;
  const auto middle = unaccounted.begin() + static_cast<std::ptrdiff_t>(unaccounted.size() / 2);
  std::nth_element(unaccounted.begin(), middle, unaccounted.end());
  return *middle;
}

void correct(WorkerReport& w, double now, double messages, unsigned parts) {
  const SeenTimes& s = w.seen;
  if (w.in_hand) {
    const double latest = s.busy_since + messages + kHiccup * std::max(s.heard - s.busy_since, 0.0);
    const double began = std::clamp(now - w.in_hand_for, s.last_finished, std::max(latest, s.last_finished));
    w.in_hand_for = std::max(now - began, 0.0);
  }
  if (!(w.elapsed > 0)) return;
  if (w.parts >= parts) {
    if (has_finished_nothing(w)) {  // then it has told nothing
      w.elapsed = 0;
      w.parts = 0;
    } else if (s.took_most > 0) {
      const double least = s.took_least - messages - kHiccup * s.took_most;
      w.elapsed = std::clamp(w.elapsed, std::min(std::max(least, 0.0), s.took_most), s.took_most);
    }
    return;
  }
  const double most = s.heard - s.last_finished;
  const double least = w.in_hand ? s.heard - s.busy_since - messages - kHiccup * most : 0;
  w.elapsed = std::clamp(w.elapsed, std::min(std::max(least, 0.0), most), most);
}

}  // namespace

void correct_by_own_clock(RoundReport& report, unsigned parts) {
  report.messages = time_of_messages(report);
  for (WorkerReport& w : report.workers) {
    if (w.works && w.seen.heard > 0) correct(w, report.now, kSlower * report.messages, parts);
  }
}

}  // namespace gleaner
