#include "coding/frame_search.h"

#include <algorithm>
#include <cmath>

#include "base/portable_math.h"
#include "base/random.h"
#include "coding/frame_ascent.h"

namespace gleaner {
namespace {

std::vector<double> random_units(std::size_t colours, std::size_t blocks, Random& random) {
  std::vector<double> rows(colours * blocks);
  for (double& x : rows) x = random.normal();
  normalise_rows(rows, blocks);
  return rows;
}

// Ascents from random starts until the work is used up. Work is counted, not timed: the result must be the
// same on every machine. A decomposition is `blocks`^3 units of about 15 ns.
class Search {
 public:
  Search(std::size_t colours, std::size_t blocks, const Subsets& subsets, std::uint64_t seed)
      : colours_(colours),
        blocks_(blocks),
        budget_(kUnits / (blocks * blocks * blocks)),
        subsets_(thinned(subsets, std::max<std::size_t>(budget_ / 60, 20))),
        seed_(seed) {}

  std::vector<double> run() {
    // About half of the subsets are active, so one ascent takes about half of the budget at most.
    const std::size_t steps = std::clamp<std::size_t>(budget_ / (subsets_.count() + 1), 20, 400);
    std::vector<double> best;
    double best_value = -1;
    std::size_t work = 0;
    for (std::uint64_t start = 1; start <= kStartsMax && work < budget_; ++start) {
      Random random({.seed = seed_, .purpose = Purpose::frame, .round = start});
      Ascent ascent(blocks_, subsets_, random_units(colours_, blocks_, random));
      ascent.run({.steps = steps});
      work += ascent.work();
      if (ascent.best_value() <= best_value) continue;
      best = ascent.best();
      best_value = ascent.best_value();
    }
    return best;
  }

 private:
  static constexpr std::size_t kUnits = 50'000'000;
  static constexpr std::uint64_t kStartsMax = 40;

  std::size_t colours_;
  std::size_t blocks_;
  std::size_t budget_;  // decompositions
  Subsets subsets_;
  std::uint64_t seed_;
};

std::vector<double> identity(std::size_t colours, std::size_t blocks) {
  std::vector<double> rows(colours * blocks, 0);
  for (std::size_t q = 0; q < colours; ++q) rows[q * blocks + q] = 1;
  return rows;
}

std::vector<double> half_circle(std::size_t colours) {
  std::vector<double> rows;
  for (std::size_t q = 0; q < colours; ++q) {
    const double turn = 0.5 * static_cast<double>(q) / static_cast<double>(colours);
    rows.push_back(portable::cos_turn(turn));
    rows.push_back(portable::sin_turn(turn));
  }
  return rows;
}

}  // namespace

std::vector<double> spread_vectors(std::size_t colours, std::size_t blocks, const Subsets& subsets,
                                   std::uint64_t seed) {
  if (colours <= blocks) return identity(colours, blocks);
  if (blocks == 2) return half_circle(colours);
  return Search(colours, blocks, subsets, seed).run();
}

}  // namespace gleaner
