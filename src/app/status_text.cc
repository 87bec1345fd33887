#include "app/status_text.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace gleaner {

std::string to_json(const ClusterStatus& s) {
  nlohmann::ordered_json j;
  const auto number = [](double value) {
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nullptr;
  };
  j["phase"] = s.phase;
  j["round"] = s.round;
  j["rounds"] = s.rounds;
  j["seconds"] = s.seconds;
  j["seconds_of_last_round"] = number(s.seconds_per_round);
  j["loss"] = number(s.loss);
  j["spares"] = s.spares;
  j["workers"] = nlohmann::ordered_json::array();
  for (const MemberStatus& m : s.workers) {
    nlohmann::ordered_json w;
    w["worker"] = m.worker.value;
    w["state"] = m.state;
    w["life"] = m.life;
    w["from"] = m.from;
    w["silent_seconds"] = m.silent;
    w["suspicion"] = m.suspicion;
    w["given_up_after_seconds"] = m.limit;
    w["heartbeat_seconds"] = m.interval;
    w["losses"] = m.losses;
    j["workers"].push_back(std::move(w));
  }
  return j.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<std::string> status_table(std::string_view json) {
  const nlohmann::json j = nlohmann::json::parse(json, nullptr, false);
  if (!j.is_object() || !j.contains("workers")) return run_failed("the server's answer is no status");
  std::string text =
      fmt::format("{}: round {} of {}", j.value("phase", ""), j.value("round", 0), j.value("rounds", 0));
  if (j["loss"].is_number()) text += fmt::format(", loss {:.4f}", j["loss"].get<double>());
  if (j["seconds_of_last_round"].is_number())
    text += fmt::format(", last round {:.1f} ms", 1e3 * j["seconds_of_last_round"].get<double>());
  text +=
      fmt::format(", {} spares\n\n{:>6}  {:<8} {:>4} {:>6}  {:>9}  {:>9} {:>9}  {}\n", j.value("spares", 0),
                  "worker", "state", "life", "losses", "suspicion", "silent", "gives up", "from");
  for (const auto& w : j["workers"]) {
    const std::string state = w.value("state", "");
    const bool heard = state == "here" || state == "leaving";
    text += fmt::format(
        "{:>6}  {:<8} {:>4} {:>6}  {:>9}  {:>9} {:>9}  {}\n", w.value("worker", 0), state, w.value("life", 0),
        w.value("losses", 0), heard ? fmt::format("{:.0f} %", 100 * w.value("suspicion", 0.0)) : "-",
        heard ? fmt::format("{:.0f} ms", 1e3 * w.value("silent_seconds", 0.0)) : "-",
        heard ? fmt::format("{:.1f} s", w.value("given_up_after_seconds", 0.0)) : "-", w.value("from", ""));
  }
  return text;
}

}  // namespace gleaner
