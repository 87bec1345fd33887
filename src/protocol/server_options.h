// What a user decides about recovery.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "coding/plan.h"

namespace gleaner {

/// When the computing of a round ends and the signal is sent (protocol.md section 2).
struct Recovery {
  enum class Kind : std::uint8_t {
    exact,     ///< when every chunk has l copies
    deadline,  ///< then, or at the deadline if at least one chunk gradient counts by then
    residual,  ///< when the relative residual is at most `residual`
  };
  Kind kind = Kind::exact;
  Duration deadline{};  ///< after the start of the round; > 0. Unit: ns.
  double residual = 0;  ///< sqrt(residual^2 / (N l)), in (0, 1)
};

/// What happens when some chunk has too few live holders for the rule ever to be met.
enum class WhenUnrecoverable : std::uint8_t {
  stop,         ///< fail the run with an error that names the chunks
  approximate,  ///< go on with what can still be recovered, and say so
  wait,         ///< wait for a worker to return, at most `wait`, then stop
};

/// What becomes of the other copies of a chunk that has enough (beyond.md section 2).
enum class Policy : std::uint8_t {
  fixed,   ///< "static": everybody computes all chunks in the plan's order until the signal, as in the paper
  skip,    ///< "skip": the other holders leave it out, and drop it if it is the chunk in hand
  replan,  ///< "replan": and the rest is dealt out anew by the speeds that workers show in this round
};
/// "static", "skip" or "replan".
[[nodiscard]] std::string_view name_of(Policy policy);
/// The inverse; nothing for any other text.
[[nodiscard]] std::optional<Policy> policy_named(std::string_view name);
/// What a round of `method` does that is asked for `policy`: only partial ever skips. The others are what
/// Gleaner is compared with, and run as their papers say.
[[nodiscard]] Policy policy_of(Method method, Policy policy);

struct ServerOptions {
  Term term{1};
  Recovery recovery;
  Policy policy = Policy::fixed;  ///< see policy_of
  /// Whether rounds are to begin with orders that were learned from earlier ones; replan does so anyway.
  bool learn_orders = false;
  /// A chunk is left out at l + margin copies. Each one more costs work, and makes a loss of a worker that
  /// had reported the chunk cost less. Until the signal only: what a loss after it uncovers is computed up to
  /// l.
  std::uint32_t margin = 0;
  WhenUnrecoverable when_unrecoverable = WhenUnrecoverable::stop;
  Duration wait = std::chrono::seconds(60);
  /// Decides at Look events only, on everything that it has been told by then; else on every report. For
  /// servers that look at the clock now and then, as the paper's does.
  bool looks = false;
  /// Whether there are Notes among the actions. They steer nothing.
  bool trace = true;
  /// What to do about gradients that are not finite, when a run fails by them; a driver knows the numbers.
  std::string rejection_cure = "look for bad values in the data of that chunk, or lower --lr";

  /// bad_input, naming the field, if a value is outside its range.
  [[nodiscard]] Status check() const;
};

}  // namespace gleaner
