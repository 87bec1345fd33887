#include <cmath>

#include <nlohmann/json.hpp>

#include "app/simulate_report.h"
#include "training/ledger_json.h"

namespace gleaner {
namespace {

using Json = nlohmann::ordered_json;

Json number(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

Json residual_of(const SimulateResult& r) {
  const Estimate& e = r.summary.residual_norm;
  Json entry;
  entry["mean"] = number(e.mean);
  entry["std_error"] = number(e.std_error);
  entry["mean_square"] = number(e.mean_square);
  return {{r.row.residual_key(), entry}};
}

Json time_of(const StudySummary& s) {
  Json j;
  j["mean"] = number(s.time.mean);
  j["std_error"] = number(s.time.std_error);
  j["p50"] = number(s.p50);
  j["p99"] = number(s.p99);
  return j;
}

Json ratio_of(const Ratio& r) {
  return {{"ratio", number(r.ratio)}, {"low", number(r.low)}, {"high", number(r.high)}};
}

void add_names(Json& j, const SimulateResult& r) {
  const TrialsSpec& study = r.row.study;
  j["method"] = r.row.method;
  j["policy"] = r.row.policy;
  j["margin"] = study.cluster.server.margin;
  j["order"] = r.row.order == "-" ? Json(nullptr) : Json(r.row.order);
  j["recovery"] = r.row.recovery;
  j["workers"] = study.cluster.plan->workers();
  j["chunks"] = study.cluster.plan->chunks();
  j["replication"] = r.row.replication;
  j["blocks"] = r.row.blocks;
  j["seed"] = study.seed;
  j["trials"] = r.summary.trials;
  j["rounds"] = study.cluster.rounds;
  j["failed"] = r.summary.failed;
  j["reason"] = r.summary.reason;
}

void add_counts(Json& j, const StudySummary& s) {
  j["chunks_completed"] = number(s.chunks_completed);
  j["chunks_used"] = number(s.chunks_used);
  j["messages"] = number(s.messages);
  j["bytes"] = number(s.bytes_to_server + s.bytes_to_workers);
  j["bytes_to_server"] = number(s.bytes_to_server);
  j["bytes_to_workers"] = number(s.bytes_to_workers);
  j["events"] = number(s.events);
  j["lost_after_signal"] = s.lost_after_signal;
  j["uncovered"] = s.uncovered;
  if (s.server_restarts == 0) return;
  j["server_restarts"] = s.server_restarts;
  j["rounds_repeated"] = s.rounds_repeated;
}

Json object_of(const SimulateResult& r) {
  Json j;
  add_names(j, r);
  j["completion_time"] = time_of(r.summary);
  j["time_to_first_row"] = ratio_of(r.time_to_first);
  j["residual_norm"] = residual_of(r);
  add_counts(j, r.summary);
  j["dominance_violations"] = r.behind_static ? Json(*r.behind_static) : Json(nullptr);
  j["behind_original"] = r.behind_original ? Json(*r.behind_original) : Json(nullptr);
  if (r.ledger) {
    Json ledger = ledger_of_run(r.ledger->page);
    if (ledger.is_object()) ledger["rounds"] = r.ledger->rounds;
    j["ledger"] = std::move(ledger);
  }
  if (r.bounds) {
    j["clairvoyant"] = {{"free", number(r.bounds->free.mean)}, {"placed", number(r.bounds->placed.mean)}};
    const Ratio& ratio = r.bounds->time_to_placed;
    j["ratio_to_clairvoyant"] = number(ratio.ratio);
    j["ratio_to_clairvoyant_interval"] = {number(ratio.low), number(ratio.high)};
  }
  return j;
}

}  // namespace

std::string simulate_json(std::span<const SimulateResult> results, std::span<const std::string> notes) {
  Json j;
  if (results.size() == 1) {
    j = object_of(results[0]);
  } else {
    j["seed"] = results[0].row.study.seed;
    j["rows"] = Json::array();
    for (const SimulateResult& r : results) j["rows"].push_back(object_of(r));
  }
  j["notes"] = notes;
  return j.dump(2);
}

}  // namespace gleaner
