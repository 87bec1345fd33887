#include "adapt/speed_book.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "base/portable_math.h"

namespace gleaner {
namespace {

constexpr double kWeight = 0.3;          // of the latest round
constexpr double kJump = 0.7;            // log of a factor of 2: another speed, not noise around the old one
constexpr double kDriftWeight = 0.2;     // of the latest round
constexpr double kQuicker = 3;           // times as quick as expected: may be, however little rounds drift
constexpr double kUnknownDrift = 0.5;    // before there were two rounds
constexpr double kDrifts = 4;            // medians: almost nobody drifts further
constexpr unsigned kDistrustRounds = 8;  // until a worker is believed again

}  // namespace

void SpeedBook::add_round(std::span<const std::optional<SpeedRange>> seen) {
  GLEANER_CHECK(seen.size() == log_time_.size(), "one entry for every worker");
  std::vector<double> moved;
  for (std::size_t j = 0; j < seen.size(); ++j) {
    if (distrust_[j] > 0) --distrust_[j];
    if (!seen[j]) continue;
    std::optional<double>& known = log_time_[j];
    if (seen[j]->is_open()) {
      const double above = portable::log(seen[j]->least);
      if (known && *known < above) {
        moved.push_back(above - *known);
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
    moved.push_back(off);
    known = off > kJump ? now : *known + kWeight * (now - *known);
  }
  if (moved.empty()) return;
  const auto average = [](double& recent, double latest) {
    recent = std::isinf(recent) ? latest : recent + kDriftWeight * (latest - recent);
  };
  average(drift_, std::accumulate(moved.begin(), moved.end(), 0.0) / static_cast<double>(moved.size()));
  const auto middle = moved.begin() + static_cast<std::ptrdiff_t>(moved.size() / 2);
  std::nth_element(moved.begin(), middle, moved.end());
  average(median_drift_, *middle);
}

bool SpeedBook::doubts(WorkerId worker, const SpeedRange& range) const {
  const std::optional<double> known = expected(worker);
  if (!known || range.is_exact()) return false;
  const double drift = std::isinf(median_drift_) ? kUnknownDrift : median_drift_;
  return range.most * std::max(kQuicker, portable::exp(kDrifts * drift)) < *known;
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
  std::vector<double> numbers{drift_, median_drift_};
  for (const auto& known : log_time_) numbers.push_back(known.value_or(std::nan("")));
  for (const unsigned rounds : distrust_) numbers.push_back(rounds);
  return numbers;
}

bool SpeedBook::restore(std::span<const double> state) {
  const std::size_t m = log_time_.size();
  if (state.size() != 2 + 2 * m) return false;
  drift_ = state[0];
  median_drift_ = state[1];
  for (std::size_t j = 0; j < m; ++j) {
    log_time_[j] = std::isnan(state[2 + j]) ? std::nullopt : std::optional(state[2 + j]);
    distrust_[j] = static_cast<unsigned>(std::clamp(state[2 + m + j], 0.0, 1000.0));
  }
  return true;
}

}  // namespace gleaner
