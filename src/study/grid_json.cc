#include "study/grid_json.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "study/grid_marks.h"

namespace gleaner {
namespace {

using Json = nlohmann::ordered_json;

Json number(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

Json ratio_json(const Ratio& r) {
  return {{"ratio", number(r.ratio)}, {"low", number(r.low)}, {"high", number(r.high)}};
}

Json row_json(const GridCell& cell, const GridRow& row) {
  const StudySummary& s = row.summary;
  Json j;
  j["policy"] = row.policy.name;
  j["completion_time"] = {{"mean", number(s.time.mean)},
                          {"std_error", number(s.time.std_error)},
                          {"p50", number(s.p50)},
                          {"p99", number(s.p99)}};
  j["to_paper"] = ratio_json(row.to_paper);
  j["to_clairvoyant"] = ratio_json(row.to_bound);
  j["messages_per_worker"] = number(s.messages / static_cast<double>(cell.workers));
  j["chunks_completed"] = number(s.chunks_completed);
  j["asked"] = number(s.asked);
  j["failed"] = s.failed;
  j["dominance_violations"] = row.behind_static ? Json(*row.behind_static) : Json(nullptr);
  return j;
}

Json cell_json(const GridCell& cell) {
  using Part = GridCondition::Part;
  const Part part = cell.condition.part;
  Json j;
  j["part"] = part == Part::headline ? "headline" : part == Part::grid ? "grid" : "other";
  j["name"] = cell.condition.name;
  j["placement"] = cell.condition.cyclic ? "cyclic" : "given";
  j["noise"] = part == Part::grid ? Json(cell.condition.noise) : Json(nullptr);
  j["redraw"] = part == Part::grid ? Json(cell.condition.redraw) : Json(nullptr);
  j["speeds"] = cell.condition.speeds.text();
  j["blocks"] = cell.blocks;
  j["lost_at_start"] = cell.lost;
  j["trials"] = cell.trials;
  j["rounds"] = cell.rounds;
  j["clairvoyant"] = number(cell.bound);
  j["rows"] = Json::array();
  for (const GridRow& row : cell.rows) j["rows"].push_back(row_json(cell, row));
  return j;
}

Json head_of(const GridOptions& o, bool complete) {
  Json j;
  j["seed"] = o.seed;
  j["complete"] = complete;
  j["workers"] = o.placement.workers();
  j["replication"] = o.placement.replication_min();
  j["plan_time"] = seconds(o.planning);
  return j;
}

std::string text_of(const Json& j) { return j.dump(2, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::string grid_json(const GridOptions& options, const PolicyGrid& grid) {
  Json j = head_of(options, grid.complete);
  j["cells"] = Json::array();
  for (const GridCell& cell : grid.cells) j["cells"].push_back(cell_json(cell));
  j["marks"] = Json::array();
  for (const GridMark& m : grid_marks(grid)) {
    j["marks"].push_back({{"claim", m.claim},
                          {"limit", m.limit},
                          {"found", number(m.found)},
                          {"where", m.where},
                          {"cells", m.cells},
                          {"missed", m.missed},
                          {"holds", m.holds()}});
  }
  return text_of(j);
}

std::string losses_json(const GridOptions& options, const LossStudy& study) {
  Json j = head_of(options, study.complete);
  j["trials"] = study.trials;
  j["rounds"] = study.rounds;
  j["losses"] = Json::array();
  for (const LossRow& r : study.rows) {
    j["losses"].push_back({{"blocks", r.blocks},
                           {"policy", r.policy},
                           {"margin", r.margin},
                           {"at", r.moment},
                           {"time", {{"mean", number(r.time.mean)}, {"std_error", number(r.time.std_error)}}},
                           {"cost",
                            {{"mean", number(r.cost.mean)},
                             {"std_error", number(r.cost.std_error)},
                             {"p99", number(r.cost_p99)}}},
                           {"lost_after_signal", r.lost},
                           {"uncovered", r.uncovered},
                           {"failed", r.failed}});
  }
  return text_of(j);
}

}  // namespace gleaner
