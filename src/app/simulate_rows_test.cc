#include "app/simulate_rows.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> names(const SimulateOptions& o) {
  const Result<SimulateRows> made = simulate_rows(o);
  if (!made) return {made.error().sentence()};
  std::vector<std::string> rows;
  for (const SimulateRow& r : made.value().rows) {
    rows.push_back(r.method + " " + r.order + " G" + std::to_string(r.replication) + " L" +
                   std::to_string(r.blocks) + " " + r.residual_key());
  }
  return rows;
}

std::string refused(const SimulateOptions& o) {
  const Result<SimulateRows> made = simulate_rows(o);
  return made ? "nothing was refused" : made.error().sentence();
}

TEST(SimulateRows, EveryCombinationOnceAndOnlyThoseThatMeanSomething) {
  SimulateOptions o;
  o.methods = "partial,original,uncoded";
  o.orders = "optimal,random";
  o.blocks = "1,2";
  EXPECT_THAT(names(o),
              ElementsAre("partial optimal G3 L1 exact", "partial random G3 L1 exact",
                          "partial optimal G3 L2 exact", "partial random G3 L2 exact",
                          "original - G3 L1 exact", "original - G3 L2 exact", "uncoded - G1 L1 exact"));
  EXPECT_EQ(simulate_rows(o).value().notes.size(), 3U);
}

TEST(SimulateRows, OnlyPartialHasARowForEachPolicy) {
  SimulateOptions o;
  o.methods = "original,partial,uncoded";
  o.policies = "skip,static";
  o.margin = 2;
  std::vector<std::string> rows;
  const SimulateRows made = simulate_rows(o).value();
  for (const SimulateRow& r : made.rows) {
    const ServerOptions& server = r.study.cluster.server;
    EXPECT_EQ(r.policy, name_of(server.policy));
    rows.push_back(r.method + " " + r.policy + " " + std::to_string(server.margin));
  }
  EXPECT_THAT(rows,
              ElementsAre("original static 0", "partial skip 2", "uncoded static 0", "partial static 0"));
  EXPECT_THAT(made.notes, testing::Contains(HasSubstr("original: one row for all policies")));
}

TEST(SimulateRows, DeadlinesAreRowsKeyedByTheirSeconds) {
  SimulateOptions o;
  o.recovery = "deadline=1/250ms/2.5";
  EXPECT_THAT(names(o), ElementsAre("partial optimal G3 L1 1", "partial optimal G3 L1 0.25",
                                    "partial optimal G3 L1 2.5"));
  o.recovery = "residual=0.4";
  EXPECT_THAT(names(o), ElementsAre("partial optimal G3 L1 residual"));
}

TEST(SimulateRows, SilenceCheckpointsAndSegmentsReachTheCluster) {
  const ClusterSpec plain = simulate_rows({}).value().rows[0].study.cluster;
  EXPECT_EQ(plain.segments, 1U);
  EXPECT_EQ(plain.checkpoint_every, 1U);
  SimulateOptions o;
  o.silence = "500ms";
  o.checkpoint_every = 3;
  o.blocks = "1,2";
  o.dimension = 40'000;  // 2.4 and 1.2 times 16384 floats
  const std::vector<SimulateRow> rows = simulate_rows(o).value().rows;
  EXPECT_EQ(rows[0].study.cluster.silence, std::chrono::milliseconds(500));
  EXPECT_EQ(rows[0].study.cluster.checkpoint_every, 3U);
  EXPECT_EQ(rows[0].study.cluster.segments, 3U);
  EXPECT_EQ(rows[1].study.cluster.segments, 2U);
  o.dimension = 1'000'000'000;
  EXPECT_EQ(simulate_rows(o).value().rows[0].study.cluster.segments, 64U);
  o.checkpoint_every = 0;
  EXPECT_THAT(refused(o), HasSubstr("--checkpoint-every 0"));
  for (const char* silence : {"0", "-1", "soon"}) {
    SimulateOptions bad;
    bad.silence = silence;
    EXPECT_THAT(refused(bad), HasSubstr("--silence " + std::string(silence)));
  }
}

TEST(SimulateRows, WhatCannotBeIsLeftOutWithANoteOrRefusedIfNothingRemains) {
  SimulateOptions o;
  o.replications = "2,4";
  o.blocks = "1,3";
  EXPECT_THAT(names(o), ElementsAre("partial optimal G2 L1 exact", "partial optimal G4 L1 exact",
                                    "partial optimal G4 L3 exact"));
  EXPECT_THAT(simulate_rows(o).value().notes, ElementsAre(HasSubstr("3 blocks with replication 2")));
  o.replications = "2";
  o.plan.given = {"--replication"};
  o.blocks = "3";
  EXPECT_THAT(refused(o), HasSubstr("--blocks 3"));

  SimulateOptions original;
  original.methods = "original";
  original.blocks = "1,2";
  original.recovery = "deadline=1";
  EXPECT_THAT(names(original), ElementsAre("original - G3 L1 1"));
  original.blocks = "2";
  EXPECT_THAT(refused(original), HasSubstr("1 block only"));
}

TEST(SimulateRows, ATraceThatIsGoneThroughTwiceIsNoted) {
  const std::string path = testing::TempDir() + "gleaner_simulate_rows_trace.csv";
  std::ofstream(path) << "round,w0,w1\n0,1,2\n1,3,4\n2,5,6\n3,7,8\n";
  SimulateOptions o;
  o.speeds = "trace:file=" + path;
  o.plan.workers = 2;
  o.replications = "2";
  o.trials = 2;
  o.rounds = 2;
  EXPECT_THAT(simulate_rows(o).value().notes, IsEmpty()) << "each of the 4 rounds once";
  o.trials = 6;
  EXPECT_THAT(simulate_rows(o).value().notes,
              ElementsAre(AllOf(HasSubstr("4 rounds, gone through 3 times"), HasSubstr("--trials 2 "))));
  o.speeds = "exponential:mean=1";
  EXPECT_THAT(simulate_rows(o).value().notes, IsEmpty());
  std::filesystem::remove(path);
}

TEST(SimulateRows, RandomOrdersAreDrawnAnewInEveryTrialAndOthersAreNot) {
  SimulateOptions o;
  o.orders = "random,optimal";
  const SimulateRows made = simulate_rows(o).value();
  EXPECT_TRUE(made.rows[0].study.plan_of);
  EXPECT_FALSE(made.rows[1].study.plan_of);
}

TEST(SimulateRows, AllRowsMeetTheSameTrials) {
  SimulateOptions o;
  o.methods = "partial,uncoded";
  o.faults = "crash:count=2";
  o.speeds = "lognormal:mean=20ms,sigma=.5";
  o.dimension = 1000;
  const SimulateRows made = simulate_rows(o).value();
  const Trial a = trial_of(made.rows[0].study, 5).value();
  const Trial b = trial_of(made.rows[1].study, 5).value();
  EXPECT_EQ(a.seed, b.seed);
  EXPECT_EQ(a.faults, b.faults);
  EXPECT_EQ(made.rows[0].study.cluster.parameter_bytes, 4000U);
}

TEST(SimulateRows, ErrorsNameTheFlag) {
  const auto with = [](auto change) {
    SimulateOptions o;
    change(o);
    return refused(o);
  };
  EXPECT_THAT(with([](auto& o) { o.methods = "partial,,uncoded"; }), HasSubstr("--method partial,,uncoded"));
  EXPECT_THAT(with([](auto& o) { o.methods = "partial,partial"; }), HasSubstr("names partial twice"));
  EXPECT_THAT(with([](auto& o) { o.policies = "jump"; }), HasSubstr("--policy"));
  EXPECT_THAT(with([](auto& o) { o.policies = "skip,skip"; }), HasSubstr("names skip twice"));
  EXPECT_THAT(with([](auto& o) { o.margin = 1; }),
              HasSubstr("--margin 1 has no meaning for --policy static, which skips nothing"));
  EXPECT_THAT(with([](auto& o) {
                o.policies = "skip";
                o.margin = 5'000'000'000;
              }),
              HasSubstr("--margin 5000000000 is more than 1000000"));
  EXPECT_THAT(with([](auto& o) { o.blocks = "1,two"; }), HasSubstr("--blocks two"));
  EXPECT_THAT(with([](auto& o) { o.trials = 0; }), HasSubstr("--trials 0"));
  EXPECT_THAT(with([](auto& o) { o.rounds = 100000000; }), HasSubstr("--rounds"));
  EXPECT_THAT(with([](auto& o) { o.recovery = "deadline=1//3"; }), HasSubstr("a deadline is missing"));
  EXPECT_THAT(with([](auto& o) { o.recovery = "deadline=1/2/1"; }), HasSubstr("names deadline=1 twice"));
  EXPECT_THAT(with([](auto& o) { o.network = "partition:for=1,round=2"; }), HasSubstr("names round 2"));
  EXPECT_THAT(with([](auto& o) { o.faults = "server-crash:for=1,round=2"; }), HasSubstr("names round 2"));
  EXPECT_THAT(with([](auto& o) { o.faults = "crash:count=9"; }), HasSubstr("--faults"));
  EXPECT_THAT(with([](auto& o) {
                o.bounds = true;
                o.speeds = "exponential:per=chunk";
              }),
              HasSubstr("--bounds"));
}

}  // namespace
}  // namespace gleaner
