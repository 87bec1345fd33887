#include "sim/disaster_cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace gleaner {
namespace {

TEST(DisasterCluster, IsAPureFunctionOfItsSeed) {
  for (std::uint64_t seed = 1; seed < 40; ++seed) {
    const DisasterCluster a = draw_disaster_cluster(seed);
    const DisasterCluster b = draw_disaster_cluster(seed);
    EXPECT_EQ(*a.spec.plan, *b.spec.plan);
    EXPECT_EQ(a.flags(), b.flags());
    EXPECT_EQ(a.words(), b.words());
    EXPECT_EQ(a.storm.seed, b.storm.seed);
    EXPECT_EQ(a.storm.after_signal, b.storm.after_signal);
  }
}

TEST(DisasterCluster, EveryOneIsSoundAndAllKindsCome) {
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const DisasterCluster c = draw_disaster_cluster(seed);
    const Plan& p = *c.spec.plan;
    ASSERT_TRUE(check(c.spec).ok()) << seed << ": " << check(c.spec).error().sentence();
    EXPECT_GE(p.workers(), 2U);
    EXPECT_LE(p.workers(), 40U);
    EXPECT_LE(c.condition, 200) << "seed " << seed;
    EXPECT_EQ(c.spec.segments,
              DisasterVectors::layout_of(c.spec.dimension, p.blocks(), c.spec.segments).count());
    ++seen[std::string(name_of(p.method()))];
    ++seen[c.scheme];
    ++seen[c.frame];
    ++seen[c.order];
    ++seen["blocks " + std::to_string(p.blocks())];
    ++seen["segments " + std::to_string(c.spec.segments)];
    ++seen["recovery " + std::to_string(static_cast<int>(c.spec.server.recovery.kind))];
    ++seen["policy " + std::to_string(static_cast<int>(c.spec.server.when_unrecoverable))];
    ++seen[std::string(name_of(c.spec.server.policy)) + " " + std::to_string(c.spec.server.margin)];
    if (c.spec.server.learn_orders) ++seen["learned"];
    if (c.spec.server.policy == Policy::replan && c.spec.liars > 0) ++seen["liars"];
    if (c.spec.server.policy == Policy::replan && c.spec.planning > Duration::zero()) ++seen["planning"];
    if (c.spec.network.loss > 0) ++seen["loss"];
    if (c.spec.network.reorder > 0) ++seen["reorder"];
    if (c.spec.network.duplicate > 0) ++seen["duplicate"];
    if (!c.spec.network.partitions.empty()) ++seen["partition"];
  }
  for (const char* kind : {"partial",       "original",   "uncoded",    "cyclic",     "fractional-repetition",
                           "regular-graph", "ones",       "gaussian",   "coloured",   "optimal",
                           "random",        "blocks 1",   "blocks 2",   "blocks 3",   "blocks 4",
                           "segments 1",    "segments 4", "recovery 0", "recovery 1", "recovery 2",
                           "policy 0",      "policy 1",   "policy 2",   "loss",       "reorder",
                           "duplicate",     "partition",  "static 0",   "skip 0",     "skip 1",
                           "skip 2",        "replan 0",   "replan 1",   "replan 2",   "learned",
                           "liars",         "planning"}) {
    EXPECT_GE(seen[kind], 10) << kind;
  }
}

TEST(DisasterCluster, AForcedPolicyChangesNothingElse) {
  for (std::uint64_t seed = 1; seed < 40; ++seed) {
    const DisasterCluster drawn = draw_disaster_cluster(seed);
    const Method method = drawn.spec.plan->method();
    for (const Policy policy : {Policy::fixed, Policy::skip, Policy::replan}) {
      DisasterCluster forced = draw_disaster_cluster(seed, policy);
      EXPECT_EQ(forced.spec.server.policy, policy_of(method, policy));
      forced.spec.server.policy = drawn.spec.server.policy;
      forced.spec.server.margin = drawn.spec.server.margin;
      EXPECT_EQ(forced.flags(), drawn.flags());
      EXPECT_EQ(forced.storm.seed, drawn.storm.seed);
    }
  }
}

TEST(Storm, IsAPureFunctionOfItsQuestionsAndEnds) {
  StormOptions options;
  options.seed = 5;
  options.before_signal = options.after_signal = 0.2;
  options.server = 0.2;
  options.blows_max = 7;
  options.server_blows_max = 2;
  const auto all = [&](const std::set<std::uint32_t>& spared) {
    options.spared = spared;
    Storm storm(options, 3);
    std::string s;
    for (std::uint64_t q = 0; q < 600; ++q) {
      const WorkerId w(static_cast<std::uint32_t>(q % 3));
      const auto step = static_cast<WorkerStep>(q % kWorkerSteps);
      if (const auto blow = storm.strike(w, RoundId(1 + q / 60), step, Server::Phase::computing))
        s += std::to_string(static_cast<int>(blow->kind));
      if (storm.strike_server(RoundId(1 + q / 60), static_cast<ServerStep>(q % kServerSteps))) s += 's';
    }
    EXPECT_EQ(storm.drawn(), 9U);
    return s;
  };
  const std::string every = all({});
  EXPECT_EQ(every.size(), 9U);
  EXPECT_EQ(all({}), every);
  EXPECT_EQ(all({0, 1, 2, 3, 4, 5, 6, 7, 8}), "");
  EXPECT_EQ(all({4}).size(), 8U);
}

}  // namespace
}  // namespace gleaner
