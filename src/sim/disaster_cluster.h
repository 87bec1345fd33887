// A random cluster for the disasters: everything about it is a pure function of one seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "sim/cluster.h"
#include "sim/disaster_storm.h"
#include "sim/disaster_vectors.h"

namespace gleaner {

/// What was drawn. Value type; the plan is shared.
struct DisasterCluster {
  std::uint64_t seed = 1;
  ClusterSpec spec;
  StormOptions storm;
  BadNumbers bad;
  double condition = 1;  ///< the worst over the sets of l holders that can meet
  std::string scheme;    ///< cyclic, fractional-repetition, regular-graph
  std::string order;
  std::string frame;

  /// As flags of `gleaner simulate`, where there are flags: one line.
  [[nodiscard]] std::string flags() const;
  /// In words: what flags cannot say. One line.
  [[nodiscard]] std::string words() const;
};

/// 2 to 40 workers, all methods, schemes, frames, orders, rules of recovery, policies, speeds and networks.
/// `forced`: with this policy, where the method knows it, in place of the one that is drawn; all else is the
/// same.
[[nodiscard]] DisasterCluster draw_disaster_cluster(std::uint64_t seed, std::optional<Policy> forced = {});

}  // namespace gleaner
