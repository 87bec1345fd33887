#include "coding/edge_colouring.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "base/check.h"

namespace gleaner {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

// Colours the edges one by one. Edge (u, v): if a colour is free at both ends, take it. Otherwise a is free
// at u and b at v; exchange a and b on the path that leaves v along a. In a bipartite graph that path
// arrives on the side of u only along a, so it never ends in u, and afterwards a is free at both
// (Kempe 1879, Koenig 1916).
class Colourer {
 public:
  Colourer(std::size_t left, std::size_t right, std::size_t colours)
      : left_(left),
        colours_(colours),
        words_((colours + 63) / 64),
        at_((left + right) * colours, kNone),
        free_((left + right) * words_, 0) {
    for (std::size_t node = 0; node < left + right; ++node) {
      for (std::size_t c = 0; c < colours; ++c) flip_free(node, c);
    }
  }

  void place(BipartiteEdge edge) {
    const std::size_t u = edge.left;
    const std::size_t v = left_ + edge.right;
    std::size_t c = common_free(u, v);
    if (c == colours_) {
      c = common_free(u, u);
      const std::size_t b = common_free(v, v);
      GLEANER_CHECK(c < colours_ && b < colours_, "a node has more edges than there are colours");
      exchange(v, c, b);
    }
    at_[u * colours_ + c] = static_cast<std::uint32_t>(v);
    at_[v * colours_ + c] = static_cast<std::uint32_t>(u);
    flip_free(u, c);
    flip_free(v, c);
  }

  // The colour of an edge that was placed; of parallel edges another one with every call.
  std::uint32_t take(BipartiteEdge edge) {
    const auto colours = std::span(at_).subspan(edge.left * colours_, colours_);
    const auto it = std::find(colours.begin(), colours.end(), left_ + edge.right);
    *it = kNone;
    return static_cast<std::uint32_t>(it - colours.begin());
  }

 private:
  void flip_free(std::size_t node, std::size_t c) {
    free_[node * words_ + c / 64] ^= std::uint64_t{1} << (c % 64);
  }

  // The lowest colour that is free at both nodes, colours_ if none.
  [[nodiscard]] std::size_t common_free(std::size_t u, std::size_t v) const {
    for (std::size_t w = 0; w < words_; ++w) {
      const std::uint64_t both = free_[u * words_ + w] & free_[v * words_ + w];
      if (both != 0) return w * 64 + static_cast<std::size_t>(std::countr_zero(both));
    }
    return colours_;
  }

  // Exchanges colours a and b on the path that starts at `node` with a. Every node of the path has its edges
  // of both colours on it, if it has them at all: exchanging the two entries of the node is enough.
  void exchange(std::size_t node, std::size_t a, std::size_t b) {
    for (std::size_t along = a;; along = (along == a ? b : a)) {
      std::uint32_t* const at = &at_[node * colours_];
      const std::uint32_t next = at[along];
      std::swap(at[a], at[b]);
      if ((at[a] == kNone) != (at[b] == kNone)) {
        flip_free(node, a);
        flip_free(node, b);
      }
      if (next == kNone) return;
      node = next;
    }
  }

  std::size_t left_;
  std::size_t colours_;
  std::size_t words_;              // 64-bit words per node in free_
  std::vector<std::uint32_t> at_;  // node x colour -> the node at the other end; right nodes count from left_
  std::vector<std::uint64_t> free_;  // node -> set of free colours
};

}  // namespace

std::vector<std::uint32_t> colour_edges(std::span<const BipartiteEdge> edges, std::size_t left_nodes,
                                        std::size_t right_nodes, std::size_t colours) {
  GLEANER_CHECK(colours >= 1, "edges cannot be coloured without a colour");
  Colourer colourer(left_nodes, right_nodes, colours);
  for (const BipartiteEdge edge : edges) colourer.place(edge);
  std::vector<std::uint32_t> result;
  result.reserve(edges.size());
  for (const BipartiteEdge edge : edges) result.push_back(colourer.take(edge));
  return result;
}

}  // namespace gleaner
