#include "work/spec_grammar.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gleaner {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(ParseSpec, ReadsKindsAndKeysInOrder) {
  const auto terms = parse_spec("--speeds", "exponential:mean=20ms,per=chunk+slow:factor=3,workers=2/5+none");
  ASSERT_TRUE(terms) << terms.error().sentence();
  const std::vector<SpecTerm> expected = {{"exponential", {{"mean", "20ms"}, {"per", "chunk"}}},
                                          {"slow", {{"factor", "3"}, {"workers", "2/5"}}},
                                          {"none", {}}};
  EXPECT_EQ(terms.value(), expected);
}

TEST(ParseSpec, ATermMayBeginWithItsKeys) {
  const auto terms = parse_spec("--network", "latency=5ms,loss=.1");
  ASSERT_TRUE(terms) << terms.error().sentence();
  EXPECT_EQ(terms.value(), (std::vector<SpecTerm>{{"", {{"latency", "5ms"}, {"loss", ".1"}}}}));
}

TEST(ParseSpec, AValueMayHoldColonsEqualsAndSlashes) {
  const auto terms = parse_spec("--speeds", "trace:file=/a/b:c=d.csv");
  ASSERT_TRUE(terms) << terms.error().sentence();
  EXPECT_EQ(terms.value().front().keys.front().value, "/a/b:c=d.csv");
}

struct BadText {
  const char* text;
  const char* complaint;
};

TEST(ParseSpec, ErrorsNameTheFlagAndTheBadPart) {
  for (const auto& [text, complaint] : std::array<BadText, 11>{{
           {"", "--speeds: the value is empty"},
           {"+", "nothing stands beside a \"+\""},
           {"exponential:mean=1s+", "nothing stands beside a \"+\""},
           {":mean=1s", "\":mean=1s\" has no kind"},
           {"exponential:", "\"\" in \"exponential:\" is not KEY=VALUE"},
           {"exponential:mean", "\"mean\" in \"exponential:mean\" is not KEY=VALUE"},
           {"exponential:mean=", "\"mean=\""},
           {"exponential:=1s", "\"=1s\""},
           {"exponential:mean=1s,", "\"\" in"},
           {"exponential:mean=1s,,per=chunk", "\"\" in"},
           {"exponential:mean=1s,mean=2s", "mean is given twice"},
       }}) {
    const auto terms = parse_spec("--speeds", text);
    ASSERT_FALSE(terms) << text;
    EXPECT_THAT(terms.error().what, HasSubstr(complaint));
    EXPECT_THAT(terms.error().what, HasSubstr("--speeds"));
    EXPECT_FALSE(terms.error().cure.empty());
  }
}

TEST(ParseBandwidth, ReadsBitsWithAUnitAndBytesWithout) {
  struct Case {
    const char* text;
    double bytes;
  };
  for (const auto& [text, bytes] : std::array<Case, 7>{{{"100Mbit", 12.5e6},
                                                        {"1Gbit", 125e6},
                                                        {"8kbit", 1000},
                                                        {"80bit", 10},
                                                        {"1500", 1500},
                                                        {"1e6", 1e6},
                                                        {".5e3Mbit", 62.5e6}}}) {
    const auto parsed = parse_bandwidth(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().sentence();
    EXPECT_EQ(parsed.value(), bytes) << text;
  }
  for (const char* text : {"", "Mbit", "fast", "1Mb", "1MB", "0", "-5", "7bit", "1e19", "inf", "nan"}) {
    EXPECT_FALSE(parse_bandwidth(text)) << text;
  }
}

TEST(BandwidthText, NamesAUnitWhereThatIsExact) {
  EXPECT_EQ(bandwidth_text(12.5e6), "100Mbit");
  EXPECT_EQ(bandwidth_text(1000), "8kbit");
  EXPECT_EQ(bandwidth_text(125e15), "1e18bit");
  EXPECT_EQ(bandwidth_text(1000.0 / 3), "333.3333333333333");
}

RC_GTEST_PROP(BandwidthText, IsReadBackAsTheSame, ()) {
  const auto mantissa = *rc::gen::inRange<std::int64_t>(1, 1'000'000'000'000);
  const double bytes = 1 + static_cast<double>(mantissa) / *rc::gen::inRange(1, 100);
  const auto again = parse_bandwidth(bandwidth_text(bytes));
  RC_ASSERT(again.ok());
  RC_ASSERT(again.value() == bytes);
}

TEST(ParseBytes, ReadsThousandsAnd1024ths) {
  EXPECT_EQ(parse_bytes("4096").value(), 4096U);
  EXPECT_EQ(parse_bytes("2GiB").value(), std::uint64_t{1} << 31U);
  EXPECT_EQ(parse_bytes("1.5kB").value(), 1500U);
  EXPECT_EQ(parse_bytes("1e3MB").value(), 1000000000U);
  for (const char* text : {"", "GiB", "2Gb", "2 GiB", "0", "-1", "0.5", "1e19", "nan", "lots"}) {
    const auto parsed = parse_bytes(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().cure, HasSubstr("like 2GiB"));
  }
}

TEST(NumberText, HoldsNoPlus) {
  EXPECT_EQ(number_text(1e20), "1e20");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(parse_number(number_text(1e300)), 1e300);
}

TEST(ParseDuration, MayHaveAnExponent) {
  using namespace std::chrono_literals;
  EXPECT_EQ(parse_duration("1e-3s", TimeUnits::required).value(), 1ms);
  EXPECT_EQ(parse_duration("2.5E-1", TimeUnits::optional).value(), 250ms);
  EXPECT_FALSE(parse_duration("1e", TimeUnits::optional));
  EXPECT_FALSE(parse_duration("e3s", TimeUnits::optional));
}

RC_GTEST_PROP(ParseSpec, ReadsItsOwnTextBack, ()) {
  const auto word = rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange('a', 'z')));
  const auto terms = *rc::gen::nonEmpty(rc::gen::container<std::vector<SpecTerm>>(rc::gen::exec([&] {
    SpecTerm term{*word, {}};
    const int keys = *rc::gen::inRange(0, 4);
    for (int k = 0; k < keys; ++k) term.keys.push_back({*word + std::to_string(k), *word});
    return term;
  })));
  const auto again = parse_spec("--flag", spec_text(terms));
  RC_ASSERT(again.ok());
  RC_ASSERT(again.value() == terms);
}

RC_GTEST_PROP(ParseSpec, SurvivesAnyText, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab:=,+/1 .\n")));
  const auto terms = parse_spec("--flag", text);
  if (terms) RC_ASSERT(spec_text(terms.value()) == text);
}

TEST(ParseDuration, ReadsEveryUnit) {
  for (const auto& [text, expected] :
       std::array<std::pair<const char*, Duration>, 10>{{{"20ms", 20ms},
                                                         {"3s", 3s},
                                                         {"1.5us", 1500ns},
                                                         {"2min", 120s},
                                                         {"7ns", 7ns},
                                                         {".25h", 900s},
                                                         {"0s", 0ns},
                                                         {"0.1s", 100ms},
                                                         {"0.6ns", 1ns},
                                                         {"1000000000s", kDurationMax}}}) {
    for (const TimeUnits units : {TimeUnits::required, TimeUnits::optional}) {
      const auto time = parse_duration(text, units);
      ASSERT_TRUE(time) << time.error().sentence();
      EXPECT_EQ(time.value(), expected) << text;
    }
  }
}

TEST(ParseDuration, PlainNumbersAreSecondsWhereUnitsAreOptional) {
  EXPECT_EQ(parse_duration("1.5", TimeUnits::optional).value(), 1500ms);
  const auto time = parse_duration("20", TimeUnits::required);
  ASSERT_FALSE(time);
  EXPECT_EQ(time.error().what, "\"20\" has no unit of time");
  EXPECT_THAT(time.error().cure, HasSubstr("20ms"));
}

TEST(ParseDuration, RefusesWhatIsNoTime) {
  for (const auto& [text, complaint] :
       std::array<BadText, 13>{{{"", "is not a time"},
                                {"ms", "is not a time"},
                                {"1.2.3s", "is not a time"},
                                {"inf", "is not a time"},
                                {"nan", "is not a time"},
                                {" 1s", "is not a time"},
                                {"1 s", "\" s\" in \"1 s\" is not a unit"},
                                {"20msec", "\"msec\" in \"20msec\" is not a unit"},
                                {"5MS", "is not a unit"},
                                {"-5ms", "\"-5ms\" is below 0"},
                                {"-0s", "is below 0"},
                                {"1000000001s", "is longer than 1000000000s"},
                                {"9999999999h", "is longer than"}}}) {
    const auto time = parse_duration(text, TimeUnits::optional);
    ASSERT_FALSE(time) << text;
    EXPECT_THAT(time.error().what, HasSubstr(complaint));
  }
}

TEST(DurationText, IsShort) {
  EXPECT_EQ(duration_text(0ns), "0s");
  EXPECT_EQ(duration_text(7ns), "7ns");
  EXPECT_EQ(duration_text(1500ns), "1.5us");
  EXPECT_EQ(duration_text(40ms), "40ms");
  EXPECT_EQ(duration_text(1'000'000'001ns), "1.000000001s");
  EXPECT_EQ(duration_text(2min), "120s");
}

RC_GTEST_PROP(DurationText, ReadsBackExactlyBelowAMonth, ()) {
  // Up to 2^53 ns a double holds every nanosecond.
  const Duration d(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << *rc::gen::inRange(1, 51)));
  const auto again = parse_duration(duration_text(d), TimeUnits::required);
  RC_ASSERT(again.ok());
  RC_ASSERT(again.value() == d);
}

TEST(ParseNumber, TakesTheWholeText) {
  EXPECT_EQ(parse_number(".1"), 0.1);
  EXPECT_EQ(parse_number("-2e3"), -2000.0);
  for (const char* bad : {"", "1x", "x", " 1", "1 ", "inf", "nan", "1e999", "+1"}) {
    EXPECT_EQ(parse_number(bad), std::nullopt) << bad;
  }
}

TEST(ParseCount, TakesDigitsOnly) {
  EXPECT_EQ(parse_count("0"), 0U);
  EXPECT_EQ(parse_count("18446744073709551615"), UINT64_MAX);
  for (const char* bad : {"", "-1", "+1", "1.0", "1 ", "18446744073709551616"}) {
    EXPECT_EQ(parse_count(bad), std::nullopt) << bad;
  }
}

TEST(NearestName, ForgivesSlips) {
  const std::array<std::string_view, 4> known = {"exponential", "mean", "sigma", "pareto"};
  EXPECT_EQ(nearest_name("exponental", known), "exponential");    // deleted
  EXPECT_EQ(nearest_name("exponnential", known), "exponential");  // inserted
  EXPECT_EQ(nearest_name("sigme", known), "sigma");               // replaced
  EXPECT_EQ(nearest_name("maen", known), "mean");                 // swapped: one edit, not two
  EXPECT_EQ(nearest_name("exponentailx", known), "exponential");  // two edits
  EXPECT_EQ(nearest_name("gauss", known), std::nullopt);
  EXPECT_EQ(nearest_name("", known), std::nullopt);
}

TEST(UnknownName, SuggestsAndLists) {
  const std::array<std::string_view, 2> known = {"crash", "hang"};
  EXPECT_EQ(unknown_name("--faults", "kind", "crahs", known).sentence(),
            "--faults: there is no kind \"crahs\"; did you mean \"crash\"? known are crash, hang");
  EXPECT_EQ(unknown_name("--faults", "kind", "x", known).sentence(),
            "--faults: there is no kind \"x\"; known are crash, hang");
}

}  // namespace
}  // namespace gleaner
