// What a simulated cluster has to live with: slow workers, losses, a network, a server that looks up now and
// then. All of it is data, and this is the one place that lists it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sim/cluster.h"
#include "sim/network_model.h"
#include "work/faults.h"
#include "work/speeds.h"

namespace gleaner {

/// Four models and nothing drawn from them yet. Value type. The defaults disturb nothing: every chunk takes
/// 1 s, nobody is lost, messages arrive at once.
///
// clang-format off
/// | field   | flag      | grammar             | what it decides                                      |
/// | ------- | --------- | ------------------- | ---------------------------------------------------- |
/// | speeds  | --speeds  | work/speeds.h       | how long each chunk takes, per round and worker      |
/// | faults  | --faults  | work/faults.h       | who is lost when, at which step; the server's losses |
/// | network | --network | sim/network_model.h | latency, bandwidth, loss, order, partitions          |
/// | grid    | --grid    | none, integer       | when the server looks at the clock                   |
// clang-format on
struct Conditions {
  SpeedModel speeds;
  FaultModel faults;  ///< drawn anew for each trial
  NetworkModel network;
  Grid grid = Grid::none;

  /// The same as texts, as they stand behind the flags.
  struct Texts {
    std::string speeds = "none";
    std::string faults = "none";
    std::string network = "ideal";
    std::string grid = "none";
  };
  /// Times may be plain numbers, in seconds. Errors name the flag, the bad part and what was expected.
  static Result<Conditions> parse(const Texts& texts);

  /// Errors: a model names a worker or round that does not exist, or asks for more workers than there are.
  [[nodiscard]] Status check(std::size_t workers, std::uint64_t rounds) const;

  /// Sets speeds, network and grid of `cluster`. The losses are no part of a cluster: they are scheduled for
  /// each trial (sim/model_faults.h).
  void apply_to(ClusterSpec& cluster) const;
};

}  // namespace gleaner
