#include "sim/disaster_operator.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "base/random.h"
#include "coding/code.h"
#include "sim/disaster_cluster.h"

namespace gleaner {
namespace {

// Some of the slots of every worker; of the original code all or none.
UsedSlots any_selection(const Plan& plan, std::uint64_t seed) {
  Random random({.seed = seed});
  const double share = random.uniform();
  UsedSlots used(plan.workers());
  for (std::uint32_t w = 0; w < used.size(); ++w) {
    const std::size_t load = plan.assignment().load(WorkerId(w));
    if (plan.method() == Method::original) {
      if (random.uniform() < share) used[w] = SlotSet::first(load);
      continue;
    }
    for (std::uint32_t s = 0; s < load; ++s) {
      if (random.uniform() < share) used[w].insert(Slot(s));
    }
  }
  return used;
}

// The operator by the shipping coefficients: sum_j r_j[k] u_ij[q], chunk after chunk.
std::vector<double> by_coefficients(const Plan& plan, const UsedSlots& used) {
  const auto code = code_for(plan.method());
  const std::size_t l = plan.blocks();
  std::vector<double> entries(plan.chunks() * l * l, 0.0);
  for (std::uint32_t w = 0; w < used.size(); ++w) {
    if (used[w].empty()) continue;
    const std::vector<double> u = code->encode_rows(plan, WorkerId(w), used);
    const std::vector<double> r = code->decode_row(plan, WorkerId(w), used);
    std::size_t place = 0;
    used[w].for_each([&](Slot slot) {
      const std::size_t i = plan.assignment().chunk_at(WorkerId(w), slot).index();
      for (std::size_t k = 0; k < l; ++k) {
        for (std::size_t q = 0; q < l; ++q) entries[(i * l + k) * l + q] += r[k] * u[place * l + q];
      }
      ++place;
    });
  }
  return entries;
}

RC_GTEST_PROP(DecodeOperator, IsWhatTheCoefficientsGive, ()) {
  const DisasterCluster cluster = draw_disaster_cluster(*rc::gen::inRange<std::uint64_t>(1, 1'000'000));
  const Plan& plan = *cluster.spec.plan;
  const UsedSlots used = any_selection(plan, *rc::gen::arbitrary<std::uint64_t>());
  const DecodeOperator decode(plan, used);
  const std::vector<double> twin = by_coefficients(plan, used);
  const std::size_t l = plan.blocks();
  for (std::size_t i = 0; i < plan.chunks(); ++i) {
    for (std::size_t k = 0; k < l; ++k) {
      for (std::size_t q = 0; q < l; ++q)
        RC_ASSERT(std::abs(decode.at(i, k, q) - twin[(i * l + k) * l + q]) < 1e-8);
    }
  }
  const double shipped = code_for(plan.method())->residual_squared(plan, used);
  RC_ASSERT(std::abs(decode.residual_squared() - shipped) < 1e-8 * (1 + shipped));
  RC_ASSERT(std::abs(decode.relative_residual() -
                     std::sqrt(shipped / static_cast<double>(plan.chunks() * l))) < 1e-7);
}

TEST(DecodeOperator, OfEverythingIsTheSum) {
  for (std::uint64_t seed = 1; seed < 60; ++seed) {
    const DisasterCluster cluster = draw_disaster_cluster(seed);
    const Plan& plan = *cluster.spec.plan;
    UsedSlots all;
    for (std::uint32_t w = 0; w < plan.workers(); ++w)
      all.push_back(SlotSet::first(plan.assignment().load(WorkerId(w))));
    const DecodeOperator decode(plan, all);
    EXPECT_EQ(decode.residual_squared(), 0) << cluster.flags();
    EXPECT_EQ(decode.at(0, 0, 0), 1);
  }
}

TEST(DecodeOperator, OfNothingHasTheWholeResidual) {
  const DisasterCluster cluster = draw_disaster_cluster(3);
  const DecodeOperator decode(*cluster.spec.plan, UsedSlots(cluster.spec.plan->workers()));
  EXPECT_EQ(decode.relative_residual(), 1);
}

}  // namespace
}  // namespace gleaner
