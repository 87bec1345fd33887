#include "app/advise_reasons.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

// Partial at `seconds` a round beside uncoded at 4 seconds.
Advice beside_uncoded(double seconds) {
  Advice a;
  a.best.setting = {Method::partial, Scheme::cyclic, 3, 1, {}};
  a.best.summary.trials = a.uncoded.summary.trials = 10;
  a.best.summary.time.mean = seconds;
  a.best.to_uncoded.ratio = seconds / 4;
  a.uncoded.setting = {Method::uncoded, Scheme::cyclic, 1, 1, {}};
  a.uncoded.summary.time.mean = 4;
  return a;
}

TEST(AdviseReasons, HowUncodedCompares) {
  EXPECT_THAT(advise_reasons({}, beside_uncoded(2)),
              Contains("uncoded, which waits for all, takes 4 s, 2.00 times as long"));
  EXPECT_THAT(advise_reasons({}, beside_uncoded(0)), Contains("uncoded, which waits for all, takes 4 s"));
}

TEST(AdviseReasons, WhyUncodedFailsAndNotWhatWouldHelpIt) {
  Advice a = beside_uncoded(2);
  a.uncoded.summary.failed = 10;
  a.uncoded.summary.reason = "round 1: chunk 3 cannot be recovered; use a larger --replication";
  EXPECT_THAT(advise_reasons({}, a), Contains(AllOf(HasSubstr("completes no round: round 1: chunk 3"),
                                                    Not(HasSubstr("--replication")))));
}

TEST(AdviseReasons, NothingIsPraisedWhereAllFails) {
  Advice a = beside_uncoded(2);
  a.best = a.uncoded;
  a.best.summary.failed = a.uncoded.summary.failed = 10;
  a.best.summary.reason = a.uncoded.summary.reason = "nobody is left";
  const std::vector<std::string> reasons = advise_reasons({}, a);
  EXPECT_THAT(reasons,
              Contains("no setting that was tried completes a round: uncoded fails since nobody is left"));
  EXPECT_THAT(reasons, Each(Not(HasSubstr("as fast"))));
}

TEST(AdviseReasons, WhatTheTimeIsMadeOf) {
  EXPECT_EQ(limited_by({1, 0.05, 0.05}), "work");
  EXPECT_EQ(limited_by({1, 0.5, 0.2}), "slow workers");
  EXPECT_EQ(limited_by({1, 0.2, 0.5}), "network");
  Advice a = beside_uncoded(2);
  a.parts = {1, 0.01, 0.99};
  EXPECT_THAT(advise_reasons({}, a).front(),
              AllOf(HasSubstr("of 2 s a round, 1 s is the work"), HasSubstr("0.99 s the network"),
                    Not(HasSubstr("waiting"))));
}

TEST(AdviseReasons, NamesOfSettings) {
  EXPECT_EQ(name_of_setting({Method::uncoded, Scheme::cyclic, 1, 1, {}}), "uncoded");
  EXPECT_EQ(name_of_setting({Method::partial, Scheme::cyclic, 3, 2, {Recovery::Kind::residual, {}, 0.3}}),
            "partial, cyclic, replication 3, 2 blocks, residual=0.3");
}

}  // namespace
}  // namespace gleaner
