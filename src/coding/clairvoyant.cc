#include "coding/clairvoyant.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "base/check.h"

namespace gleaner {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

}  // namespace

Clairvoyant::Clairvoyant(const Assignment& assignment, std::size_t blocks)
    : assignment_(assignment), blocks_(blocks), cover_(assignment, blocks) {}

ClairvoyantBounds Clairvoyant::bounds(std::span<const double> chunk_times) {
  GLEANER_CHECK(chunk_times.size() == assignment_.workers(), "one chunk time for every worker");
  all_moments_.clear();
  for (std::uint32_t j = 0; j < chunk_times.size(); ++j) {
    GLEANER_CHECK(chunk_times[j] > 0, "chunk times above 0");
    if (std::isinf(chunk_times[j])) continue;
    for (std::size_t k = 1; k <= assignment_.load(WorkerId(j)); ++k) {
      all_moments_.push_back(static_cast<double>(k) * chunk_times[j]);
    }
  }
  const std::size_t wanted = assignment_.chunks() * blocks_;
  if (all_moments_.size() < wanted) return {kNever, kNever};
  const auto last = all_moments_.begin() + static_cast<std::ptrdiff_t>(wanted) - 1;
  std::nth_element(all_moments_.begin(), last, all_moments_.end());
  return {*last, placed(chunk_times)};
}

double Clairvoyant::placed(std::span<const double> chunk_times) {
  cover_.restart();
  done_.assign(assignment_.workers(), 0);
  moments_.clear();
  for (std::uint32_t j = 0; j < chunk_times.size(); ++j) {
    if (assignment_.load(WorkerId(j)) > 0 && !std::isinf(chunk_times[j])) {
      moments_.emplace_back(chunk_times[j], j);
    }
  }
  std::make_heap(moments_.begin(), moments_.end(), std::greater<>());
  while (!moments_.empty()) {
    std::pop_heap(moments_.begin(), moments_.end(), std::greater<>());
    const auto [moment, j] = moments_.back();
    moments_.pop_back();
    if (!cover_.grow(WorkerId(j))) continue;
    if (cover_.missing() == 0) return moment;
    if (++done_[j] == assignment_.load(WorkerId(j))) continue;
    moments_.emplace_back((done_[j] + 1) * chunk_times[j], j);
    std::push_heap(moments_.begin(), moments_.end(), std::greater<>());
  }
  return kNever;
}

}  // namespace gleaner
