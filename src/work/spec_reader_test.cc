#include "work/spec_reader.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::array<std::string_view, 2> kSizes = {"small", "large"};

TEST(SpecReader, ReadsWhatIsGivenAndFallsBackOtherwise) {
  const SpecTerm term{"kind", {{"time", "3ms"}, {"size", "large"}, {"workers", "5/0"}, {"count", "4"}}};
  SpecReader keys("--flag", term, TimeUnits::required);
  EXPECT_EQ(keys.duration("time"), 3ms);
  EXPECT_EQ(keys.duration("pause", 7ms), 7ms);
  EXPECT_EQ(keys.number("share", kProbability, 0.25), 0.25);
  EXPECT_EQ(keys.choice("size", kSizes, 0), 1U);
  EXPECT_EQ(keys.choice("shape", kSizes, 0), 0U);
  EXPECT_EQ(keys.count_if_given("count"), 4U);
  EXPECT_EQ(keys.count_if_given("more"), std::nullopt);
  EXPECT_THAT(keys.workers_if_given("workers"), ElementsAre(WorkerId(0), WorkerId(5)));
  EXPECT_TRUE(keys.workers_if_given("others").empty());
  EXPECT_EQ(keys.word("name", "x"), "x");
  EXPECT_TRUE(keys.finish()) << keys.finish().error().sentence();
}

TEST(SpecReader, TheFirstErrorStands) {
  const SpecTerm term{"kind", {{"time", "3"}, {"share", "2"}}};
  SpecReader keys("--flag", term, TimeUnits::required);
  keys.duration("time");
  keys.number("share", kProbability);
  EXPECT_THAT(keys.finish().error().what, HasSubstr("time of \"kind\": \"3\" has no unit"));
}

TEST(SpecReader, AMisspeltKeyExplainsAMissingOne) {
  const SpecTerm term{"kind", {{"tiem", "3ms"}}};
  SpecReader keys("--flag", term, TimeUnits::required);
  keys.duration("time");
  EXPECT_THAT(keys.finish().error().sentence(),
              HasSubstr("there is no key \"tiem\"; did you mean \"time\"?"));
}

TEST(SpecReader, RefuseSaysWhatWasExpected) {
  const SpecTerm term{"kind", {{"time", "3ms"}}};
  SpecReader keys("--flag", term, TimeUnits::required);
  keys.duration("time");
  keys.refuse("time", "shorter than the pause");
  EXPECT_EQ(keys.finish().error().what, "--flag: time=3ms of \"kind\" is not shorter than the pause");
}

TEST(WorkersText, IsWhatTheReaderReads) {
  const std::array<WorkerId, 2> workers = {WorkerId(2), WorkerId(5)};
  EXPECT_EQ(workers_text(workers), "2/5");
}

}  // namespace
}  // namespace gleaner
