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
        place_(graph.size(), kNowhere),
        random_({.seed = seed, .purpose = Purpose::frame, .position = 2}) {
    for (std::size_t& c : colour_) {
      if (c >= colours) c = random_.below(colours);
    }
    for (std::uint32_t v = 0; v < graph.size(); ++v) {
      for (const std::uint32_t w : graph[v]) ++near_[v * colours + colour_[w]];
      conflicts_ += near_[v * colours + colour_[v]];
      update(v);
    }
    conflicts_ /= 2;
  }

  bool search(std::size_t work) {
    std::int64_t fewest = conflicts_;
    std::size_t done = 0;
    for (std::size_t step = 1; conflicts_ > 0 && done < work; ++step) {
      done += in_conflict_.size() * colours_;
      const Move move = best_move(step, fewest);
      if (move.change == kNoMove) continue;  // everything is tabu: wait
      done += graph_[move.vertex].size();
      recolour(move, step);
      fewest = std::min(fewest, conflicts_);
    }
    return conflicts_ == 0;
  }

  [[nodiscard]] std::vector<std::size_t> take() { return std::move(colour_); }

 private:
  static constexpr std::uint32_t kNowhere = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::int64_t kNoMove = std::numeric_limits<std::int64_t>::max();

  struct Move {
    std::uint32_t vertex = 0;
    std::size_t colour = 0;
    std::int64_t change = kNoMove;  // of the number of conflicts
  };

  // Among the moves of vertices in conflict the one with the least change, ties broken at random. A tabu is
  // lifted for a move to fewer conflicts than ever before.
  Move best_move(std::size_t step, std::int64_t fewest) {
    Move best;
    std::uint64_t ties = 0;
    for (const std::uint32_t v : in_conflict_) {
      const std::int64_t own = near_[v * colours_ + colour_[v]];
      for (std::size_t c = 0; c < colours_; ++c) {
        const std::int64_t change = near_[v * colours_ + c] - own;
        if (c == colour_[v] || change > best.change) continue;
        if (free_from_[v * colours_ + c] > step && conflicts_ + change >= fewest) continue;
        if (change < best.change) ties = 0;
        if (random_.below(++ties) == 0) best = {v, c, change};
      }
    }
    return best;
  }

  void recolour(const Move& move, std::size_t step) {
    const std::size_t old = colour_[move.vertex];
    // Galinier and Hao 1999: six tenths of the conflicting vertices and a little noise.
    free_from_[move.vertex * colours_ + old] = step + 1 + random_.below(10) + 6 * in_conflict_.size() / 10;
    colour_[move.vertex] = move.colour;
    conflicts_ += move.change;
    for (const std::uint32_t w : graph_[move.vertex]) {
      --near_[w * colours_ + old];
      ++near_[w * colours_ + move.colour];
      update(w);
    }
    update(move.vertex);
  }

  // Puts v into the list of vertices in conflict, or takes it out.
  void update(std::uint32_t v) {
    const bool in = near_[v * colours_ + colour_[v]] > 0;
    if (in == (place_[v] != kNowhere)) return;
    if (in) {
      place_[v] = static_cast<std::uint32_t>(in_conflict_.size());
      in_conflict_.push_back(v);
    } else {
      const std::uint32_t last = in_conflict_.back();
      in_conflict_[place_[v]] = last;
      place_[last] = place_[v];
      place_[v] = kNowhere;
      in_conflict_.pop_back();
    }
  }

  const Neighbours& graph_;
  std::size_t colours_;
  std::vector<std::size_t> colour_;
  std::vector<std::int32_t> near_;      // vertex x colour -> neighbours of that colour
  std::vector<std::size_t> free_from_;  // vertex x colour -> first step in which it is allowed again
  std::vector<std::uint32_t> place_;    // vertex -> where it stands in in_conflict_
  std::vector<std::uint32_t> in_conflict_;
  Random random_;
  std::int64_t conflicts_ = 0;  // edges whose ends have one colour
};

}  // namespace

std::optional<std::vector<std::size_t>> tabu_colouring(const Neighbours& graph,
                                                       std::vector<std::size_t> start, std::size_t colours,
                                                       std::size_t work, std::uint64_t seed) {
  Tabu tabu(graph, std::move(start), colours, seed);
  if (!tabu.search(work)) return std::nullopt;
  return tabu.take();
}

}  // namespace gleaner
