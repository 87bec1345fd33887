// What --speeds reads and writes.
#include "work/speeds.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using testing::HasSubstr;

SpeedModel model(const std::string& text, TimeUnits units = TimeUnits::required) {
  auto parsed = SpeedModel::parse(text, units);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().sentence();
  return parsed ? parsed.value() : SpeedModel();
}

TEST(SpeedsText, TextIsCanonical) {
  for (const char* text :
       {"none", "constant:mean=1s", "exponential:mean=20ms", "shifted-exponential:min=10ms,mean=30ms",
        "lognormal:mean=1.5us,sigma=0.25", "pareto:min=10ms,shape=1.5",
        "bimodal:mean=2s,fraction=0.2,factor=4", "markov:mean=2s,factor=4,enter=0.1,leave=0.3",
        "exponential:mean=20ms,per=chunk,redraw=0.5,noise=0.1,scale=0.5+slow:factor=3,workers=2/5"}) {
    EXPECT_EQ(model(text).text(), text);
  }
  EXPECT_EQ(model("exponential:redraw=round,per=worker,mean=.02s").text(), "exponential:mean=20ms");
  EXPECT_EQ(model("bimodal:mean=2s").text(), "bimodal:mean=2s,fraction=0.1,factor=5");
  EXPECT_EQ(model("exponential", TimeUnits::optional).text(), "exponential:mean=1s");
  EXPECT_EQ(model("lognormal:mean=2.5,sigma=1", TimeUnits::optional).text(), "lognormal:mean=2.5s,sigma=1");
}

TEST(SpeedsText, AScaledModelIsReadBack) {
  const SpeedModel half = model("exponential:mean=2s,scale=0.5");
  const SpeedModel quarter = half.scaled(0.5);
  EXPECT_EQ(quarter.text(), "exponential:mean=2s,scale=0.25");
  const auto time = [](const SpeedModel& speeds) { return speeds.chunk_time(1, RoundId(3), WorkerId(2), 0); };
  EXPECT_NEAR(seconds(time(quarter)), seconds(time(half)) / 2, 1e-9);
  EXPECT_EQ(time(model("exponential:mean=2s").scaled(0.25)), time(quarter));
  EXPECT_TRUE(SpeedModel().scaled(3).none());
}

TEST(SpeedsText, InASimulationEveryKindTakesPlainNumbers) {
  for (const auto& [text, canonical] : std::array<std::pair<const char*, const char*>, 8>{{
           {"constant", "constant:mean=1s"},
           {"constant:mean=2", "constant:mean=2s"},
           {"exponential:mean=1e-3", "exponential:mean=1ms"},
           {"shifted-exponential:min=.5,mean=1", "shifted-exponential:min=500ms,mean=1s"},
           {"lognormal:sigma=.5,redraw=never,noise=.1", "lognormal:mean=1s,sigma=0.5,redraw=never,noise=0.1"},
           {"pareto:min=1,shape=2,per=chunk", "pareto:min=1s,shape=2,per=chunk"},
           {"bimodal:fraction=.2", "bimodal:mean=1s,fraction=0.2,factor=5"},
           {"markov:factor=1e20+slow:factor=1e30,workers=2",
            "markov:mean=1s,factor=1e20,enter=0.05,leave=0.2+slow:factor=1e30,workers=2"},
       }}) {
    EXPECT_EQ(model(text, TimeUnits::optional).text(), canonical);
    EXPECT_EQ(model(canonical).text(), canonical);
  }
}

TEST(SpeedsText, ErrorsNameTheFlagThePartAndWhatWasExpected) {
  struct Case {
    const char* text;
    const char* what;
    const char* cure;
  };
  for (const auto& [text, what, cure] : std::array<Case, 29>{{
           {"exponental:mean=1s", "there is no kind \"exponental\"", "did you mean \"exponential\"?"},
           {"mean=1s", "there is no kind \"\"", "known are constant, exponential"},
           {"exponential:maen=1s", "\"exponential\": there is no key \"maen\"", "did you mean \"mean\"?"},
           {"exponential:mean=1s,sigma=1", "there is no key \"sigma\"",
            "known are mean, per, redraw, noise, scale"},
           {"exponential", "\"exponential\" needs the key mean", "exponential:mean="},
           {"exponential:mean=20", "mean of \"exponential\": \"20\" has no unit", "like 20ms"},
           {"exponential:mean=0s", "mean=0s of \"exponential\" is not a time above 0", "a time above 0"},
           {"exponential:mean=-1s", "\"-1s\" is below 0", ""},
           {"shifted-exponential:mean=1s", "needs the key min", ""},
           {"shifted-exponential:min=2s,mean=1s",
            "min=2s of \"shifted-exponential\" is not a time up to the mean", ""},
           {"lognormal:mean=1s", "needs the key sigma", ""},
           {"lognormal:mean=1s,sigma=-1", "sigma=-1 of \"lognormal\" is not a number from 0 on", ""},
           {"pareto:min=1s,shape=0", "shape=0 of \"pareto\" is not a number above 0", ""},
           {"pareto:min=1s,mean=2s,shape=2", "there is no key \"mean\"", ""},
           {"bimodal:mean=1s,fraction=2", "fraction=2 of \"bimodal\" is not a probability", ""},
           {"bimodal:mean=1s,factor=0.5", "factor=0.5 of \"bimodal\" is not a number from 1 on", ""},
           {"markov:mean=1s,enter=0,leave=0", "leave=0 of \"markov\" is not a probability above 0", ""},
           {"trace", "\"trace\" needs the key file", "trace:file="},
           {"trace:fiel=x.csv", "there is no key \"fiel\"", "did you mean \"file\"?"},
           {"trace:file=/does/not/exist.csv", "/does/not/exist.csv: cannot be read", ""},
           {"exponential:mean=1s,per=chunks", "there is no value \"chunks\"", "did you mean \"chunk\"?"},
           {"exponential:mean=1s,redraw=often", "redraw=often of \"exponential\" is not round, never or a",
            ""},
           {"exponential:mean=1s,redraw=1.5", "redraw=1.5", ""},
           {"exponential:mean=1s,noise=x", "noise=x of \"exponential\" is not a number from 0 on", ""},
           {"exponential:mean=1s+constant:mean=1s", "two kinds, \"exponential\" and \"constant\"", ""},
           {"slow:factor=3,workers=2", "names no speed to begin with", "exponential:mean=20ms+slow"},
           {"exponential:mean=1s+slow:factor=3", "\"slow\" names no workers", "workers=2/5"},
           {"exponential:mean=1s+slow:factor=3,workers=2/x", "workers=2/x of \"slow\" is not a list", ""},
           {"exponential:mean=1s+none", "\"none\" stands alone", ""},
       }}) {
    const auto parsed = SpeedModel::parse(text, TimeUnits::required);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().what, HasSubstr(what));
    EXPECT_THAT(parsed.error().cure, HasSubstr(cure)) << text;
    EXPECT_EQ(parsed.error().kind, Error::Kind::bad_input);
    if (std::string_view(text).find("exist.csv") == std::string_view::npos) {
      EXPECT_THAT(parsed.error().what, testing::StartsWith("--speeds: "));
    }
  }
}

TEST(SpeedsText, SlowWorkersMustExist) {
  const SpeedModel speeds = model("exponential:mean=1s+slow:factor=3,workers=2/8");
  EXPECT_TRUE(speeds.check(9));
  EXPECT_THAT(speeds.check(8).error().what, HasSubstr("worker 8, but there are 8 workers"));
  EXPECT_FALSE(SpeedModel::parse("exponential:mean=1s+slow:factor=3,workers=2/2", TimeUnits::required));
}

}  // namespace
}  // namespace gleaner
