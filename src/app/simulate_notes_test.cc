#include "app/simulate_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> notes(const SimulateOptions& o) { return simulate_rows(o).value().notes; }

SimulateOptions with_policy(const std::string& policies) {
  SimulateOptions o;
  o.policies = policies;
  return o;
}

TEST(SimulateNotes, WhatChangesNothingInARowIsSaid) {
  SimulateOptions o = with_policy("skip");
  o.methods = "original,partial";
  EXPECT_THAT(notes(o), ElementsAre("original: runs as static, whatever the policy"));
  o.policies = "static";
  EXPECT_THAT(notes(o), IsEmpty());
  o.orders = "learned";
  EXPECT_THAT(notes(o), ElementsAre(HasSubstr("original: learns no orders")));
}

TEST(SimulateNotes, AMarginOfAllCopiesIsSaidOnceForEachNumberOfBlocks) {
  SimulateOptions o = with_policy("skip,replan");
  o.margin = 1;
  EXPECT_THAT(notes(o), IsEmpty()) << "3 copies of 1 block";
  o.blocks = "1,2";
  EXPECT_THAT(notes(o), ElementsAre(HasSubstr("--margin 1 with 2 blocks: no chunk has more than 3 copies")));
  o.margin = 2;
  EXPECT_EQ(notes(o).size(), 2U);
  o.margin = 0;
  o.blocks = "3";
  EXPECT_THAT(notes(o), IsEmpty()) << "nobody asked for one";
}

TEST(SimulateNotes, RowsThatDifferInOrderWithoutBeingAskedAreTold) {
  EXPECT_THAT(notes(with_policy("static,replan")),
              ElementsAre(HasSubstr("--order optimal compares policies")));
  EXPECT_THAT(notes(with_policy("skip,replan")), IsEmpty()) << "both mixed";
  SimulateOptions o = with_policy("static,skip");
  o.orders = "optimal";
  EXPECT_THAT(notes(o), IsEmpty());
  o.orders = "auto";
  o.plan.scheme = "regular-graph";
  EXPECT_THAT(notes(o), IsEmpty()) << "optimal everywhere";
}

TEST(SimulateNotes, ReplanAloneTakesLiarsAndTimeToPlan) {
  SimulateOptions o = with_policy("static,skip");
  o.liars = .3;
  EXPECT_THAT(simulate_rows(o).error().sentence(),
              HasSubstr("--liars 0.3 has no meaning without --policy replan"));
  o.liars = 0;
  o.plan_time = "5ms";
  EXPECT_THAT(simulate_rows(o).error().sentence(), HasSubstr("--plan-time 5ms has no meaning"));
  o.liars = .3;
  o.policies = "skip,replan";
  EXPECT_TRUE(simulate_rows(o));
}

}  // namespace
}  // namespace gleaner
