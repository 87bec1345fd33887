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

TEST(LedgerJson, ARoundIsAListPerWorker) {
  EXPECT_EQ(Json(ledger_of_round(page())), Json::parse(R"({
      "computed": [3, 1], "used": [2, 0], "skipped": [0, 4], "aborted": [1, 0],
      "busy_seconds": [0.04, 0.01], "slowness_seconds": [null, -0.003]})"));
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
