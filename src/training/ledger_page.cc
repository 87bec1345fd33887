#include "training/ledger_page.h"

#include "base/check.h"

namespace gleaner {

LedgerRow& LedgerRow::operator+=(const LedgerRow& other) {
  computed += other.computed;
  used += other.used;
  skipped += other.skipped;
  aborted += other.aborted;
  busy += other.busy;
  used_time += other.used_time;
  aborted_time += other.aborted_time;
  return *this;
}

LedgerRow& LedgerRow::operator-=(const LedgerRow& other) {
  computed -= other.computed;
  used -= other.used;
  skipped -= other.skipped;
  aborted -= other.aborted;
  busy -= other.busy;
  used_time -= other.used_time;
  aborted_time -= other.aborted_time;
  return *this;
}

LedgerRow LedgerPage::total() const {
  LedgerRow sum;
  for (const LedgerRow& row : workers) sum += row;
  return sum;
}

LedgerPage& LedgerPage::operator+=(const LedgerPage& other) {
  if (other.empty()) return *this;
  if (empty()) return *this = other;
  GLEANER_CHECK(workers.size() == other.workers.size() && chunks.size() == other.chunks.size(),
                "pages of one cluster are added");
  for (std::size_t w = 0; w < workers.size(); ++w) {
    workers[w] += other.workers[w];
    slowness[w].cost += other.slowness[w].cost;
    slowness[w].rounds += other.slowness[w].rounds;
  }
  for (std::size_t c = 0; c < chunks.size(); ++c) chunks[c] += other.chunks[c];
  return *this;
}

}  // namespace gleaner
