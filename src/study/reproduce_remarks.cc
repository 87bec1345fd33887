#include "study/reproduce_remarks.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "study/reproduce_orders.h"

namespace gleaner {
namespace {

struct Wanted {
  std::string_view scheme;
  bool losses;
  Grid grid;
  PaperMethod method;
  std::size_t blocks;
};

const TimeRow* find(const Reproduction& r, const Wanted& w) {
  const auto it = std::find_if(r.times.begin(), r.times.end(), [&](const TimeRow& row) {
    return row.scheme_key == w.scheme && (row.lost > 0) == w.losses && row.grid == w.grid &&
           row.method == w.method && row.blocks == w.blocks;
  });
  return it == r.times.end() ? nullptr : &*it;
}

// The largest |deviation| if the times of `one` are compared with what was published for `other`.
double farthest(const Reproduction& r, Wanted one, Wanted other) {
  double worst = 0;
  for (const PaperMethod method : kPaperMethods) {
    for (std::size_t blocks = 1; blocks <= kPaperBlocks; ++blocks) {
      one.method = other.method = method;
      one.blocks = other.blocks = blocks;
      const TimeRow* ours = find(r, one);
      const TimeRow* theirs = find(r, other);
      if (ours == nullptr || theirs == nullptr || !theirs->compared) continue;
      worst = std::max(worst, std::fabs(compare(ours->time, theirs->compared->published).deviation));
    }
  }
  return worst;
}

constexpr Wanted kCyclic{"cyclic", false, Grid::integer, PaperMethod::original, 1};
constexpr Wanted kCyclicLosses{"cyclic", true, Grid::integer, PaperMethod::original, 1};
constexpr Wanted kG1{"g1", true, Grid::integer, PaperMethod::original, 1};

std::optional<Remark> on_legend(const Reproduction& r) {
  if (!r.has_paper || !r.has_g1) return std::nullopt;
  const double as_data = std::max(farthest(r, kCyclic, kCyclic), farthest(r, kG1, kG1));
  const double swapped = std::max(farthest(r, kCyclic, kG1), farthest(r, kG1, kCyclic));
  return Remark{
      "The legend of the figure of exact completion times names cyclic and graph the wrong way round",
      fmt::format("Read by the data behind it, the published times are at most {:.1f} standard errors from "
                  "ours; read by the legend they would be up to {:.0f} away. By the data the cyclic "
                  "placement is the faster one.",
                  as_data, swapped)};
}

std::optional<Remark> on_losses(const Reproduction& r) {
  const TimeRow* without = find(r, {"cyclic", false, Grid::integer, PaperMethod::optimal_order, 1});
  const TimeRow* with = find(r, {"cyclic", true, Grid::integer, PaperMethod::optimal_order, 1});
  if (without == nullptr || with == nullptr) return std::nullopt;
  std::string text = fmt::format(
      "The graph loses {} - blocks workers before they begin, the published cyclic runs lose none. "
      "That costs cyclic {:.0f}% (partial, optimal order, 1 block: {:.2f} with and {:.2f} without "
      "the losses), so the two placements are not compared on equal terms.",
      kPaperReplication, 100 * (with->time.mean / without->time.mean - 1), with->time.mean,
      without->time.mean);
  if (r.has_paper) {
    text += fmt::format(
        " The published cyclic times are within {:.1f} standard errors of runs without losses and up to "
        "{:.0f} from runs with them.",
        farthest(r, kCyclic, kCyclic), farthest(r, kCyclicLosses, kCyclic));
  }
  const TimeRow* g1 = find(r, {"g1", true, Grid::integer, PaperMethod::optimal_order, 1});
  if (g1 != nullptr) {
    text += fmt::format(" With the losses on both sides: cyclic {:.2f}, G1 {:.2f}.", with->time.mean,
                        g1->time.mean);
  }
  return Remark{"The cyclic runs are without losses, the runs on the graph are not", text};
}

const OrderRow* find_order(const Reproduction& r, std::string_view scheme, std::string_view order) {
  const auto it = std::find_if(r.orders.begin(), r.orders.end(), [&](const OrderRow& row) {
    return row.scheme == scheme && row.order == order && row.blocks == 1;
  });
  return it == r.orders.end() ? nullptr : &*it;
}

std::optional<Remark> on_best_of_many(const Reproduction& r) {
  const OrderRow* optimal = find_order(r, r.residual_scheme, "optimal");
  const OrderRow* mean = find_order(r, r.residual_scheme, fmt::format("random, mean of {}", kRandomOrders));
  const OrderRow* best = find_order(r, r.residual_scheme, fmt::format("random, best of {}", kRandomOrders));
  const TimeRow* graph = find(r, {"random-graph", true, Grid::integer, PaperMethod::optimal_order, 1});
  if (optimal == nullptr || mean == nullptr || best == nullptr || graph == nullptr) return std::nullopt;
  std::string text = fmt::format(
      "The best of {} random orders or graphs tells what a small search finds, not what a draw gives. On {} "
      "with 1 block a random order has Q_max {:.1f} in the mean, the best of {} has {:.0f}, the optimal "
      "order "
      "{:.0f}.",
      kRandomOrders, r.residual_scheme, mean->q_max, kRandomOrders, best->q_max, optimal->q_max);
  const TimeRow* g1 = find(r, {"g1", true, Grid::integer, PaperMethod::optimal_order, 1});
  if (g1 != nullptr) {
    text += fmt::format(
        " For the graph the choice matters little: the first one drawn here takes {:.3f} and G1 {:.3f} "
        "(partial, optimal order, 1 block; standard errors {:.3f}).",
        graph->time.mean, g1->time.mean, g1->time.std_error);
  }
  return Remark{"Best of 100 is not random", text};
}

std::optional<Remark> on_stride(const Reproduction& r) {
  const std::string_view scheme = r.has_g1 ? "g1" : "random-graph";
  const auto mean = [&](PaperMethod method, Grid grid) {
    const TimeRow* row = find(r, {scheme, true, grid, method, 1});
    return row == nullptr ? kUnknown : row->time.mean;
  };
  const double grid_partial = mean(PaperMethod::optimal_order, Grid::integer);
  const double grid_original = mean(PaperMethod::original, Grid::integer);
  const double partial = mean(PaperMethod::optimal_order, Grid::none);
  const double original = mean(PaperMethod::original, Grid::none);
  if (std::isnan(partial + original + grid_partial + grid_original)) return std::nullopt;
  return Remark{
      "The clock is looked at at whole times only",
      fmt::format(
          "A round that is over at 2.1 is counted as 3: a mean is about half a chunk time too long. On {} "
          "with 1 block the original code takes {:.2f} and not {:.2f}, partial {:.2f} and not {:.2f}; the "
          "original takes {:.2f} times as long, where the figure shows {:.2f}.",
          r.residual_scheme, original, grid_original, partial, grid_partial, original / partial,
          grid_original / grid_partial)};
}

std::optional<Remark> on_mse(const Reproduction& r) {
  const auto it = std::find_if(r.residuals.begin(), r.residuals.end(), [](const ResidualRow& row) {
    return row.method == PaperMethod::original && row.deadline == 3;
  });
  if (it == r.residuals.end()) return std::nullopt;
  return Remark{
      "What is called MSE is the mean of a norm",
      fmt::format(
          "The figure of approximate recovery plots the square root of the squared residual, averaged "
          "over trials. Its largest value, original at deadline 3, is {:.2f}; the mean squared residual "
          "is {:.1f}. Both stand in the table. Far out, where a residual is 0 or 1, they are the same.",
          it->norm.mean, it->square.mean)};
}

std::optional<Remark> on_fixed_sums(const Reproduction& r) {
  const auto at_24 = [](const ResidualRow& row) {
    return row.method == PaperMethod::original && row.deadline == 24;
  };
  const auto fixed = std::find_if(r.residuals.begin(), r.residuals.end(), at_24);
  const auto late = std::find_if(r.shipping_original.begin(), r.shipping_original.end(), at_24);
  if (fixed == r.residuals.end() || late == r.shipping_original.end()) return std::nullopt;
  const TimeRow* exact =
      find(r, {r.has_g1 ? "g1" : "random-graph", true, Grid::integer, PaperMethod::original, 1});
  if (exact == nullptr) return std::nullopt;
  return Remark{
      "The two figures mean different codes by \"original\"",
      fmt::format(
          "In the figure of exact times the original code with 1 block is done when every chunk has a "
          "finished holder, after {:.1f} in the mean. In the figure of residuals its workers send plain sums "
          "of their chunks, fixed before anybody knows who will finish, and least squares leave {:.2f} even "
          "at deadline 24. Workers that encode when the signal tells them who has finished, as the original "
          "code of this program does, leave {:.2g} there.",
          exact->time.mean, fixed->norm.mean, late->norm.mean)};
}

std::optional<Remark> on_rare_events(const Reproduction& r) {
  if (!r.has_paper) return std::nullopt;
  return Remark{
      "The far ends of the curves are single trials",
      fmt::format(
          "A published mean of 0.001 over {} trials is one trial with residual 1, and a published 1e-15 is "
          "rounding around 0. Standard errors are therefore at least 1 / trials when such rows are compared, "
          "and "
          "values below 1e-9 count as 0.",
          kPaperApproximateTrials)};
}

}  // namespace

std::vector<Remark> remarks_on(const Reproduction& r) {
  std::vector<Remark> remarks;
  for (const auto& about :
       {on_legend, on_losses, on_best_of_many, on_stride, on_mse, on_fixed_sums, on_rare_events}) {
    if (std::optional<Remark> remark = about(r)) remarks.push_back(std::move(*remark));
  }
  return remarks;
}

}  // namespace gleaner
