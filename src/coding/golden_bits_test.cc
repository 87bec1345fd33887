// Plans have the same bits on every compiler, optimisation level and machine with IEEE 754 doubles. These
// hashes were computed once; a change means that stored plans no longer agree with newly made ones.
#include <cstdint>

#include <gtest/gtest.h>

#include "coding/plan.h"

namespace gleaner {
namespace {

// FNV-1a, 64 bits.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

std::uint64_t hash_of_plan(Assignment a, Ordering ordering, Frame frame) {
  return hash_of(
      Plan::make(Method::partial, std::move(a), std::move(ordering), std::move(frame)).value().canonical());
}

TEST(GoldenBits, CyclicOptimalColoured) {
  const Assignment a = Assignment::cyclic(24, 24, 6).value();
  EXPECT_EQ(hash_of_plan(a, Ordering::optimal(a), Frame::coloured(a, 3, 1)), 1154728337191719372ULL);
}

TEST(GoldenBits, CyclicHalfCircle) {
  const Assignment a = Assignment::cyclic(30, 24, 6).value();
  EXPECT_EQ(hash_of_plan(a, Ordering::mixed(a, 5), Frame::coloured(a, 2, 1)), 11920426796818624540ULL);
}

TEST(GoldenBits, GraphRandomGaussian) {
  const Assignment a = Assignment::regular_graph(50, 40, 5, 7).value();
  EXPECT_EQ(hash_of_plan(a, Ordering::random(a, 7), Frame::gaussian(40, 4, 7)), 13064198576252298444ULL);
}

TEST(GoldenBits, GraphOptimalColoured) {
  const Assignment a = Assignment::regular_graph(40, 50, 5, 9).value();
  EXPECT_EQ(hash_of_plan(a, Ordering::optimal(a), Frame::coloured(a, 4, 9)), 3575693030444181758ULL);
}

}  // namespace
}  // namespace gleaner
