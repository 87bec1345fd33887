#include "coding/frame.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "base/check.h"
#include "base/random.h"
#include "coding/frame_search.h"
#include "coding/holder_subsets.h"
#include "coding/shortened.h"
#include "coding/small_svd.h"

namespace gleaner {

std::string_view name_of(FrameKind kind) {
  switch (kind) {
    case FrameKind::ones: return "ones";
    case FrameKind::gaussian: return "gaussian";
    case FrameKind::coloured: return "coloured";
  }
  return "unknown";
}

Frame Frame::ones(std::size_t workers) {
  return Frame(FrameKind::ones, 1, 1, std::vector<double>(workers, 1.0));
}

Frame Frame::gaussian(std::size_t workers, std::size_t blocks, std::uint64_t seed) {
  GLEANER_CHECK(blocks >= 1, "a frame needs at least one block");
  std::vector<double> rows;
  rows.reserve(workers * blocks);
  for (std::size_t j = 0; j < workers; ++j) {
    Random random({.seed = seed, .purpose = Purpose::frame, .worker = j});
    for (std::size_t k = 0; k < blocks; ++k) rows.push_back(shortened(random.normal()));
  }
  return Frame(FrameKind::gaussian, blocks, workers, std::move(rows));
}

Frame Frame::coloured(const Assignment& assignment, std::size_t blocks, std::uint64_t seed) {
  GLEANER_CHECK(blocks >= 1, "a frame needs at least one block");
  if (blocks == 1) return Frame(FrameKind::coloured, 1, 1, std::vector<double>(assignment.workers(), 1.0));
  const std::vector<std::size_t> colour = colour_workers(assignment);
  const std::size_t colours = *std::max_element(colour.begin(), colour.end()) + 1;
  constexpr std::size_t kSubsetsMax = 4'000'000;  // the search looks at far fewer
  constexpr std::size_t kSampleSize = 400'000;
  const std::vector<std::uint32_t> label(colour.begin(), colour.end());
  const Subsets subsets =
      blocks > 2 ? holder_subsets(assignment, label, blocks, kSubsetsMax, kSampleSize) : Subsets{};
  const std::vector<double> vectors = spread_vectors(colours, blocks, subsets, seed);
  std::vector<double> rows;
  rows.reserve(colour.size() * blocks);
  for (const std::size_t c : colour) {
    const auto begin = vectors.begin() + static_cast<std::ptrdiff_t>(c * blocks);
    std::transform(begin, begin + static_cast<std::ptrdiff_t>(blocks), std::back_inserter(rows), shortened);
  }
  return Frame(FrameKind::coloured, blocks, colours, std::move(rows));
}

Result<Frame> Frame::from_rows(FrameKind kind, std::size_t workers, std::size_t blocks,
                               std::vector<double> rows, std::size_t colours) {
  if (blocks == 0) return bad_input("the frame has 0 blocks", "use at least one block");
  if (workers == 0 || rows.size() / blocks != workers || rows.size() % blocks != 0) {
    return bad_input(fmt::format("the frame has {} numbers, but {} workers with {} blocks need {}",
                                 rows.size(), workers, blocks, workers * blocks),
                     "give one row of `blocks` numbers per worker");
  }
  for (std::size_t k = 0; k < rows.size(); ++k) {
    if (!std::isfinite(rows[k])) {
      return bad_input(
          fmt::format("the decoding vector of worker {} has a number that is not finite", k / blocks),
          "use finite numbers");
    }
  }
  return Frame(kind, blocks, colours, std::move(rows));
}

namespace {

// Workers with equal decoding vectors get equal numbers.
std::vector<std::uint32_t> labels_of(const Frame& frame) {
  std::map<std::vector<double>, std::uint32_t> known;
  std::vector<std::uint32_t> label;
  label.reserve(frame.workers());
  for (std::uint32_t j = 0; j < frame.workers(); ++j) {
    const auto row = frame.row(WorkerId(j));
    const auto next = static_cast<std::uint32_t>(known.size());
    label.push_back(known.try_emplace({row.begin(), row.end()}, next).first->second);
  }
  return label;
}

}  // namespace

ConditionEstimate estimate_condition(const Assignment& assignment, const Frame& frame, std::size_t work_max) {
  constexpr std::size_t kSubsetsMax =
      8'000'000;  // to write down; most of them are alike when there are few colours
  const std::size_t blocks = frame.blocks();
  const std::vector<std::uint32_t> label = labels_of(frame);
  std::vector<std::uint32_t> worker_with(frame.workers());
  for (std::uint32_t j = 0; j < label.size(); ++j) worker_with[label[j]] = j;

  const std::size_t affordable = std::max<std::size_t>(work_max / (blocks * blocks * blocks), 1);
  const Subsets subsets =
      thinned(holder_subsets(assignment, label, blocks, kSubsetsMax, affordable), affordable);
  SmallSvd svd(blocks);
  std::vector<double> matrix(blocks * blocks);
  ConditionEstimate estimate{1, subsets.complete};
  for (std::size_t s = 0; s < subsets.count(); ++s) {
    for (std::size_t a = 0; a < blocks; ++a) {
      const auto row = frame.row(WorkerId(worker_with[subsets[s][a]]));
      std::copy(row.begin(), row.end(), matrix.begin() + static_cast<std::ptrdiff_t>(a * blocks));
    }
    svd.compute(matrix);
    estimate.at_least = std::max(estimate.at_least, svd.condition());
  }
  return estimate;
}

double worst_condition(const Assignment& assignment, const Frame& frame) {
  return estimate_condition(assignment, frame, kConditionWork).at_least;
}

}  // namespace gleaner
