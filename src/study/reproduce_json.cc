#include "study/reproduce_json.h"

#include <nlohmann/json.hpp>

#include "study/reproduce_remarks.h"

namespace gleaner {
namespace {

using Json = nlohmann::ordered_json;  // writes what is not finite as null

Json estimate_json(const Estimate& e) { return {{"mean", e.mean}, {"std_error", e.std_error}}; }

void add_compared(Json& row, const std::string& prefix, const std::optional<Compared>& compared) {
  if (!compared) return;
  Json published = {{"mean", compared->published.mean}, {"std_error", nullptr}};
  if (compared->published.std_error) published["std_error"] = *compared->published.std_error;
  row[prefix + "published"] = published;
  row[prefix + "deviation"] = compared->deviation;
}

Json times_json(const Reproduction& r) {
  Json rows = Json::array();
  for (const TimeRow& row : r.times) {
    Json j;
    j["scheme"] = row.scheme_key;
    j["grid"] = row.grid == Grid::integer ? "integer" : "none";
    j["method"] = key_of(row.method);
    j["lost"] = row.lost;
    j["blocks"] = row.blocks;
    j["time"] = estimate_json(row.time);
    add_compared(j, "", row.compared);
    rows.push_back(std::move(j));
  }
  return rows;
}

void add_residuals(Json& to, const std::vector<ResidualRow>& rows, std::string_view original) {
  for (const ResidualRow& row : rows) {
    Json j;
    j["method"] = row.method == PaperMethod::original ? original : key_of(row.method);
    j["blocks"] = row.blocks;
    j["deadline"] = row.deadline;
    j["norm"] = estimate_json(row.norm);
    add_compared(j, "norm_", row.norm_compared);
    j["square"] = estimate_json(row.square);
    add_compared(j, "square_", row.square_compared);
    to.push_back(std::move(j));
  }
}

Json orders_json(const Reproduction& r) {
  Json rows = Json::array();
  for (const OrderRow& row : r.orders) {
    rows.push_back({{"scheme", row.scheme_key},
                    {"order", row.order},
                    {"blocks", row.blocks},
                    {"q_max", row.q_max},
                    {"q_max_lower_bound", row.lower_bound}});
  }
  return rows;
}

Json stability_json(const Reproduction& r) {
  Json rows = Json::array();
  for (const StabilityRow& row : r.stability) {
    rows.push_back({{"scheme", row.scheme_key},
                    {"code", row.code},
                    {"blocks", row.blocks},
                    {"worst_condition", row.condition},
                    {"error_p50", row.error_p50},
                    {"error_p99", row.error_p99}});
  }
  return rows;
}

}  // namespace

std::string json_of(const Reproduction& r) {
  Json j;
  j["seed"] = r.seed;
  j["trials"] = {{"exact", r.time_trials}, {"approximate", r.residual_trials}};
  const Agreement a = agreement_of(r);
  j["agreement"] = nullptr;
  if (r.has_paper) j["agreement"] = {{"rows", a.rows}, {"beyond_4", a.beyond}, {"worst", a.worst}};
  j["exact_completion_time"] = times_json(r);
  j["approximate"] = Json::array();
  add_residuals(j["approximate"], r.residuals, "original_fixed_sums");
  add_residuals(j["approximate"], r.shipping_original, "original_encodes_late");
  j["q_max"] = orders_json(r);
  j["stability"] = stability_json(r);
  j["plain_sum_error_p99"] = r.plain_sum_p99;
  j["remarks"] = Json::array();
  for (const Remark& remark : remarks_on(r)) {
    j["remarks"].push_back({{"title", remark.title}, {"text", remark.text}});
  }
  return j.dump(2);
}

}  // namespace gleaner
