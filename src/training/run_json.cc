#include "training/run_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "training/ledger_json.h"

namespace gleaner {
namespace {

using Json = nlohmann::ordered_json;  // keys stay in the order in which they are given

// Doubles come out in the shortest form that reads back alike, NaN as null. A name from the command line
// may hold bytes that are not UTF-8: they are replaced, not thrown about.
std::string text(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json json_of(const RunSummary& s) {
  Json json = {{"method", s.method},
               {"policy", s.policy},
               {"status", s.status},
               {"reason", s.reason},
               {"seed", s.seed},
               {"rounds", s.rounds},
               {"seconds_per_round", {{"mean", s.seconds_per_round.mean}, {"p95", s.seconds_per_round.p95}}},
               {"loss", s.loss},
               {"accuracy", s.accuracy},
               {"test_accuracy", s.test_accuracy},
               {"chunks_completed", s.chunks_completed},
               {"chunks_used", s.chunks_used},
               {"bytes_to_server", s.bytes_to_server},
               {"bytes_to_workers", s.bytes_to_workers},
               {"gradient_error_max", s.gradient_error_max},
               {"workers_lost", s.workers_lost},
               {"epochs_max", s.epochs_max},
               {"ledger", ledger_of_run(s.ledger)}};
  if (!std::isnan(s.clairvoyant_placed)) {
    json["clairvoyant"] = {{"free", s.clairvoyant_free}, {"placed", s.clairvoyant_placed}};
    json["ratio_to_clairvoyant"] = s.seconds_per_round.mean / s.clairvoyant_placed;
  }
  return json;
}

Json json_of(const ChunkTime& c) {
  return {{"worker", c.worker.value},
          {"chunk", c.chunk.value},
          {"seconds", c.seconds},
          {"drawn_seconds", c.drawn_seconds}};
}

}  // namespace

double percentile(std::span<const double> values, double q) {
  GLEANER_CHECK(q >= 0 && q <= 1, "a percentile outside 0..1");
  if (values.empty()) return kNotMeasured;
  std::vector<double> sorted(values.begin(), values.end());
  // 0.95 x 20 is 19 and not a little more: the error of the product must not push the rank up.
  const double exact = q * static_cast<double>(sorted.size());
  const auto rank = static_cast<std::size_t>(std::ceil(exact * (1 - 1e-12)));
  const std::size_t index = std::clamp<std::size_t>(rank, 1, sorted.size()) - 1;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(index), sorted.end());
  return sorted[index];
}

RunSummary::Seconds summarize_seconds(std::span<const double> seconds) {
  if (seconds.empty()) return {};
  double sum = 0;
  for (const double s : seconds) sum += s;
  return {sum / static_cast<double>(seconds.size()), percentile(seconds, 0.95)};
}

std::string to_json(const StartRecord& r) {
  Json json{{"type", "start"},
            {"method", r.method},
            {"policy", r.policy},
            {"margin", r.margin},
            {"objective", r.objective},
            {"data", r.data},
            {"samples", r.samples},
            {"parameters", r.parameters},
            {"workers", r.workers},
            {"chunks", r.chunks},
            {"replication", r.replication},
            {"blocks", r.blocks},
            {"recovery", r.recovery},
            {"fingerprint", r.fingerprint},
            {"optimizer", r.optimizer},
            {"learning_rate", r.learning_rate},
            {"l2", r.l2},
            {"seed", r.seed},
            {"rounds", r.rounds}};
  if (r.local_steps > 0) {
    json["local_steps"] = r.local_steps;
    json["local_learning_rate"] = r.local_learning_rate;
    json["prox"] = r.prox;
  }
  if (r.after > 0) json["after"] = r.after;
  return text(json, -1);
}

std::string to_json(const RoundRecord& r) {
  Json reencoded_workers = Json::array();
  for (const WorkerId worker : r.reencoded_workers) reencoded_workers.push_back(worker.value);
  Json chunk_times = Json::array();
  for (const ChunkTime& chunk : r.chunk_times) chunk_times.push_back(json_of(chunk));
  return text({{"type", "round"},
               {"round", r.round},
               {"seconds", r.seconds},
               {"loss", r.loss},
               {"accuracy", r.accuracy},
               {"test_accuracy", r.test_accuracy},
               {"learning_rate", r.learning_rate},
               {"residual", r.residual},
               {"chunks_completed", r.chunks_completed},
               {"chunks_used", r.chunks_used},
               {"bytes_to_server", r.bytes_to_server},
               {"bytes_to_workers", r.bytes_to_workers},
               {"gradient_error", r.gradient_error},
               {"epoch", r.epoch},
               {"reencoded", r.reencoded},
               {"reencoded_workers", std::move(reencoded_workers)},
               {"workers", r.workers},
               {"vector_bytes", r.vector_bytes},
               {"ledger", ledger_of_round(r.ledger)},
               {"chunk_times", std::move(chunk_times)}},
              -1);
}

std::string to_json_line(const RunSummary& summary) {
  Json json = {{"type", "summary"}};
  json.update(json_of(summary));
  return text(json, -1);
}

std::string to_json(const RunSummary& summary) { return text(json_of(summary), 2); }

std::string to_json(std::span<const RunSummary> compared) {
  Json json = Json::object();
  for (const RunSummary& summary : compared) json[summary.method] = json_of(summary);
  return text(json, 2);
}

}  // namespace gleaner
