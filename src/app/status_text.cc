#include "app/status_text.h"

#include <cmath>
#include <cstdint>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace gleaner {
namespace {

// What stands under `key` in an answer that may be anything; nothing where it is not there or of another
// kind.
std::optional<double> number(const nlohmann::json& j, const char* key) {
  if (!j.is_object() || !j.contains(key) || !j[key].is_number()) return std::nullopt;
  return j[key].get<double>();
}
std::uint64_t count(const nlohmann::json& j, const char* key) {
  if (!j.is_object() || !j.contains(key) || !j[key].is_number_unsigned()) return 0;
  return j[key].get<std::uint64_t>();
}
// Nothing in it moves the cursor of a terminal.
std::string words(const nlohmann::json& j, const char* key) {
  if (!j.is_object() || !j.contains(key) || !j[key].is_string()) return "";
  auto text = j[key].get<std::string>();
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  return text;
}

}  // namespace

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
  if (!j.is_object() || !j.contains("workers") || !j["workers"].is_array())
    return run_failed("the server's answer is no status", "ask a server of this release");
  std::string text =
      fmt::format("{}: round {} of {}", words(j, "phase"), count(j, "round"), count(j, "rounds"));
  if (words(j, "phase") == "stalled") text += ", too few workers are here: it waits for more";
  if (const auto loss = number(j, "loss")) text += fmt::format(", loss {:.4f}", *loss);
  if (const auto last = number(j, "seconds_of_last_round"))
    text += fmt::format(", last round {:.1f} ms", 1e3 * *last);
  text += fmt::format(", {} spares\n\n{:>6}  {:<8} {:>4} {:>6}  {:>9}  {:>9} {:>9}  {}\n", count(j, "spares"),
                      "worker", "state", "life", "losses", "suspicion", "silent", "gives up", "from");
  for (const auto& w : j["workers"]) {
    const std::string state = words(w, "state");
    const bool heard = state == "here" || state == "leaving";
    const auto shown = [&](const char* key, double unit, fmt::format_string<double> format) {
      return heard ? fmt::format(format, unit * number(w, key).value_or(0)) : "-";
    };
    text += fmt::format("{:>6}  {:<8} {:>4} {:>6}  {:>9}  {:>9} {:>9}  {}\n", count(w, "worker"), state,
                        count(w, "life"), count(w, "losses"), shown("suspicion", 100, "{:.0f} %"),
                        shown("silent_seconds", 1e3, "{:.0f} ms"),
                        shown("given_up_after_seconds", 1, "{:.1f} s"), words(w, "from"));
  }
  return text;
}

}  // namespace gleaner
