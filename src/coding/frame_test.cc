#include "coding/frame.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <Eigen/SVD>

#include "coding/hex_float.h"
#include "coding/kernel_loops.h"
#include "coding/test_cases.h"
#include "support/shared_data.h"

namespace gleaner {
namespace {

using testing::HasSubstr;
using testing_cases::any_assignment;
using testing_cases::any_size;

bool holders_differ(const Assignment& a, const std::vector<std::size_t>& colour) {
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    std::set<std::size_t> seen;
    for (const auto& holder : a.holders_of(ChunkId(i))) seen.insert(colour[holder.worker.index()]);
    if (seen.size() != a.replication(ChunkId(i))) return false;
  }
  return true;
}

std::size_t colours_of(const std::vector<std::size_t>& colour) {
  return std::set<std::size_t>(colour.begin(), colour.end()).size();
}

RC_GTEST_PROP(Colouring, HoldersOfEveryChunkDiffer, (std::uint64_t seed)) {
  const bool square = *rc::gen::arbitrary<bool>();
  const std::size_t workers = any_size(1, 40);
  const Assignment a = square ? Assignment::regular_graph(
                                    workers, workers, any_size(1, std::min<std::size_t>(workers, 5)), seed)
                                    .value()
                              : any_assignment();
  const auto colour = colour_workers(a);
  RC_ASSERT(colour.size() == a.workers());
  RC_ASSERT(holders_differ(a, colour));
  RC_ASSERT(colours_of(colour) ==
            *std::max_element(colour.begin(), colour.end()) + 1);  // 0, 1, .. all in use
}

TEST(Colouring, CyclicNeedsNoMoreColoursThanCopies) {
  const auto colour = colour_workers(Assignment::cyclic(200, 200, 8).value());
  for (std::size_t j = 0; j < 200; ++j) EXPECT_EQ(colour[j], j % 8);
  EXPECT_EQ(colours_of(colour_workers(Assignment::cyclic(400, 200, 8).value())), 8U);
}

TEST(Colouring, GraphOfThePaperNeedsFifteen) {
  GLEANER_SHARED_FILE(path, "reference/assignment-g1.csv");
  const Assignment g1 = Assignment::from_csv(read_file(path), path.string()).value();
  const auto colour = colour_workers(g1);
  EXPECT_TRUE(holders_differ(g1, colour));
  EXPECT_EQ(colours_of(colour), 15U);  // beyond.md section 6: greedy 18-19
}

TEST(Frame, OnesAreOnes) {
  const Frame frame = Frame::ones(3);
  EXPECT_EQ(frame.workers(), 3U);
  EXPECT_EQ(frame.blocks(), 1U);
  EXPECT_EQ(frame.colours(), 1U);
  EXPECT_EQ(frame.row(WorkerId(2))[0], 1.0);
}

TEST(Frame, GaussianHasTheMomentsOfTheNormalLaw) {
  const Frame frame = Frame::gaussian(5000, 4, 3);
  double mean = 0;
  double square = 0;
  for (std::uint32_t j = 0; j < 5000; ++j) {
    for (const double x : frame.row(WorkerId(j))) {
      mean += x / 20000;
      square += x * x / 20000;
    }
  }
  EXPECT_NEAR(mean, 0, 0.03);
  EXPECT_NEAR(square, 1, 0.05);
  EXPECT_EQ(frame.colours(), 5000U);
  EXPECT_EQ(frame, Frame::gaussian(5000, 4, 3));
  EXPECT_NE(frame, Frame::gaussian(5000, 4, 4));
}

// What decoding needs to be fused without another bit, and no less precise than it must be.
RC_GTEST_PROP(Frame, NumbersHaveAtMost29Bits, (std::uint64_t seed)) {
  const Assignment a = any_assignment(1, 7);
  const std::size_t blocks = any_size(1, 4);
  for (const Frame& frame : {Frame::gaussian(a.workers(), blocks, seed), Frame::coloured(a, blocks, seed)}) {
    for (std::uint32_t j = 0; j < a.workers(); ++j) RC_ASSERT(products_are_exact(frame.row(WorkerId(j))));
  }
}

TEST(Frame, NumbersAreMorePreciseThanFloats) {
  const Frame frame = Frame::gaussian(1, 100, 1);
  EXPECT_GT(std::ranges::count_if(frame.row(WorkerId(0)),
                                  [](double x) { return static_cast<double>(static_cast<float>(x)) != x; }),
            80);
}

RC_GTEST_PROP(Frame, ColouredRowsAreUnitVectorsOfTheColours, (std::uint64_t seed)) {
  const Assignment a = any_assignment(1, 7);
  const std::size_t blocks = any_size(1, 3);
  const Frame frame = Frame::coloured(a, blocks, seed);
  RC_ASSERT(frame.workers() == a.workers());
  RC_ASSERT(frame.blocks() == blocks);
  const auto colour = colour_workers(a);
  std::set<std::vector<double>> different;
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    const auto row = frame.row(WorkerId(j));
    double norm = 0;
    for (const double x : row) norm += x * x;
    RC_ASSERT(std::fabs(norm - 1) < 1e-8);  // 29 bits
    different.insert({row.begin(), row.end()});
    for (std::uint32_t k = 0; k < j; ++k) {
      if (colour[j] == colour[k]) RC_ASSERT(std::ranges::equal(row, frame.row(WorkerId(k))));
    }
  }
  if (colours_of(colour) >= blocks) RC_ASSERT(different.size() == frame.colours());
}

TEST(Frame, ColouredWithAsManyColoursAsBlocksIsTheIdentity) {
  const Assignment a = Assignment::cyclic(12, 12, 4).value();
  const Frame frame = Frame::coloured(a, 4, 1);
  for (std::uint32_t j = 0; j < 12; ++j) {
    for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(frame.row(WorkerId(j))[k], k == j % 4 ? 1.0 : 0.0);
  }
  EXPECT_EQ(worst_condition(a, frame), 1.0);
}

// The worst condition by its definition: all subsets of l holders, Eigen's SVD.
double worst_condition_by_svd(const Assignment& a, const Frame& frame) {
  const std::size_t blocks = frame.blocks();
  const auto l = static_cast<Eigen::Index>(blocks);
  double worst = 1;
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    const auto holders = a.holders_of(ChunkId(i));
    for (std::uint32_t bits = 0; bits < (1U << holders.size()); ++bits) {
      if (static_cast<std::size_t>(std::popcount(bits)) != blocks) continue;
      Eigen::MatrixXd rows(l, l);
      Eigen::Index next = 0;
      for (std::size_t h = 0; h < holders.size(); ++h) {
        if ((bits >> h & 1U) == 0) continue;
        const auto row = frame.row(holders[h].worker);
        for (Eigen::Index k = 0; k < l; ++k) rows(next, k) = row[static_cast<std::size_t>(k)];
        ++next;
      }
      const auto sigma = Eigen::JacobiSVD<Eigen::MatrixXd>(rows).singularValues();
      worst = std::max(worst, sigma(0) / sigma(l - 1));
    }
  }
  return worst;
}

RC_GTEST_PROP(WorstCondition, IsThatOfItsDefinition, (std::uint64_t seed)) {
  const Assignment a = any_assignment(1, 6);
  const std::size_t blocks = any_size(1, 4);
  const Frame frame = *rc::gen::arbitrary<bool>() ? Frame::gaussian(a.workers(), blocks, seed)
                                                  : Frame::coloured(a, blocks, seed);
  const double expected = worst_condition_by_svd(a, frame);
  if (expected < 1e8) RC_ASSERT(std::fabs(worst_condition(a, frame) / expected - 1) < 1e-6);
}

// protocol.md section 9: the l-subsets bound every larger holder set, since its Gram matrix is an average.
RC_GTEST_PROP(WorstCondition, BoundsEveryReachableHolderSet, (std::uint64_t seed)) {
  const Assignment a = any_assignment(1, 8);
  const std::size_t blocks = any_size(1, 4);
  const Frame frame = Frame::gaussian(a.workers(), blocks, seed);
  const double bound = worst_condition(a, frame);
  const auto used = testing_cases::any_used(a);
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    std::vector<double> rows;
    for (const auto& [worker, slot] : a.holders_of(ChunkId(i))) {
      if (!used[worker.index()].contains(slot)) continue;
      rows.insert(rows.end(), frame.row(worker).begin(), frame.row(worker).end());
    }
    const auto n = static_cast<Eigen::Index>(rows.size() / blocks);
    const auto l = static_cast<Eigen::Index>(blocks);
    if (n < l) continue;
    const Eigen::MatrixXd r = Eigen::Map<Eigen::MatrixXd>(rows.data(), l, n);
    const auto sigma = Eigen::JacobiSVD<Eigen::MatrixXd>(r).singularValues();
    RC_ASSERT(sigma(0) <= bound * sigma(l - 1) * (1 + 1e-9));
  }
}

TEST(WorstCondition, OfTwoBlocksIsThatOfTheSmallestAngle) {
  // q directions on half a circle: the condition of the closest two is cot(pi / 2q), optimal for all pairs.
  const Assignment a = Assignment::cyclic(200, 200, 8).value();
  EXPECT_NEAR(worst_condition(a, Frame::coloured(a, 2, 1)), 1 / std::tan(std::acos(-1) / 16), 1e-7);
}

TEST(WorstCondition, IsInfiniteForEqualRows) {
  const Assignment a = Assignment::cyclic(5, 5, 3).value();
  const Frame equal = Frame::from_rows(FrameKind::ones, 5, 2, std::vector<double>(10, 1.0), 1).value();
  EXPECT_TRUE(std::isinf(worst_condition(a, equal)));
  EXPECT_EQ(worst_condition(a, Frame::ones(5)), 1.0);
}

TEST(WorstCondition, SkipsChunksWithTooFewHolders) {
  const Assignment a = Assignment::cyclic(5, 5, 1).value();
  EXPECT_EQ(worst_condition(a, Frame::gaussian(5, 2, 1)), 1.0);
}

TEST(WorstCondition, OfColouredFramesIsSmall) {
  // beyond.md section 6. Gaussian frames have 3e5, 3e4, 6e4 on the cyclic placement.
  const Assignment cyclic = Assignment::cyclic(200, 200, 8).value();
  EXPECT_LT(worst_condition(cyclic, Frame::coloured(cyclic, 3, 1)), 8.5);
  EXPECT_LT(worst_condition(cyclic, Frame::coloured(cyclic, 4, 1)), 12);
  EXPECT_EQ(worst_condition(cyclic, Frame::coloured(cyclic, 8, 1)), 1.0);
}

TEST(WorstCondition, OfColouredFramesIsSmallOnTheGraphOfThePaper) {
  GLEANER_SHARED_FILE(path, "reference/assignment-g1.csv");
  const Assignment g1 = Assignment::from_csv(read_file(path), path.string()).value();
  EXPECT_LT(worst_condition(g1, Frame::coloured(g1, 2, 1)), 9.6);
  EXPECT_LT(worst_condition(g1, Frame::coloured(g1, 3, 1)), 40);
}

TEST(Frame, StoredRowsAreChecked) {
  const auto complaint = [](std::size_t workers, std::size_t blocks, std::vector<double> rows) {
    const auto made = Frame::from_rows(FrameKind::coloured, workers, blocks, std::move(rows), 1);
    return made ? "no complaint" : made.error().sentence();
  };
  EXPECT_EQ(complaint(2, 2, {1, 2, 3, 4}), "no complaint");
  EXPECT_THAT(complaint(2, 2, {1, 2, 3}), HasSubstr("3 numbers, but 2 workers with 2 blocks need 4"));
  EXPECT_THAT(complaint(2, 2, {1, 2, 3, 4, 5, 6}), HasSubstr("6 numbers"));
  EXPECT_THAT(complaint(0, 2, {}), HasSubstr("0 workers"));
  EXPECT_THAT(complaint(2, 0, {}), HasSubstr("0 blocks"));
  EXPECT_THAT(complaint(2, 2, {1, 2, std::numeric_limits<double>::quiet_NaN(), 4}), HasSubstr("worker 1"));
  EXPECT_THAT(complaint(2, 2, {1, std::numeric_limits<double>::infinity(), 3, 4}), HasSubstr("worker 0"));
}

TEST(Frame, KindsHaveNames) {
  EXPECT_EQ(name_of(FrameKind::ones), "ones");
  EXPECT_EQ(name_of(FrameKind::gaussian), "gaussian");
  EXPECT_EQ(name_of(FrameKind::coloured), "coloured");
}

}  // namespace
}  // namespace gleaner
