#include "app/simulate_report.h"

#include <cmath>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace gleaner {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::ordered_json;

// Rows with invented results, so that every text can be foretold.
std::vector<SimulateResult> results_of(const SimulateOptions& o) {
  std::vector<SimulateResult> results;
  const SimulateRows made = simulate_rows(o).value();
  for (const SimulateRow& row : made.rows) {
    const double k = static_cast<double>(results.size() + 1);
    SimulateResult r{row, {}, {}, {}, {}, {}, {}, {}};
    r.summary.trials = 3;
    r.summary.seconds = {k, 2 * k, 3 * k};
    r.summary.time = estimate(r.summary.seconds);
    r.summary.p50 = 2 * k;
    r.summary.p99 = 3 * k;
    r.summary.residual_norm = estimate(std::vector<double>{0, k, 2 * k});
    r.summary.chunks_completed = 12.5;
    r.summary.bytes_to_server = 1000;
    r.summary.bytes_to_workers = 500;
    results.push_back(std::move(r));
    results.back().time_to_first =
        paired_ratio(results.back().summary.seconds, results.front().summary.seconds);
  }
  return results;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

SimulateOptions several() {
  SimulateOptions o;
  o.methods = "partial,original";
  o.blocks = "1,2";
  return o;
}

TEST(SimulateReport, OneRowIsTheObjectItself) {
  const std::vector<SimulateResult> results = results_of({});
  const Json j = Json::parse(simulate_json(results, std::vector<std::string>{"a"}));
  for (const char* key : {"method", "policy", "order", "seed", "trials", "failed", "completion_time",
                          "residual_norm", "chunks_completed", "chunks_used", "messages", "bytes", "events",
                          "lost_after_signal", "dominance_violations", "behind_original"}) {
    EXPECT_TRUE(j.contains(key)) << key;
  }
  EXPECT_EQ(j["completion_time"]["mean"], 2);
  EXPECT_EQ(j["notes"], Json::array({"a"}));
  EXPECT_EQ(j["bytes"], 1500);
  EXPECT_TRUE(j["events"].is_null()) << "what is not known is null";
  EXPECT_TRUE(j["behind_original"].is_null());
  EXPECT_FALSE(j.contains("clairvoyant")) << "only with --bounds";
}

TEST(SimulateReport, SeveralRowsStandUnderRows) {
  const Json j = Json::parse(simulate_json(results_of(several()), {}));
  EXPECT_EQ(j["seed"], 1);
  ASSERT_EQ(j["rows"].size(), 4U);
  EXPECT_EQ(j["rows"][3]["method"], "original");
  EXPECT_EQ(j["rows"][3]["blocks"], 2);
  EXPECT_DOUBLE_EQ(j["rows"][3]["time_to_first_row"]["ratio"].get<double>(), 4);
  EXPECT_TRUE(j["rows"][3]["order"].is_null());
}

TEST(SimulateReport, ResidualsAreKeyedByTheDeadline) {
  SimulateOptions o;
  o.recovery = "deadline=3/500ms";
  const Json j = Json::parse(simulate_json(results_of(o), {}));
  EXPECT_EQ(j["rows"][0]["residual_norm"]["3"]["mean"], 1);
  EXPECT_TRUE(j["rows"][1]["residual_norm"].contains("0.5"));
}

TEST(SimulateReport, BoundsAreTold) {
  std::vector<SimulateResult> results = results_of({});
  results[0].bounds = RowBounds{estimate(std::vector<double>{1, 1}), estimate(std::vector<double>{1, 2}), {}};
  results[0].bounds->time_to_placed = {2, 3, .2, 2.5, 3.5};
  const Json j = Json::parse(simulate_json(results, {}));
  EXPECT_EQ(j["clairvoyant"]["free"], 1);
  EXPECT_EQ(j["clairvoyant"]["placed"], 1.5);
  EXPECT_EQ(j["ratio_to_clairvoyant"], 3);
  EXPECT_EQ(j["ratio_to_clairvoyant_interval"], Json::array({2.5, 3.5}));
  EXPECT_THAT(simulate_table(results, {}), HasSubstr("3.000 (2.500..3.500)"));
}

TEST(SimulateReport, TheTableIsLinedUpAndShowsWhatDiffers) {
  const std::vector<SimulateResult> results = results_of(several());
  const std::vector<std::string> notes{"something was left out"};
  const std::string table = simulate_table(results, notes);
  const std::vector<std::string> lines = lines_of(table);
  for (std::size_t k = 1; k <= 4; ++k) EXPECT_EQ(lines[k].size(), lines[0].size()) << table;
  EXPECT_THAT(lines[0], HasSubstr(" L "));
  EXPECT_THAT(lines[0], Not(HasSubstr(" G "))) << "the same everywhere";
  EXPECT_THAT(lines[0], Not(HasSubstr("B2")));
  EXPECT_THAT(lines[4], HasSubstr("4.000"));
  EXPECT_THAT(table, HasSubstr("note: something was left out"));
  EXPECT_THAT(simulate_table({results.data(), 1}, {}), Not(HasSubstr("to first row")));
}

TEST(SimulateReport, FailuresSayWhy) {
  std::vector<SimulateResult> results = results_of({});
  results[0].summary.failed = 2;
  results[0].summary.reason = "chunk 4 has no holder";
  EXPECT_THAT(simulate_table(results, {}),
              HasSubstr("partial: 2 of 3 trials failed, the first with: chunk 4 has no holder"));
  results = results_of(several());
  results[1].summary.failed = 3;
  results[1].summary.reason = "chunk 4 has no holder";
  EXPECT_THAT(simulate_table(results, {}), HasSubstr("partial, L 2: 3 of 3 trials failed"));
}

TEST(SimulateReport, WhatMustNotBeIsSaidAloud) {
  std::vector<SimulateResult> results = results_of({});
  results[0].behind_static = 0;
  EXPECT_THAT(simulate_table(results, {}), Not(HasSubstr("WRONG")));
  results[0].behind_static = 3;
  results[0].behind_original = 2;
  const std::string text = simulate_table(results, {});
  EXPECT_THAT(text, HasSubstr("WRONG: partial WAS BEHIND static in 3 rounds, which must not be"));
  EXPECT_THAT(text, HasSubstr("partial WAS BEHIND original in 2 rounds"));
}

TEST(SimulateReport, LossesOfTheServerAreShownWhereThereWereAny) {
  std::vector<SimulateResult> results = results_of({});
  EXPECT_THAT(simulate_table(results, {}), Not(HasSubstr("restarts")));
  EXPECT_FALSE(Json::parse(simulate_json(results, {})).contains("server_restarts"));
  results[0].summary.server_restarts = 3;
  results[0].summary.rounds_repeated = 7;
  EXPECT_THAT(simulate_table(results, {}), testing::AllOf(HasSubstr("restarts"), HasSubstr("repeated")));
  EXPECT_EQ(Json::parse(simulate_json(results, {}))["server_restarts"], 3);
  EXPECT_EQ(Json::parse(simulate_json(results, {}))["rounds_repeated"], 7);
}

TEST(SimulateReport, AnOrderThatAllRowsShareIsNoColumn) {
  SimulateOptions o;
  o.methods = "partial,uncoded";
  EXPECT_THAT(lines_of(simulate_table(results_of(o), {}))[0], Not(HasSubstr("order")));
  o.orders = "optimal,random";
  EXPECT_THAT(lines_of(simulate_table(results_of(o), {}))[0], HasSubstr("order"));
}

TEST(SimulateReport, ATimeThatNeverVariesHasNoInterval) {
  std::vector<SimulateResult> results = results_of({});
  results[0].summary.time = estimate(std::vector<double>{448.003568, std::nextafter(448.003568, 1e9)});
  EXPECT_THAT(simulate_table(results, {}), HasSubstr(" 448 "));
}

TEST(SimulateReport, TheFigureTakesTheNumberThatDiffersAsItsAxis) {
  const Figure blocks = simulate_figure(results_of(several()));
  EXPECT_EQ(blocks.x.label, "blocks");
  ASSERT_EQ(blocks.series.size(), 2U);
  EXPECT_EQ(blocks.series[0].name, "partial");
  EXPECT_EQ(blocks.series[0].points.size(), 2U);
  EXPECT_EQ(blocks.series[0].points[1].x, 2);
  EXPECT_EQ(blocks.series[0].points[1].y, 4);

  SimulateOptions o;
  o.recovery = "deadline=3/1";
  const Figure deadlines = simulate_figure(results_of(o));
  EXPECT_THAT(deadlines.y.label, HasSubstr("residual"));
  EXPECT_EQ(deadlines.series[0].points[0].x, 1) << "in order";

  o = {};
  o.methods = "partial,uncoded";
  const Figure rows = simulate_figure(results_of(o));
  ASSERT_EQ(rows.x.names.size(), 2U);
  EXPECT_EQ(rows.x.names[1].second, "uncoded");

  o.replications = "2,3";
  o.plan.given = {"--replication"};
  const Figure level = simulate_figure(results_of(o));
  EXPECT_EQ(level.x.label, "replication");
  EXPECT_EQ(level.series[1].name, "uncoded");
  EXPECT_EQ(level.series[1].points.size(), 2U) << "a level line: it has no replication of its own";
}

}  // namespace
}  // namespace gleaner
