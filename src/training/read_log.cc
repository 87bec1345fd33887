#include "training/read_log.h"

#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "training/log_line.h"

namespace gleaner {
namespace {

using Json = nlohmann::json;

// A reason in the words of one line; the caller adds file and number.
Error not_so(std::string what) { return bad_input(std::move(what)); }

const Json* member(const Json& json, const char* key) {
  const auto at = json.find(key);
  return at == json.end() ? nullptr : &*at;
}

std::optional<std::uint64_t> count_of(const Json& json, const char* key) {
  const Json* const value = member(json, key);
  if (value == nullptr || !value->is_number_unsigned()) return std::nullopt;
  return value->get<std::uint64_t>();
}

std::optional<double> seconds_of(const Json& json) {
  const Json* const value = member(json, "seconds");
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double seconds = value->get<double>();
  return std::isfinite(seconds) && seconds >= 0 ? std::optional(seconds) : std::nullopt;
}

Result<std::size_t> workers_of(const Json& start) {
  if (member(start, "type") == nullptr || start["type"] != "start")
    return not_so("it is not the start of a run");
  const std::optional<std::uint64_t> workers = count_of(start, "workers");
  if (!workers || *workers == 0) return not_so("it does not say how many workers there are");
  return static_cast<std::size_t>(*workers);
}

Result<ChunkTime> chunk_of(const Json& json, std::size_t workers) {
  const bool record = json.is_object();
  const std::optional<std::uint64_t> worker = record ? count_of(json, "worker") : std::nullopt;
  const std::optional<std::uint64_t> chunk = record ? count_of(json, "chunk") : std::nullopt;
  const std::optional<double> seconds = record ? seconds_of(json) : std::nullopt;
  if (!worker || !chunk || !seconds || *chunk > UINT32_MAX)
    return not_so("one of its chunk_times has no worker, chunk or seconds");
  if (*worker >= workers)
    return not_so(fmt::format("it names worker {}, but there are {} workers", *worker, workers));
  ChunkTime time;
  time.worker = WorkerId(static_cast<std::uint32_t>(*worker));
  time.chunk = ChunkId(static_cast<std::uint32_t>(*chunk));
  time.seconds = *seconds;
  return time;
}

Result<LoggedRound> round_of(const Json& json, std::size_t workers) {
  const std::optional<std::uint64_t> number = count_of(json, "round");
  const std::optional<double> seconds = seconds_of(json);
  if (!number) return not_so("its round has no number");
  if (!seconds) return not_so("its round does not say how many seconds it took");
  const Json* const times = member(json, "chunk_times");
  if (times == nullptr || !times->is_array()) return not_so("its round has no chunk_times");
  LoggedRound round{*number, *seconds, {}};
  for (const Json& each : *times) {
    const Result<ChunkTime> time = chunk_of(each, workers);
    if (!time) return time.error();
    round.chunk_times.push_back(time.value());
  }
  return round;
}

// One whole line. REQUIRES: times.workers is that of the first line, if this is not the first.
Status read_line(const Json& json, bool first, LoggedTimes& times) {
  if (!json.is_object()) return not_so("it is not a JSON object");
  if (first) {
    const Result<std::size_t> workers = workers_of(json);
    if (!workers) return workers.error();
    times.workers = workers.value();
    return {};
  }
  if (member(json, "type") == nullptr || json["type"] != "round") return {};
  Result<LoggedRound> round = round_of(json, times.workers);
  if (!round) return round.error();
  if (!times.rounds.empty() && round.value().round <= times.rounds.back().round) {
    return not_so(fmt::format("round {} follows round {}", round.value().round, times.rounds.back().round));
  }
  times.rounds.push_back(std::move(round).value());
  return {};
}

}  // namespace

bool is_run_log(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

Result<LoggedTimes> read_logged_times(std::string_view log, std::string_view name) {
  LoggedTimes times;
  for (std::size_t line = 1; !log.empty(); ++line) {
    const std::size_t end = log.find('\n');
    const bool whole = end != std::string_view::npos;
    const Json json = parse_log_line(log.substr(0, end));
    log.remove_prefix(whole ? end + 1 : log.size());
    if (!whole && json.is_null() && line > 1) break;  // whoever wrote it was stopped here
    if (const Status good = read_line(json, line == 1, times); !good) {
      return bad_input(fmt::format("{}, line {}: {}", name, line, good.error().what),
                       "name a log that gleaner train --log FILE.jsonl wrote");
    }
  }
  if (times.rounds.empty()) {
    return bad_input(fmt::format("{}: it speaks of no round", name),
                     "name the log of a run that ended at least one round");
  }
  return times;
}

}  // namespace gleaner
