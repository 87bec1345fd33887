#include "app/ledger_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

LedgerPage page_of(std::size_t workers) {
  LedgerPage page(workers, 1);
  for (std::size_t w = 0; w < workers; ++w) {
    const auto n = static_cast<std::int64_t>(w);
    page.workers[w] = {10 + w, 8, 0, w, milliseconds(100 * n), milliseconds(10), milliseconds(20)};
    page.slowness[w] = {milliseconds(n % 2 == 0 ? 12 * n : -n), 3};
  }
  return page;
}

TEST(LedgerTable, IsWhatAPersonReads) {
  LedgerPage page = page_of(3);
  page.slowness[2].rounds = 0;
  EXPECT_EQ(
      ledger_table(page, "partial, all 60 rounds"),
      R"(The ledger of partial, all 60 rounds: chunk gradients that were computed and used or wasted, skipped
since enough others had them, aborted (begun and dropped before the end); seconds spent computing;
and by how many seconds rounds would have been shorter with this worker as fast as the median one

  worker  computed  used  wasted  aborted  busy [s]  slowness [s]
  0             10     8       2        -     0.000         0.000
  1             11     8       3        1     0.100        -0.001
  2             12     8       4        2     0.200             -
  all           33    24       9        3     0.300             -
)");
}

TEST(LedgerTable, OfManyWorkersShowsThoseThatCostMost) {
  const std::string text = ledger_table(page_of(40), "x");
  EXPECT_THAT(text, HasSubstr("\n  38 "));
  EXPECT_THAT(text, HasSubstr("\n  10 "));
  EXPECT_THAT(text, Not(HasSubstr("\n  8 ")));
  EXPECT_THAT(text, Not(HasSubstr("\n  39 ")));
  EXPECT_THAT(text, HasSubstr("\n  25 others "));
}

TEST(LedgerTable, IsEmptyWhereNothingWasCollected) { EXPECT_EQ(ledger_table({}, "x"), ""); }

}  // namespace
}  // namespace gleaner
