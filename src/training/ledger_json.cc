#include "training/ledger_json.h"

#include <utility>
#include <vector>

namespace gleaner {
namespace {

using Json = nlohmann::ordered_json;

// The nearest double to so many nanoseconds, which is printed with as few digits as it has.
double seconds_of(Duration d) { return static_cast<double>(d.count()) / 1e9; }

Json cost_of(const SlownessCost& slowness) {
  return slowness.rounds > 0 ? Json(seconds_of(slowness.cost)) : Json(nullptr);
}

template <class Rows, class Value>
Json list_of(const Rows& rows, Value value) {
  Json list = Json::array();
  for (const auto& row : rows) list.push_back(value(row));
  return list;
}

void add_row(Json& json, const LedgerRow& row) {
  json["computed"] = row.computed;
  json["used"] = row.used;
  json["wasted"] = row.wasted();
  json["skipped"] = row.skipped;
  json["aborted"] = row.aborted;
  json["busy_seconds"] = seconds_of(row.busy);
  json["used_seconds"] = seconds_of(row.used_time);
  json["wasted_seconds"] = seconds_of(row.wasted_time());
  json["aborted_seconds"] = seconds_of(row.aborted_time);
}

// The same keys as those of a row, in the same order.
void add_lists(Json& json, const std::vector<LedgerRow>& rows) {
  add_row(json, {});
  for (auto& item : json.items()) item.value() = Json::array();
  for (const LedgerRow& row : rows) {
    Json one = Json::object();
    add_row(one, row);
    for (auto& item : one.items()) json[item.key()].push_back(std::move(item.value()));
  }
}

}  // namespace

Json ledger_of_round(const LedgerPage& page) {
  if (page.empty()) return nullptr;
  Json json = Json::object();
  add_lists(json, page.workers);
  json["slowness_seconds"] = list_of(page.slowness, cost_of);
  json["chunks"] = Json::object();
  add_lists(json["chunks"], page.chunks);
  return json;
}

Json ledger_of_run(const LedgerPage& page) {
  if (page.empty()) return nullptr;
  Json json = Json::object();
  add_row(json, page.total());
  json["workers"] = Json::array();
  for (std::size_t w = 0; w < page.workers.size(); ++w) {
    Json row{{"worker", w}};
    add_row(row, page.workers[w]);
    row["slowness_seconds"] = cost_of(page.slowness[w]);
    row["slowness_rounds"] = page.slowness[w].rounds;
    json["workers"].push_back(std::move(row));
  }
  json["chunks"] = Json::array();
  for (std::size_t c = 0; c < page.chunks.size(); ++c) {
    Json row{{"chunk", c}};
    add_row(row, page.chunks[c]);
    json["chunks"].push_back(std::move(row));
  }
  return json;
}

}  // namespace gleaner
