// How slow each worker is: the injected chunk times of --speeds (cli.md).
//
//     KIND[:keys] [+slow:factor=3,workers=2/5]...   or   none
//
//   constant:mean=T                               every chunk takes T
//   exponential:mean=T
//   shifted-exponential:min=T,mean=T              min + an exponential
//   lognormal:mean=T,sigma=S
//   pareto:min=T,shape=A                          mean T A / (A - 1) for A > 1
//   bimodal:mean=T[,fraction=.1][,factor=5]       a fraction of the draws takes `factor` times as long
//   markov:mean=T[,factor=5][,enter=.05][,leave=.2]
//          a worker turns slow with probability `enter` from one round to the next, and fast again with
//          `leave`; slow takes `factor` times as long; round 1 is drawn from the stationary law
//   trace:file=F                                  a table of seconds, or the log of a run: speed_trace.h
//
// mean= is the mean of the chunk time that is drawn; in `simulate` it is 1 when absent. Keys of all kinds:
//
//   per=worker|chunk          one draw per (seed, round, worker), the default, or one per chunk of a worker
//   redraw=round|never|P      drawn anew every round, the default; once; or with probability P at each round
//   noise=SIGMA               times a lognormal of mean 1, drawn per round and worker whatever redraw says
//   scale=FACTOR              times a number, 1 by default: chunks of another size than those that were timed
//
// slow multiplies the times of some workers; noise, scale and slow change the mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "work/spec_grammar.h"

namespace gleaner {

class SpeedLaw;
struct SpeedDraw;

/// The times that chunks take, at least (`train`) or exactly (`simulate`). Value type, cheap to copy, never
/// changes after parse(): any number of threads may ask one object. The default is "none".
class SpeedModel {
 public:
  SpeedModel() = default;

  /// Errors name --speeds, the bad part and what was expected of it; a trace is read here, from `table`
  /// rather than from its file where one is given.
  static Result<SpeedModel> parse(std::string_view text, TimeUnits units, std::string_view table = {});

  /// Errors: slow names a worker that does not exist, a trace has too few columns.
  [[nodiscard]] Status check(std::size_t workers) const;

  /// No injected slowness: chunk_time is 0 everywhere.
  [[nodiscard]] bool none() const { return law_ == nullptr; }

  /// The rounds of a trace, after which its times begin anew; 0: they never do.
  [[nodiscard]] std::uint64_t period() const;

  /// per=chunk: the chunks of one worker take different times in one round.
  [[nodiscard]] bool per_chunk() const { return per_ == Per::chunk; }

  /// The drawn time of one chunk, at most kDurationMax.
  ///
  /// A pure function of its arguments, so that all methods meet the same draws. `position` tells the chunks
  /// of one worker apart where per=chunk, and is ignored where per=worker; a caller that names chunks by
  /// their id gives every order the same time for the same chunk. `first` is the round with which the run
  /// begins: what lasts (redraw=, markov) lasts from then on. REQUIRES: check(workers) is ok, worker <
  /// workers, first <= round. Cost: O(1), times the rounds since the last draw with redraw=P (1/P in the
  /// mean, at most those since `first`) and the rounds a Markov worker remembers; SpeedWalk below forgets
  /// less.
  [[nodiscard]] Duration chunk_time(std::uint64_t seed, RoundId round, WorkerId worker,
                                    std::uint32_t position, RoundId first = RoundId(1)) const;

  /// This model with every time multiplied by `factor`. REQUIRES: factor > 0.
  [[nodiscard]] SpeedModel scaled(double factor) const;

  /// The canonical spelling: parse() reads it back as this model.
  [[nodiscard]] std::string text() const;

  /// What a trace read from its file, for parse() on a machine that does not have it; empty: none is needed.
  [[nodiscard]] std::string table() const;

 private:
  friend class SpeedWalk;
  struct Slow {
    double factor = 1;
    std::vector<WorkerId> workers;  // ascending
  };
  enum class Per : std::uint8_t { worker, chunk };

  Status read_law(const SpecTerm& term, TimeUnits units, std::string_view table);
  Status read_slow(const SpecTerm& term, TimeUnits units);
  /// The last round after `after` and up to `round` in which the worker was drawn anew; 0: none.
  [[nodiscard]] RoundId redrawn_in(std::uint64_t seed, RoundId round, WorkerId worker, RoundId after) const;
  [[nodiscard]] Duration time_of(const SpeedDraw& draw, RoundId round) const;
  [[nodiscard]] double slow_factor(WorkerId worker) const;

  std::shared_ptr<const SpeedLaw> law_;  // null: none
  Per per_ = Per::worker;
  double redraw_ = 1;  // probability of a new draw from one round to the next
  double noise_ = 0;
  double scale_ = 1;
  std::vector<Slow> slow_;
};

/// The times of one run, asked round after round: those of SpeedModel::chunk_time, each in O(1) in the mean
/// however long its speeds last. Going back in rounds is allowed and costs what it costs there. Belongs to
/// one thread.
class SpeedWalk {
 public:
  /// `model` must outlive it.
  explicit SpeedWalk(const SpeedModel& model) : model_(&model) {}

  /// A run with this seed that begins with round `first`.
  void restart(std::uint64_t seed, RoundId first, std::size_t workers);

  /// REQUIRES: first <= round, worker < workers.
  [[nodiscard]] Duration chunk_time(RoundId round, WorkerId worker, std::uint32_t position);

 private:
  struct Past {
    RoundId asked;     // last; 0: never
    RoundId drawn_in;  // whose draw held then
    RoundId slow_known;
    bool slow = false;
  };

  const SpeedModel* model_;
  std::uint64_t seed_ = 0;
  RoundId first_{1};
  std::vector<Past> past_;
};

}  // namespace gleaner
