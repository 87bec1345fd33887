#include "adapt/speed_book.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/portable_math.h"

namespace gleaner {
namespace {

constexpr double kWeight = 0.3;          // of the latest round
constexpr double kJump = 0.7;            // log of a factor of 2: another speed, not noise around the old one
constexpr double kDriftWeight = 0.2;     // of the latest round
constexpr unsigned kDistrustRounds = 8;  // until a worker is believed again

}  // namespace

void SpeedBook::add_round(std::span<const std::optional<SpeedRange>> seen) {
  GLEANER_CHECK(seen.size() == log_time_.size(), "one entry for every worker");
  double moved = 0;
  std::size_t compared = 0;
  for (std::size_t j = 0; j < seen.size(); ++j) {
    if (distrust_[j] > 0) --distrust_[j];
    if (!seen[j]) continue;
    std::optional<double>& known = log_time_[j];
    if (seen[j]->is_open()) {
      const double above = portable::log(seen[j]->least);
      if (known && *known < above) {
        moved += above - *known;
        ++compared;
        known = above;
      }
      continue;
    }
    const double now = portable::log(seen[j]->middle());
    if (!known) {
      known = now;
      continue;
    }
    const double off = std::abs(now - *known);
    moved += off;
    ++compared;
    known = off > kJump ? now : *known + kWeight * (now - *known);
  }
  if (compared == 0) return;
  const double drift = moved / static_cast<double>(compared);
  drift_ = std::isinf(drift_) ? drift : drift_ + kDriftWeight * (drift - drift_);
}

std::optional<double> SpeedBook::expected(WorkerId worker) const {
  const std::optional<double>& known = log_time_[worker.index()];
  if (!known) return std::nullopt;
  return portable::exp(*known);
}

double SpeedBook::guess(WorkerId worker, const SpeedRange& range) const {
  const std::optional<double> known = expected(worker);
  if (!known || range.is_exact() || *known < range.least || *known > range.most) return range.middle();
  // Within the range a chunk time is wrong by a quarter of its width, on average, if its middle is taken.
  const double width = range.is_open() ? 2 : portable::log(range.most / range.least);
  return drift_ < width / 4 ? *known : range.middle();
}

void SpeedBook::distrust(WorkerId worker) {
  if (trusts(worker)) log_time_[worker.index()].reset();
  distrust_[worker.index()] = kDistrustRounds;
}

std::vector<double> SpeedBook::state() const {
  std::vector<double> numbers{drift_};
  for (const auto& known : log_time_) numbers.push_back(known.value_or(std::nan("")));
  for (const unsigned rounds : distrust_) numbers.push_back(rounds);
  return numbers;
}

bool SpeedBook::restore(std::span<const double> state) {
  const std::size_t m = log_time_.size();
  if (state.size() != 1 + 2 * m) return false;
  drift_ = state[0];
  for (std::size_t j = 0; j < m; ++j) {
    log_time_[j] = std::isnan(state[1 + j]) ? std::nullopt : std::optional(state[1 + j]);
    distrust_[j] = static_cast<unsigned>(std::clamp(state[1 + m + j], 0.0, 1000.0));
  }
  return true;
}

}  // namespace gleaner
