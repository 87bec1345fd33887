#include "coding/frame_improvement.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/check.h"
#include "base/portable_math.h"
#include "base/random.h"
#include "coding/frame_ascent.h"
#include "coding/shortened.h"

namespace gleaner {
namespace {

constexpr std::size_t kUnitsMax = 15'000'000;  // to look at all subsets once

std::vector<double> rows_of(const Frame& frame) {
  std::vector<double> rows;
  for (std::uint32_t j = 0; j < frame.workers(); ++j) {
    const auto row = frame.row(WorkerId(j));
    rows.insert(rows.end(), row.begin(), row.end());
  }
  return rows;
}

// A number between low and high; its logarithm is uniform.
double scale_between(double low, double high, Random& random) {
  return low * portable::exp(random.uniform() * portable::log(high / low));
}

}  // namespace

FrameImprovement::FrameImprovement(const Assignment& assignment, const Frame& start, std::uint64_t seed)
    : start_(start), seed_(seed), rows_(rows_of(start)) {
  const std::size_t blocks = start.blocks();
  if (blocks < 2) return;
  std::vector<std::uint32_t> itself(assignment.workers());
  std::iota(itself.begin(), itself.end(), 0U);
  subsets_ = holder_subsets(assignment, itself, blocks, kUnitsMax / (blocks * blocks * blocks), 1);
  if (!subsets_.complete || subsets_.count() == 0) return;
  Ascent as_it_is(blocks, subsets_, rows_, Ascent::Goal::condition);
  as_it_is.run({});
  start_value_ = as_it_is.best_value();
  value_ = start_value_;
  possible_ = value_ < 1 - 1e-9;
}

void FrameImprovement::step() {
  GLEANER_CHECK(possible_, "there is nothing to improve");
  const std::size_t blocks = start_.blocks();
  const std::size_t units = subsets_.count() * blocks * blocks * blocks;
  ++steps_;
  Random random({.seed = seed_, .purpose = Purpose::frame, .round = steps_, .position = 3});
  Ascent::Schedule schedule;
  schedule.steps = std::clamp<std::size_t>(4 * kUnitsMax / units, 8, 64);
  schedule.length = scale_between(0.002, 0.1, random);
  schedule.shrinking = 3;
  schedule.sharpness = scale_between(2, 10, random);
  schedule.sharpening = 2;
  std::vector<double> rows = rows_;
  if (steps_ % 3 == 0) {
    for (double& x : rows) x += 0.1 * schedule.length * random.normal();
    normalise_rows(rows, blocks);
  }
  Ascent ascent(blocks, subsets_, std::move(rows), Ascent::Goal::condition);
  ascent.run(schedule);
  if (ascent.best_value() <= value_) return;
  value_ = ascent.best_value();
  rows_ = ascent.best();
  // The condition changes in the ninth digit.
  for (double& x : rows_) x = shortened(x);
}

Frame FrameImprovement::best() const {
  if (value_ <= start_value_) return start_;
  const std::size_t blocks = start_.blocks();
  std::set<std::vector<double>> different;
  for (auto row = rows_.begin(); row != rows_.end(); row += static_cast<std::ptrdiff_t>(blocks)) {
    different.emplace(row, row + static_cast<std::ptrdiff_t>(blocks));
  }
  auto made = Frame::from_rows(start_.kind(), start_.workers(), blocks, rows_, different.size());
  GLEANER_CHECK(made.ok(), "an ascent left the numbers");
  return std::move(made).value();
}

double FrameImprovement::condition() const { return 1 / std::sqrt(value_); }

}  // namespace gleaner
