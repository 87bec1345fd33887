#include "work/schedule_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gleaner {
namespace {

using Kind = Schedule::Kind;
using ::testing::HasSubstr;

Schedule read(std::string_view text, std::uint64_t rounds = 100) {
  const Result<Schedule> s = parse_schedule(text, rounds);
  EXPECT_TRUE(s) << s.error().sentence();
  return s ? s.value() : Schedule{};
}

std::string complaint(std::string_view text, std::uint64_t rounds = 100) {
  const Result<Schedule> s = parse_schedule(text, rounds);
  return s ? "none" : s.error().sentence();
}

TEST(ScheduleSpec, ReadsEveryKind) {
  EXPECT_EQ(read("constant"), Schedule{});
  EXPECT_EQ(read("step:every=30,factor=0.1"), (Schedule{.kind = Kind::step, .every = 30, .factor = 0.1}));
  EXPECT_EQ(read("cosine"), (Schedule{.kind = Kind::cosine, .rounds = 100}));
  EXPECT_EQ(read("linear:min=.1", 50), (Schedule{.kind = Kind::linear, .min = 0.1, .rounds = 50}));
}

TEST(ScheduleSpec, TakesAWarmUpAsAKeyOrBeforeTheKind) {
  EXPECT_EQ(read("constant:warmup=7"), (Schedule{.warmup = 7}));
  EXPECT_EQ(read("warmup:rounds=7"), (Schedule{.warmup = 7}));
  const Schedule cosine{.kind = Kind::cosine, .warmup = 10, .min = 0.01, .rounds = 100};
  EXPECT_EQ(read("cosine:min=0.01,warmup=10"), cosine);
  EXPECT_EQ(read("warmup:rounds=10+cosine:min=0.01"), cosine);
}

TEST(ScheduleSpec, NamesWhatIsWrong) {
  EXPECT_THAT(complaint("cosin"),
              HasSubstr("--schedule: there is no schedule \"cosin\"; did you mean \"cosine\"?"));
  EXPECT_THAT(complaint("step:every=3"), HasSubstr("\"step\" needs the key factor"));
  EXPECT_THAT(complaint("step:factor=.5"), HasSubstr("\"step\" needs the key every"));
  EXPECT_THAT(complaint("step:every=0,factor=.5"), HasSubstr("every=0"));
  EXPECT_THAT(complaint("step:every=2,factor=2"), HasSubstr("factor=2"));
  EXPECT_THAT(complaint("step:every=2,factor=0"), HasSubstr("factor=0"));
  EXPECT_THAT(complaint("cosine:min=1.5"), HasSubstr("min=1.5"));
  EXPECT_THAT(complaint("constant:min=1"), HasSubstr("no key \"min\""));
  EXPECT_THAT(complaint("warmup"), HasSubstr("\"warmup\" needs the key rounds"));
  EXPECT_THAT(complaint("cosine+linear"), HasSubstr("more than one schedule"));
  EXPECT_THAT(complaint("cosine+warmup:rounds=3"), HasSubstr("more than one schedule"));
  EXPECT_THAT(complaint("warmup:rounds=3+cosine+linear"), HasSubstr("more than one schedule"));
  EXPECT_THAT(complaint("warmup:rounds=3+cosine:warmup=3"), HasSubstr("the warm-up is given twice"));
  EXPECT_THAT(complaint("cosine:warmup=100"), HasSubstr("leaves none of --rounds 100"));
  EXPECT_EQ(complaint("constant:warmup=100"), "none");
  EXPECT_THAT(complaint("warmup:rounds=18446744073709551615"), HasSubstr("rounds never ends"));
  EXPECT_THAT(complaint(""), HasSubstr("--schedule: the value is empty"));
}

RC_GTEST_PROP(ScheduleSpec, ReadsBackItsOwnSpelling, ()) {
  Schedule s;
  s.kind = *rc::gen::element(Kind::constant, Kind::step, Kind::cosine, Kind::linear);
  s.warmup = *rc::gen::inRange<std::uint64_t>(0, 100);
  if (s.kind == Kind::step) {
    s.every = *rc::gen::inRange<std::uint64_t>(1, 50);
    s.factor = 0.01 * *rc::gen::inRange(1, 101);
  }
  if (s.depends_on_rounds()) {
    s.min = 0.01 * *rc::gen::inRange(0, 101);
    s.rounds = 100;
  }
  const Result<Schedule> again = parse_schedule(s.text(), 100);
  RC_ASSERT(again.ok());
  RC_ASSERT(again.value() == s);
}

// Whatever is typed is read or refused by a sentence that names the flag.
RC_GTEST_PROP(ScheduleSpec, NeverBreaks, (const std::string& text)) {
  const Result<Schedule> s = parse_schedule(text, 10);
  if (!s) RC_ASSERT(s.error().what.starts_with("--schedule"));
}

}  // namespace
}  // namespace gleaner
