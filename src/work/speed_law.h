// The laws by which chunk times are drawn: one class each, all of them listed in make_speed_law.
// Internal to speeds.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "work/spec_grammar.h"
#include "work/spec_reader.h"

namespace gleaner {

/// Whether a worker was slow in a round: all that a law with a memory needs of the past.
struct SlowState {
  RoundId round;  ///< 0: nothing is known
  bool slow = false;
};

/// Which draw is asked for.
struct SpeedDraw {
  std::uint64_t seed = 0;
  RoundId round;
  WorkerId worker;
  std::uint64_t position = 0;
  RoundId first{1};  ///< before this round nothing was
  SlowState* known =
      nullptr;  ///< of this worker, in a round >= first; takes the state in `round`. May be null

  /// The stream of this draw.
  [[nodiscard]] Random random() const;
};

/// Draws that belong to a worker as a whole (is it slow, is it drawn anew) have streams of their own, beyond
/// all positions.
enum class WorkerStream : std::uint64_t { redraw = std::uint64_t{1} << 32U, markov_start, markov_step };

/// One uniform draw on [0, 1) of such a stream.
[[nodiscard]] double worker_uniform(std::uint64_t seed, RoundId round, WorkerId worker, WorkerStream stream);

/// A distribution of seconds per chunk. Immutable, so that one object may serve all threads.
class SpeedLaw {
 public:
  virtual ~SpeedLaw() = default;
  /// A pure function of the draw (what is `known` saves work and changes nothing); from 0 on, possibly +inf.
  [[nodiscard]] virtual double seconds(const SpeedDraw& draw) const = 0;
  /// Kind and keys in canonical spelling.
  [[nodiscard]] virtual SpecTerm spec() const = 0;
  /// Workers with a number from this on have no times.
  [[nodiscard]] virtual std::size_t workers_max() const { return std::numeric_limits<std::size_t>::max(); }
  /// After so many rounds the times begin anew; 0: never.
  [[nodiscard]] virtual std::uint64_t period() const { return 0; }
  /// The table that it read from a file, as CSV; empty: it needs none.
  [[nodiscard]] virtual std::string table() const { return {}; }
};

/// Makes the law that `kind` names; its keys are read from `keys`, and whether they were good is for
/// keys.finish() to say. A `table` stands in for the file that a trace names. Errors: no such kind, a trace
/// that cannot be read.
Result<std::shared_ptr<const SpeedLaw>> make_speed_law(const std::string& kind, SpecReader& keys,
                                                       TimeUnits units, std::string_view table = {});

/// The kinds that make_speed_law knows.
[[nodiscard]] const std::vector<std::string_view>& speed_kinds();

}  // namespace gleaner
