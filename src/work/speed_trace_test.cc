// trace:file=F.csv, through the model that users see.
#include "work/speeds.h"

#include <array>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using testing::HasSubstr;

SpeedModel model(const std::string& text) {
  auto parsed = SpeedModel::parse(text, TimeUnits::required);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().sentence();
  return parsed ? parsed.value() : SpeedModel();
}

double time_of(const SpeedModel& speeds, std::uint64_t round, std::uint32_t worker) {
  return seconds(speeds.chunk_time(1, RoundId(round), WorkerId(worker), 0));
}

class SpeedTraceFile : public testing::Test {
 protected:
  void SetUp() override {
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    path_ =
        std::filesystem::path(testing::TempDir()) / (std::string("gleaner_trace_") + test->name() + ".csv");
  }
  void TearDown() override { std::filesystem::remove(path_); }
  std::string trace(const std::string& content) {
    std::ofstream(path_, std::ios::binary) << content;
    return "trace:file=" + path_.string();
  }
  std::filesystem::path path_;
};

TEST_F(SpeedTraceFile, ReplaysRowsAsRoundsAndWrapsAround) {
  const SpeedModel speeds = model(trace("round,w0,w1\n0,1.5,2\n1,0.25,4\n"));
  EXPECT_EQ(time_of(speeds, 1, 0), 1.5);
  EXPECT_EQ(time_of(speeds, 1, 1), 2);
  EXPECT_EQ(time_of(speeds, 2, 0), 0.25);
  EXPECT_EQ(time_of(speeds, 3, 0), 1.5);
  EXPECT_EQ(time_of(speeds, 1001, 1), 2);
  EXPECT_TRUE(speeds.check(2));
  EXPECT_THAT(speeds.check(3).error().what, HasSubstr("columns for 2 workers, but there are 3"));
}

TEST_F(SpeedTraceFile, TakesCarriageReturnsBlankLinesAndNoLastLineEnd) {
  const SpeedModel speeds = model(trace("round,w0\r\n7,1\r\n\r\n8,2"));
  EXPECT_EQ(time_of(speeds, 2, 0), 2);
}

TEST_F(SpeedTraceFile, CommonKeysAndSlowApply) {
  const SpeedModel speeds = model(trace("round,w0\n0,1\n1,2\n") + ",redraw=never+slow:factor=3,workers=0");
  EXPECT_EQ(time_of(speeds, 2, 0), 3);
}

TEST_F(SpeedTraceFile, ErrorsNameFileAndLine) {
  for (const auto& [content, complaint] : std::array<std::pair<const char*, const char*>, 9>{
           {{"", "line 1: the header does not begin with \"round\""},
            {"w0,w1\n1,2\n", "line 1: the header"},
            {"round\n1\n", "line 1: there is no worker"},
            {"round,w0\n", "line 1: there is no round"},
            {"round,w0\n0,1\n1,2,3\n", "line 3: 3 fields under a header of 2"},
            {"round,w0\n0,fast\n", "line 2: \"fast\" under \"w0\" is not a time"},
            {"round,w0\n0,-1\n", "line 2: \"-1\""},
            {"round,w0\n0,nan\n", "line 2: \"nan\""},
            {"round,w0\nx,1\n", "line 2: the round \"x\""}}}) {
    const auto parsed = SpeedModel::parse(trace(content), TimeUnits::required);
    ASSERT_FALSE(parsed) << content;
    EXPECT_THAT(parsed.error().what, HasSubstr(complaint));
    EXPECT_THAT(parsed.error().what, HasSubstr(path_.string()));
  }
}

}  // namespace
}  // namespace gleaner
