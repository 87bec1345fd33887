#include "sim/conditions.h"

#include <algorithm>
#include <array>
#include <utility>

#include "work/spec_grammar.h"

namespace gleaner {
namespace {

constexpr std::array<std::string_view, 2> kGrids = {"none", "integer"};

}  // namespace

Result<Conditions> Conditions::parse(const Texts& texts) {
  Result<SpeedModel> speeds = SpeedModel::parse(texts.speeds, TimeUnits::optional);
  if (!speeds) return speeds.error();
  Result<FaultModel> faults = FaultModel::parse(texts.faults, FaultScope::simulation);
  if (!faults) return faults.error();
  Result<NetworkModel> network = NetworkModel::parse(texts.network, TimeUnits::optional);
  if (!network) return network.error();
  const auto grid = std::ranges::find(kGrids, texts.grid);
  if (grid == kGrids.end()) return unknown_name("--grid", "value", texts.grid, kGrids);
  return Conditions{std::move(speeds).value(), std::move(faults).value(), std::move(network).value(),
                    static_cast<Grid>(grid - kGrids.begin())};
}

Status Conditions::check(std::size_t workers, std::uint64_t rounds) const {
  if (Status s = speeds.check(workers); !s) return s;
  if (Status s = network.check(workers); !s) return s;
  if (Status s = network.check_rounds(rounds); !s) return s;
  // Which workers and rounds the seed takes decides nothing of whether there are enough of them.
  if (const auto drawn = faults.schedule(0, workers, rounds); !drawn) return drawn.error();
  if (const auto drawn = faults.server_schedule(0, rounds); !drawn) return drawn.error();
  return {};
}

void Conditions::apply_to(ClusterSpec& cluster) const {
  cluster.speeds = speeds;
  cluster.network = network;
  cluster.grid = grid;
}

}  // namespace gleaner
