#include "training/ledger_json.h"

#include <gtest/gtest.h>

namespace gleaner {
namespace {

using std::chrono::milliseconds;
using Json = nlohmann::json;

LedgerPage page() {
  LedgerPage p(2, 1);
  p.workers[0] = {3, 2, 0, 1, milliseconds(40), milliseconds(20), milliseconds(5)};
  p.workers[1] = {1, 0, 4, 0, milliseconds(10), {}, {}};
  p.chunks[0] = p.total();
  p.slowness[1] = {milliseconds(-3), 1};
  return p;
}

TEST(LedgerJson, ARoundIsAListPerWorkerAndAListPerChunk) {
  LedgerPage p = page();
  p.chunks = {{3, 1, 1, 0, milliseconds(30), milliseconds(10), {}},
              {1, 1, 3, 1, milliseconds(20), milliseconds(10), milliseconds(5)}};
  EXPECT_EQ(Json(ledger_of_round(p)), Json::parse(R"({
      "computed": [3, 1], "used": [2, 0], "wasted": [1, 1], "skipped": [0, 4], "aborted": [1, 0],
      "busy_seconds": [0.04, 0.01], "used_seconds": [0.02, 0.0], "wasted_seconds": [0.015, 0.01],
      "aborted_seconds": [0.005, 0.0], "slowness_seconds": [null, -0.003],
      "chunks": {
          "computed": [3, 1], "used": [1, 1], "wasted": [2, 0], "skipped": [1, 3], "aborted": [0, 1],
          "busy_seconds": [0.03, 0.02], "used_seconds": [0.01, 0.01], "wasted_seconds": [0.02, 0.005],
          "aborted_seconds": [0.0, 0.005]}})"));
}

// Whoever adds up the log comes to what the summary says.
TEST(LedgerJson, TheListsOfARoundAddUpToItsRun) {
  const Json round = ledger_of_round(page());
  const Json run = ledger_of_run(page());
  for (const char* key : {"computed", "used", "wasted", "skipped", "aborted"}) {
    for (const Json* lists : {&round, &round["chunks"]}) {
      int sum = 0;
      for (const Json& n : (*lists)[key]) sum += n.get<int>();
      EXPECT_EQ(sum, run[key].get<int>()) << key;
    }
  }
  EXPECT_EQ(round["wasted_seconds"][0], run["workers"][0]["wasted_seconds"]);
  EXPECT_EQ(round["chunks"]["aborted_seconds"][0], run["chunks"][0]["aborted_seconds"]);
}

TEST(LedgerJson, ARunHasTotalsAndARowForEveryWorkerAndChunk) {
  LedgerPage sum;
  sum += page();
  sum += page();
  const Json json = ledger_of_run(sum);
  EXPECT_EQ(json["computed"], 8);
  EXPECT_EQ(json["wasted"], 4);
  EXPECT_EQ(json["wasted_seconds"], 0.05);
  EXPECT_EQ(json["workers"].size(), 2U);
  EXPECT_EQ(json["workers"][1]["slowness_seconds"], -0.006);
  EXPECT_EQ(json["workers"][1]["slowness_rounds"], 2);
  EXPECT_TRUE(json["workers"][0]["slowness_seconds"].is_null());
  EXPECT_EQ(json["workers"][1]["skipped"], 8);
  EXPECT_EQ(json["chunks"], Json::parse(R"([{"chunk": 0, "computed": 8, "used": 4, "wasted": 4, "skipped": 8,
      "aborted": 2, "busy_seconds": 0.1, "used_seconds": 0.04, "wasted_seconds": 0.05,
      "aborted_seconds": 0.01}])"));
}

TEST(LedgerJson, NothingCollectedIsNull) {
  EXPECT_TRUE(ledger_of_run({}).is_null());
  EXPECT_TRUE(ledger_of_round({}).is_null());
}

}  // namespace
}  // namespace gleaner
