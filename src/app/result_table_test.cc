#include "app/result_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gleaner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TableRow row_of(const std::string& method, const std::vector<double>& seconds) {
  TableRow row;
  row.seconds = seconds;
  row.rounds_wanted = seconds.size();
  RunSummary& s = row.summary;
  s.method = method;
  s.status = "completed";
  s.reason = "";
  s.rounds = seconds.size();
  s.seconds_per_round = summarize_seconds(seconds);
  s.loss = 0.30779663;
  s.accuracy = 0.914;
  s.test_accuracy = 0.9315;
  s.chunks_completed = 49;
  s.bytes_to_server = 4 * 190671;
  s.gradient_error_max = 2.8679e-8;
  return row;
}

TEST(ResultTable, IsWhatAPersonReads) {
  const std::vector<TableRow> rows{row_of("partial", {0.05, 0.06, 0.07, 0.0496}),
                                   row_of("original", {0.1, 0.1, 0.12, 0.08})};
  EXPECT_EQ(result_table(rows), R"(
Per round: time (mean, 95th percentile), chunk gradients, bytes to the server
At the end: loss, test accuracy, largest gradient error

  method    rounds     time      p95  chunks   sent    loss    test    error
  partial        4   57.4ms   70.0ms    12.2  191kB  0.3078  0.9315  2.9e-08
  original       4  100.0ms  120.0ms    12.2  191kB  0.3078  0.9315  2.9e-08

  partial takes 0.57 of the time of original per round (4 rounds with the same draws)
)");
}

TEST(ResultTable, EndsWithTheLedgerOfTheChosenMethod) {
  std::vector<TableRow> rows{row_of("partial", {0.05}), row_of("original", {0.1})};
  rows[0].summary.ledger = LedgerPage(2, 2);
  rows[1].summary.ledger = LedgerPage(3, 2);
  const std::string text = result_table(rows);
  EXPECT_THAT(text, HasSubstr("(1 rounds with the same draws)\n\nThe ledger of partial, all 1 rounds:"));
  EXPECT_THAT(text, HasSubstr("\n  1 "));
  EXPECT_THAT(text, Not(HasSubstr("\n  2 ")));
}

TEST(ResultTable, LeavesOutWhatNobodyMeasured) {
  TableRow row = row_of("partial", {0.05});
  row.summary.test_accuracy = kNotMeasured;
  row.summary.gradient_error_max = kNotMeasured;
  const std::string text = result_table({&row, 1});
  EXPECT_THAT(text, HasSubstr("  method   rounds    time     p95  chunks   sent    loss\n"));
  EXPECT_THAT(text, HasSubstr("At the end: loss\n"));
  EXPECT_THAT(text, Not(HasSubstr("takes")));
}

TEST(ResultTable, SaysWhyARowCouldNotFinish) {
  std::vector<TableRow> rows{row_of("partial", {0.05, 0.06, 0.07, 0.05}), row_of("uncoded", {0.1, 0.12})};
  rows[0].summary.workers_lost = rows[1].summary.workers_lost = 1;
  rows[1].rounds_wanted = 4;
  rows[1].summary.status = "failed";
  rows[1].summary.reason = "round 3: chunk 4 cannot be recovered";
  const std::string text = result_table(rows);
  EXPECT_THAT(text, HasSubstr("\n  uncoded     2/4  110.0ms  120.0ms "));
  EXPECT_THAT(text, HasSubstr("    error  lost\n"));
  EXPECT_THAT(text, HasSubstr("\n  partial takes 0.50 of the time of uncoded per round (2 rounds "));
  EXPECT_THAT(text, HasSubstr("\n  uncoded could not finish: round 3: chunk 4 cannot be recovered\n"));
  EXPECT_THAT(text, Not(HasSubstr("blocks")));
}

TEST(ResultTable, ARunThatNeverCommittedHasNoRatio) {
  std::vector<TableRow> rows{row_of("partial", {0.05}), row_of("uncoded", {})};
  rows[1].summary = RunSummary{};
  rows[1].summary.method = "uncoded";
  rows[1].summary.reason = "round 1: nobody is left";
  rows[1].rounds_wanted = 1;
  const std::string text = result_table(rows);
  EXPECT_THAT(text, HasSubstr("\n  uncoded     0/1       -       -     0.0     0B       -       -"));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
  EXPECT_THAT(text, Not(HasSubstr("takes")));
}

TEST(ResultTable, AnEarlyEndIsNoFailure) {
  TableRow row = row_of("partial", {0.05});
  row.summary.status = "interrupted";
  row.summary.reason = "asked to stop";
  EXPECT_THAT(result_table({&row, 1}), HasSubstr("\n  partial ended early: asked to stop\n"));
}

TEST(ResultTable, ExplainsWhatBlocksCost) {
  TableRow row = row_of("partial", {0.05});
  row.blocks = 3;
  const std::string text = result_table({&row, 1});
  EXPECT_THAT(text,
              HasSubstr("\n  3 blocks: every vector is 1/3 as long, but a round needs 3 copies of every"));
}

TEST(ResultTable, FitsIntoNinetyColumns) {
  std::vector<TableRow> rows{row_of("original", std::vector<double>(100000, 98.7654)),
                             row_of("partial", {1})};
  rows[0].rounds_wanted = 100000;
  rows[0].summary.workers_lost = 12;
  rows[0].blocks = 12;
  const std::string text = result_table(rows);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    EXPECT_LE(end - at, 90u) << text.substr(at, end - at);
    at = end + 1;
  }
}

TEST(TimeRatio, ComparesTheRoundsThatBothCompleted) {
  EXPECT_DOUBLE_EQ(time_ratio(row_of("a", {1, 2, 30}), row_of("b", {3, 3})), 0.5);
  EXPECT_TRUE(std::isnan(time_ratio(row_of("a", {}), row_of("b", {3}))));
}

}  // namespace
}  // namespace gleaner
