// Maximum flow and minimum cut in small directed networks. Internal to coding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gleaner {

/// Dinic's algorithm (1970): blocking flows along shortest paths. Capacities are integers. Not thread safe.
class MaxFlow {
 public:
  explicit MaxFlow(std::size_t nodes) : first_(nodes, kNone) {}

  void add_edge(std::size_t from, std::size_t to, std::int64_t capacity);

  /// Sends as much as possible from `source` to `sink` and returns the amount. Call once.
  /// REQUIRES: source != sink. O(nodes^2 edges) at worst; near edges sqrt(nodes) on the networks of this
  /// room.
  std::int64_t run(std::size_t source, std::size_t sink);

  /// After run(): whether `node` lies on the source's side of the minimum cut that is nearest to the source.
  [[nodiscard]] bool on_source_side(std::size_t node) const { return level_[node] != kNone; }

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  // Edge e and its reverse e ^ 1 stand together.
  struct Edge {
    std::uint32_t to;
    std::uint32_t next;  // of the same node
    std::int64_t left;   // capacity that is not used
  };

  bool find_levels(std::size_t source, std::size_t sink);
  std::int64_t push_one_path(std::size_t source, std::size_t sink);

  std::vector<std::uint32_t> first_;  // node -> its edges
  std::vector<Edge> edges_;
  std::vector<std::uint32_t> level_;  // distance from the source, kNone if out of reach
  std::vector<std::uint32_t> current_;
  std::vector<std::uint32_t> path_;
};

}  // namespace gleaner
