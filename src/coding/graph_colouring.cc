#include "coding/graph_colouring.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/random.h"

namespace gleaner {
namespace {

class Tabu {
 public:
  Tabu(const Neighbours& graph, std::vector<std::size_t> start, std::size_t colours, std::uint64_t seed)
      : graph_(graph),
        colours_(colours),
        colour_(std::move(start)),
        near_(graph.size() * colours, 0),
        free_from_(graph.size() * colours, 0),
        random_({.seed = seed, .purpose = Purpose::frame, .position = 2}) {
    for (std::size_t& c : colour_) {
      if (c >= colours) c = random_.below(colours);
    }
    for (std::size_t v = 0; v < graph.size(); ++v) {
      for (const std::uint32_t w : graph[v]) ++near_[v * colours + colour_[w]];
    }
    for (std::size_t v = 0; v < graph.size(); ++v) conflicts_ += near_[v * colours + colour_[v]];
    conflicts_ /= 2;
  }

  bool search(std::size_t steps) {
    std::size_t fewest = conflicts_;
    for (std::size_t step = 1; step <= steps && conflicts_ > 0; ++step) {
      const Move move = best_move(step, fewest);
      if (move.vertex == graph_.size()) continue;  // everything is tabu: wait
      recolour(move, step);
      fewest = std::min(fewest, conflicts_);
    }
    return conflicts_ == 0;
  }

  [[nodiscard]] std::vector<std::size_t> take() { return std::move(colour_); }

 private:
  struct Move {
    std::size_t vertex;
    std::size_t colour;
    std::int64_t change;  // of the number of conflicts
  };

  // Among the moves of vertices in conflict the one with the least change, ties broken at random. A tabu is
  // lifted for a move to fewer conflicts than ever before.
  Move best_move(std::size_t step, std::size_t fewest) {
    Move best{graph_.size(), 0, std::numeric_limits<std::int64_t>::max()};
    std::uint64_t ties = 0;
    in_conflict_ = 0;
    for (std::size_t v = 0; v < graph_.size(); ++v) {
      const std::int64_t own = near_[v * colours_ + colour_[v]];
      if (own == 0) continue;
      ++in_conflict_;
      for (std::size_t c = 0; c < colours_; ++c) {
        const std::int64_t change = near_[v * colours_ + c] - own;
        if (c == colour_[v] || change > best.change) continue;
        const bool best_ever =
            static_cast<std::int64_t>(conflicts_) + change < static_cast<std::int64_t>(fewest);
        if (free_from_[v * colours_ + c] > step && !best_ever) continue;
        if (change < best.change) ties = 0;
        if (random_.below(++ties) == 0) best = {v, c, change};
      }
    }
    return best;
  }

  void recolour(const Move& move, std::size_t step) {
    const std::size_t old = colour_[move.vertex];
    colour_[move.vertex] = move.colour;
    for (const std::uint32_t w : graph_[move.vertex]) {
      --near_[w * colours_ + old];
      ++near_[w * colours_ + move.colour];
    }
    conflicts_ = static_cast<std::size_t>(static_cast<std::int64_t>(conflicts_) + move.change);
    // Galinier and Hao 1999: six tenths of the conflicting vertices and a little noise.
    free_from_[move.vertex * colours_ + old] = step + 1 + random_.below(10) + 6 * in_conflict_ / 10;
  }

  const Neighbours& graph_;
  std::size_t colours_;
  std::vector<std::size_t> colour_;
  std::vector<std::int32_t> near_;      // vertex x colour -> neighbours of that colour
  std::vector<std::size_t> free_from_;  // vertex x colour -> first step in which it is allowed again
  Random random_;
  std::size_t conflicts_ = 0;    // edges whose ends have one colour
  std::size_t in_conflict_ = 0;  // vertices in conflict at the last move
};

}  // namespace

std::optional<std::vector<std::size_t>> tabu_colouring(const Neighbours& graph,
                                                       std::vector<std::size_t> start, std::size_t colours,
                                                       std::size_t steps, std::uint64_t seed) {
  Tabu tabu(graph, std::move(start), colours, seed);
  if (!tabu.search(steps)) return std::nullopt;
  return tabu.take();
}

}  // namespace gleaner
