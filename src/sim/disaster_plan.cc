#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "base/check.h"
#include "sim/disaster_cluster.h"
#include "sim/disaster_draws.h"

namespace gleaner {
namespace {

/// Frames above it are not used: floats have seven digits, and the checker wants to see an error.
constexpr double kConditionMax = 200;

struct Shape {
  Method method = Method::partial;
  std::size_t workers = 2;
  std::size_t chunks = 2;
  std::size_t replication = 1;
  std::size_t blocks = 1;
};

Shape any_shape(Dice& dice) {
  Shape s;
  s.method = dice.chance(.7) ? Method::partial : dice.chance(.67) ? Method::original : Method::uncoded;
  s.workers = dice.chance(.55) ? dice.size(2, 8) : dice.chance(.75) ? dice.size(9, 20) : dice.size(21, 40);
  s.chunks = dice.chance(.7) ? s.workers : dice.size(1, std::min<std::size_t>(48, 2 * s.workers));
  if (s.method == Method::uncoded) return s;
  s.replication = dice.size(dice.chance(.85) ? 2 : 1, std::min<std::size_t>(6, s.workers));
  // Often with copies to spare, so that a loss can be borne.
  const std::size_t spare = std::min(s.replication - 1, dice.size(0, 2));
  s.blocks = dice.chance(.45) ? 1 : std::min<std::size_t>(dice.size(2, 4), s.replication - spare);
  return s;
}

Assignment any_assignment(Dice& dice, Shape& s, std::string& name) {
  const std::uint64_t seed = dice.bits();
  const auto made = [&]() -> Result<Assignment> {
    switch (dice.size(0, 2)) {
      case 0: name = "cyclic"; return Assignment::cyclic(s.chunks, s.workers, s.replication);
      case 1:
        name = "fractional-repetition";
        return Assignment::fractional_repetition(s.chunks, s.workers, s.replication);
      default:
        name = "regular-graph";
        return Assignment::regular_graph(s.chunks, s.workers, s.replication, seed);
    }
  }();
  if (made) return made.value();
  name = "cyclic";  // the groups of fractional repetition do not come out even
  return Assignment::cyclic(s.chunks, s.workers, s.replication).value();
}

Ordering any_ordering(Dice& dice, const Assignment& a, std::string& name) {
  const std::uint64_t seed = dice.bits();
  if (dice.chance(.5)) {
    name = "optimal";
    return Ordering::optimal(a);
  }
  name = "random";
  return Ordering::random(a, seed);
}

// Colours in which the holders of every chunk differ: for each worker the first that is free.
std::vector<std::size_t> first_free_colours(const Assignment& a) {
  std::vector<std::size_t> colour(a.workers(), a.workers());
  for (std::uint32_t w = 0; w < a.workers(); ++w) {
    std::vector<bool> taken(a.workers() + 1, false);
    for (const ChunkId chunk : a.chunks_of(WorkerId(w))) {
      for (const auto& h : a.holders_of(chunk)) taken[colour[h.worker.index()]] = true;
    }
    colour[w] = static_cast<std::size_t>(std::find(taken.begin(), taken.end(), false) - taken.begin());
  }
  return colour;
}

// Frame::coloured searches for good colours and vectors longer than a hundred rounds take: here a colour is
// the first that is free and its vector a random one, which is as good for everything but the digits of the
// result.
Frame any_coloured(const Assignment& a, std::size_t blocks, std::uint64_t seed) {
  const std::vector<std::size_t> colour = first_free_colours(a);
  const Frame palette = Frame::gaussian(a.workers(), blocks, seed);
  std::vector<double> rows;
  for (const std::size_t c : colour) {
    const auto row = palette.row(WorkerId(static_cast<std::uint32_t>(c)));
    double norm = 0;
    for (const double x : row) norm += x * x;
    for (const double x : row) rows.push_back(x / std::sqrt(norm));
  }
  const std::size_t colours = 1 + *std::max_element(colour.begin(), colour.end());
  return Frame::from_rows(FrameKind::coloured, a.workers(), blocks, std::move(rows), colours).value();
}

// Empty if none of many is good enough.
std::optional<Frame> any_frame(Dice& dice, const Assignment& a, std::size_t blocks,
                               DisasterCluster& cluster) {
  if (blocks == 1 && dice.chance(.6)) {
    cluster.frame = "ones";
    cluster.condition = 1;
    return Frame::ones(a.workers());
  }
  bool coloured = dice.chance(.5);
  for (int attempt = 0; attempt < 60; ++attempt) {
    coloured = coloured || attempt >= 10;  // too many sets of holders meet for vectors that all differ
    const std::uint64_t seed = dice.bits();
    Frame frame = coloured ? any_coloured(a, blocks, seed) : Frame::gaussian(a.workers(), blocks, seed);
    cluster.condition = worst_condition(a, frame);
    if (cluster.condition > kConditionMax) continue;
    cluster.frame = coloured ? "coloured" : "gaussian";
    return frame;
  }
  return std::nullopt;
}

}  // namespace

void draw_disaster_plan(Dice& dice, DisasterCluster& cluster) {
  Shape shape = any_shape(dice);
  const Assignment a = any_assignment(dice, shape, cluster.scheme);
  Ordering order = any_ordering(dice, a, cluster.order);
  std::optional<Frame> frame = any_frame(dice, a, shape.blocks, cluster);
  while (!frame) frame = any_frame(dice, a, --shape.blocks, cluster);  // one block always has a good one
  Result<Plan> plan = Plan::make(shape.method, a, std::move(order), *std::move(frame));
  GLEANER_CHECK(plan.ok(), plan.ok() ? "" : plan.error().sentence());
  cluster.spec.plan = std::make_shared<const Plan>(std::move(plan).value());
}

}  // namespace gleaner
