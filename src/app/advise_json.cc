#include <cmath>

#include <nlohmann/json.hpp>

#include "app/advise_reasons.h"
#include "app/advise_report.h"
#include "app/advise_spec.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

using Json = nlohmann::ordered_json;

Json number(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

Json recovery_json(const Recovery& r) {
  if (r.kind == Recovery::Kind::exact) return "exact";
  if (r.kind == Recovery::Kind::residual) return "residual=" + number_text(r.residual);
  return "deadline=" + duration_text(r.deadline);
}

Json row_of(const AdviseOptions& o, const TriedSetting& t) {
  const StudySummary& s = t.summary;
  const bool uncoded = t.setting.method == Method::uncoded;
  Json j;
  j["method"] = name_of(t.setting.method);
  j["scheme"] = uncoded ? Json(nullptr) : Json(name_of(t.setting.scheme));
  j["replication"] = t.setting.replication;
  j["blocks"] = t.setting.blocks;
  j["recovery"] = recovery_json(t.setting.recovery);
  j["completion_time"] = {{"mean", number(s.time.mean)},
                          {"std_error", number(s.time.std_error)},
                          {"p50", number(s.p50)},
                          {"p99", number(s.p99)}};
  j["time_to_uncoded"] = {{"ratio", number(t.to_uncoded.ratio)},
                          {"low", number(t.to_uncoded.low)},
                          {"high", number(t.to_uncoded.high)}};
  j["relative_residual"] = number(t.relative_residual);
  j["bytes_to_server"] = number(s.bytes_to_server);
  j["bytes_to_workers"] = number(s.bytes_to_workers);
  j["worker_memory_bytes"] = t.worker_memory;
  j["server_memory_bytes"] = t.server_memory;
  j["tolerated_losses"] = t.setting.tolerated_losses();
  j["within_limits"] = t.allowed;
  j["trials"] = s.trials;
  j["failed"] = s.failed;
  j["reason"] = s.reason;
  j["command"] = train_command_line(o, t.setting);
  return j;
}

}  // namespace

std::string advise_json(const AdviseOptions& o, const Advice& advice, const std::string& note) {
  Json j;
  j["seed"] = o.seed;
  j["settings"] = advice.settings;
  j["settings_too_large"] = advice.too_large;
  j["advice"] = row_of(o, advice.best);
  j["others"] = Json::array();
  for (const TriedSetting& t : advice.others) j["others"].push_back(row_of(o, t));
  j["uncoded"] = row_of(o, advice.uncoded);
  j["with_more_memory"] = nullptr;
  if (advice.with_more_memory) j["with_more_memory"] = row_of(o, *advice.with_more_memory);
  j["time_parts"] = {{"work", number(advice.parts.work)},
                     {"slow_workers", number(advice.parts.slow)},
                     {"network", number(advice.parts.network)}};
  j["limited_by"] = std::isfinite(advice.parts.work) ? Json(limited_by(advice.parts)) : Json(nullptr);
  j["why"] = advise_reasons(o, advice);
  j["notes"] = Json::array();
  if (!note.empty()) j["notes"].push_back(note);
  return j.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gleaner
