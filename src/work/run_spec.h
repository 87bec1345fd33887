// One training run, as both drivers receive it: everything is decided, nothing is read from outside any more.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/trace.h"
#include "coding/code.h"
#include "coding/plan.h"
#include "objective/local_updates.h"
#include "objective/objective.h"
#include "protocol/server_options.h"
#include "training/optimizer.h"
#include "training/run_log.h"
#include "training/schedule.h"
#include "training/stopping.h"
#include "work/faults.h"
#include "work/kept_gradient.h"
#include "work/segments.h"
#include "work/speeds.h"

namespace gleaner {

/// Samples that are not trained on. Non-owning, as Samples are.
struct TestSet {
  Samples samples;
  std::uint64_t every = 1;  ///< tested after every so many rounds, and after the last; >= 1

  [[nodiscard]] bool is_due(std::uint64_t round, std::uint64_t rounds) const {
    return round % every == 0 || round == rounds;
  }
};

/// Where and how often a run is made durable.
struct CheckpointPolicy {
  std::filesystem::path folder;  ///< made when the first is written, if its parent is there
  std::uint64_t every = 10;      ///< rounds, >= 1; and whenever the run ends without having failed
  std::size_t keep = 2;          ///< older ones are removed; >= 1
};

/// Something that a run was asked for, as a person says it: {"--batch", "32"}.
struct Setting {
  std::string name;
  std::string value;
  bool operator==(const Setting&) const = default;
};

struct Snapshot;  // snapshot.h

struct RunSpec {
  std::shared_ptr<const Plan> plan;
  std::shared_ptr<const Code> code;
  std::shared_ptr<const Objective> objective;  ///< its chunks() is the plan's
  LocalUpdates local;                          ///< that the objective makes, if it makes any
  OptimizerOptions optimizer;
  Schedule schedule;  ///< of the learning rate
  double l2 = 0;      ///< lambda >= 0: lambda/2 ||theta||^2 is added to the loss, once
  ServerOptions server;
  SpeedModel speeds;  ///< injected chunk times; none(): as fast as the machine
  std::vector<Fault> faults;
  std::uint64_t rounds = 100;
  Stopping stopping;            ///< before that many rounds
  std::optional<TestSet> test;  ///< gives the test accuracy of rounds; costs no round time
  std::uint64_t seed = 1;
  bool verify = false;       ///< compare every gradient with a plain double-precision sum
  KeepOptions gradients;     ///< how workers keep theirs
  std::uint64_t memory = 0;  ///< bytes that a worker may need, for people; 0: nobody cares
  std::size_t segment_floats = kSegmentFloats;
  std::size_t credits = kCredits;
  Duration silence = std::chrono::seconds(2);  ///< a hung worker is given up after so long
  std::optional<CheckpointPolicy> checkpoint;
  std::shared_ptr<const Snapshot> resume;  ///< go on from here (load_checkpoint); null: from the beginning
  /// What must be the same when a run is resumed and is not said by the fields above: data files, batch size
  /// ..
  std::vector<Setting> other_settings;
};

struct RunResult {
  RunSummary summary;
  std::vector<float> parameters;
};

/// Watches a run. Called from the thread that drives it, in order; the time spent here is outside the timed
/// part of a round only in on_round.
class RunObserver : public TraceSink {
 public:
  /// A round is committed.
  virtual void on_round(const RoundRecord& record) = 0;
  /// The model after the round of the last on_round(), outside the timed part of rounds.
  virtual void on_model(RoundId /*round*/, const std::vector<float>& /*parameters*/) {}
  /// A worker has done this fraction of the chunk in hand.
  virtual void on_fraction(WorkerId /*worker*/, double /*fraction*/) {}
  /// The rounds so far are about to be made durable: what is kept of them elsewhere (a log) should be so,
  /// too. An error ends the run.
  [[nodiscard]] virtual Status before_checkpoint() { return {}; }
  /// Asked between rounds: false ends the run with status "interrupted".
  [[nodiscard]] virtual bool keep_going() { return true; }
};

/// The length d of a chunk vector must fit the plan and the options must make sense; errors name the field.
[[nodiscard]] Status check(const RunSpec& spec);

}  // namespace gleaner
