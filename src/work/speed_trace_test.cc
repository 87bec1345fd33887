// trace:file=F.csv, through the model that users see.
#include "work/speeds.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

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
  EXPECT_EQ(speeds.period(), 2U);
  EXPECT_EQ(model("constant:mean=1s").period(), 0U);
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

// A log with the keys that matter: worker, chunk and seconds of what was finished, per round.
std::string log_of(const std::vector<std::string>& rounds, int workers = 2) {
  std::string log = R"({"type":"start","workers":)" + std::to_string(workers) + "}\n";
  for (std::size_t r = 0; r < rounds.size(); ++r) {
    log += R"({"type":"round","round":)" + std::to_string(r + 1) + R"(,"seconds":2,"chunk_times":[)" +
           rounds[r] + "]}\n";
  }
  return log + R"({"type":"summary"})" + "\n";
}

std::string chunk(int worker, double seconds) {
  return R"({"worker":)" + std::to_string(worker) + R"(,"chunk":0,"drawn_seconds":null,"seconds":)" +
         std::to_string(seconds) + "}";
}

TEST_F(SpeedTraceFile, ALogGivesTheMeanOfAWorkersChunks) {
  const SpeedModel speeds = model(trace(
      log_of({chunk(0, 1) + "," + chunk(1, 4) + "," + chunk(0, 2), chunk(1, 0.5) + "," + chunk(0, 3)})));
  EXPECT_EQ(time_of(speeds, 1, 0), 1.5);
  EXPECT_EQ(time_of(speeds, 1, 1), 4);
  EXPECT_EQ(time_of(speeds, 2, 0), 3);
  EXPECT_EQ(time_of(speeds, 2, 1), 0.5);
  EXPECT_EQ(time_of(speeds, 3, 0), 1.5);
  EXPECT_TRUE(speeds.check(2));
  EXPECT_FALSE(speeds.check(3));
}

TEST_F(SpeedTraceFile, WhoFinishedNothingHasItsMeanButNoLessThanTheRound) {
  const SpeedModel slow = model(trace(log_of({chunk(0, 1) + "," + chunk(1, 5), chunk(0, 1), chunk(1, 3)})));
  EXPECT_EQ(time_of(slow, 2, 1), 4);  // the mean of 5 and 3
  EXPECT_EQ(time_of(slow, 3, 0), 2);  // its mean is 1, but the round took 2
}

TEST_F(SpeedTraceFile, ALogMayBeginLaterAndBeCutOff) {
  const std::string whole = log_of({chunk(0, 1) + "," + chunk(1, 1)});
  const SpeedModel speeds =
      model(trace(whole + R"({"type":"round","round":7,"seconds":1,"chunk_times":[)" + chunk(0, 3) + "," +
                  chunk(1, 3) + "]}\n" + R"({"type":"round","rou)"));
  EXPECT_EQ(time_of(speeds, 2, 0), 3);
  EXPECT_EQ(time_of(speeds, 3, 0), 1);
}

TEST_F(SpeedTraceFile, LogsThatDoNotServeAreRefused) {
  struct Case {
    std::string content;
    const char* complaint;
  };
  const std::string start = R"({"type":"start","workers":2})"
                            "\n";
  const std::string round = R"({"type":"round","round":1,"seconds":1,)";
  for (const auto& [content, complaint] : std::vector<Case>{
           {log_of({chunk(1, 1)}), "worker 0 never finished a chunk"},
           {log_of({chunk(0, 1)}, 1000000000), "worker 1 never finished a chunk"},
           {log_of({chunk(2, 1)}), "line 2: it names worker 2, but there are 2"},
           {log_of({}), "it speaks of no round"},
           {log_of({chunk(0, 1), "3"}), "line 3: one of its chunk_times has no worker, chunk or seconds"},
           {log_of({chunk(0, -1)}), "line 2: one of its chunk_times"},
           {"{", "line 1: it is not a JSON object"},
           {"{}\n", "line 1: it is not the start of a run"},
           {R"({"type":"start"})"
            "\n",
            "line 1: it does not say how many workers"},
           {start + "nonsense\n", "line 2: it is not a JSON object"},
           {start + R"({"type":"round","round":1,"seconds":1})"
                    "\n",
            "line 2: its round has no chunk_times"},
           {start + R"({"type":"round","seconds":1,"chunk_times":[]})"
                    "\n",
            "its round has no number"},
           {start + R"({"type":"round","round":1,"chunk_times":[]})"
                    "\n",
            "how many seconds it took"},
           {start + round +
                R"("chunk_times":[]})"
                "\n" +
                round +
                R"("chunk_times":[]})"
                "\n",
            "line 3: round 1 follows round 1"},
           {start + std::string(1000, '['), "it speaks of no round"},
       }) {
    const auto parsed = SpeedModel::parse(trace(content), TimeUnits::required);
    ASSERT_FALSE(parsed) << content;
    EXPECT_THAT(parsed.error().what, HasSubstr(complaint));
    EXPECT_THAT(parsed.error().what, HasSubstr(path_.string()));
    EXPECT_FALSE(parsed.error().cure.empty());
  }
}

TEST_F(SpeedTraceFile, ItsTableStandsInForTheFileWhereThereIsNone) {
  const SpeedModel here = model(trace("round,a,b\n1,0.1,0.30000000000000004\n2,1e-7,123456.789\n"));
  const std::string text = here.text();
  std::filesystem::remove(path_);
  EXPECT_FALSE(SpeedModel::parse(text, TimeUnits::required));
  const auto there = SpeedModel::parse(text, TimeUnits::required, here.table());
  ASSERT_TRUE(there) << there.error().sentence();
  for (std::uint64_t round = 1; round <= 3; ++round) {
    for (std::uint32_t worker = 0; worker < 2; ++worker)
      EXPECT_EQ(time_of(there.value(), round, worker), time_of(here, round, worker));
  }
  EXPECT_EQ(there.value().table(), here.table());
  EXPECT_EQ(model("constant:mean=1s").table(), "");
  EXPECT_EQ(SpeedModel().table(), "");
}

}  // namespace
}  // namespace gleaner
