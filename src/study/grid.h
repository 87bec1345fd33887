// `gleaner grid`: every policy under every kind of slowness, beside the paper's order and the clairvoyant.
//
// A cell is a placement, a number of blocks and a law of chunk times; its rows are the policies. All rows of
// a cell meet the same draws and losses, so that their ratios are paired.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "coding/assignment.h"
#include "protocol/server_options.h"
#include "study/statistics.h"
#include "study/summary.h"
#include "study/trials.h"
#include "work/speeds.h"

namespace gleaner {

struct GridPolicy {
  std::string_view name;  ///< as in tables and JSON
  Policy policy{};
  bool learns = false;  ///< rounds begin with orders that were learned from earlier ones
};
/// The first is the paper: everybody computes all chunks in its order.
inline constexpr std::array<GridPolicy, 5> kGridPolicies{{{"static", Policy::fixed, false},
                                                          {"learned", Policy::fixed, true},
                                                          {"skip", Policy::skip, false},
                                                          {"skip-learned", Policy::skip, true},
                                                          {"replan", Policy::replan, false}}};
inline constexpr std::size_t kGridBlocksMax = 3;

/// Chunk times that were measured, in any unit: they are scaled to mean 1 over the workers that use them.
struct GridTrace {
  std::string name;
  SpeedModel speeds;  ///< with a period()
};

struct GridOptions {
  Assignment placement;  ///< regular, replication at least 3; the cyclic cells have its size
  std::vector<GridTrace> traces;
  std::uint64_t trials = 40;  ///< of each cell, with so many rounds, one after another
  std::uint64_t rounds = 50;
  std::uint64_t seed = 1;
  std::size_t threads = 0;                            ///< 0: one per core. Changes no result
  Duration planning = std::chrono::milliseconds(10);  ///< from reports of speed to new orders
  /// Told what begins, and how many rows of all are done. Called from the thread of the caller.
  std::function<void(const std::string& what, std::size_t done, std::size_t all)> progress;
  /// Told now and then how many trials of that row are done. Called from one thread at a time.
  std::function<void(std::uint64_t done, std::uint64_t all)> trial_progress;
  /// Asked between trials, from several threads; false ends the study with the cells that are complete.
  std::function<bool()> keep_going;
};

/// One law of chunk times. Their mean is 1: all times are in mean chunk times.
struct GridCondition {
  enum class Part : std::uint8_t {
    headline,  ///< exponential, drawn anew, trials of one round: nothing is known of earlier ones
    grid,      ///< exponential with noise and a probability of being drawn anew
    other
  };
  Part part{};
  std::string name;
  bool cyclic = false;  ///< placed cyclically, not as GridOptions say
  double noise = 0;     ///< of `grid`
  double redraw = 1;    ///< of `grid`
  SpeedModel speeds;
};
/// Headline, the 4 x 4 of the grid, cyclic, lognormal, bimodal, and one for each trace.
[[nodiscard]] std::vector<GridCondition> grid_conditions(const GridOptions& options);

struct GridRow {
  GridPolicy policy;
  StudySummary summary;
  Ratio to_paper;  ///< time over that of the first row
  Ratio to_bound;  ///< time over B2
  /// Of skip with the plan's orders: in how many rounds it was behind static (study/behind.h).
  std::optional<std::uint64_t> behind_static = {};
};

struct GridCell {
  GridCondition condition;
  std::size_t blocks = 1;
  std::size_t lost = 0;  ///< workers that crash before the first round: replication - blocks
  std::uint64_t trials = 0;
  std::uint64_t rounds = 0;
  std::size_t workers = 0;
  double bound = kUnknown;    ///< the mean of B2 (coding/clairvoyant.h)
  std::vector<GridRow> rows;  ///< one for each of kGridPolicies
};

struct PolicyGrid {
  std::vector<GridCell> cells;   ///< those that are complete
  std::size_t cells_wanted = 0;  ///< so many were asked for
  bool complete = false;
};

/// Errors: a placement that is not regular or has too few copies, no trials or rounds, a trace for fewer
/// workers.
[[nodiscard]] Status check(const GridOptions& options);

/// REQUIRES: check(options).ok(). The same for any number of threads.
[[nodiscard]] Result<PolicyGrid> run_grid(const GridOptions& options);

/// What is tried in a cell, for one of its policies. Also the start of other studies of policies.
[[nodiscard]] Result<TrialsSpec> grid_trials(const GridOptions& options, const GridCondition& condition,
                                             std::size_t blocks, const GridPolicy& policy);

}  // namespace gleaner
