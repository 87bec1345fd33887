// Keeps the books of a run: what each round did, and the summary.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "protocol/server.h"
#include "training/run_log.h"
#include "work/run_spec.h"
#include "work/trainer.h"

namespace gleaner {

/// Fed by a driver in the order of events; judges and steers nothing. Belongs to one thread.
class RoundBook {
 public:
  /// What the books of a resumed run begin with.
  struct State {
    RunSummary summary;                   ///< of the rounds so far; its status, reason and names do not count
    std::vector<double> seconds;          ///< of every round
    double test_accuracy = kNotMeasured;  ///< of the last round
  };

  explicit RoundBook(const RunSpec& spec);
  /// Goes on with these books. REQUIRES: before the first round.
  void restore(const State& state);
  [[nodiscard]] State state() const { return {summary_, seconds_, test_accuracy_}; }

  void round_begins(RoundId round);
  /// A chunk was completed after `took`; `drawn` is what it was to take at least; zero: nothing was injected.
  void chunk_finished(WorkerId worker, ChunkId chunk, Duration took, Duration drawn);
  /// Between rounds: counted in the next one.
  void sent_to_worker(std::uint64_t bytes) { bytes_to_workers_ += bytes; }
  void worker_lost() { ++summary_.workers_lost; }

  struct Recovered {
    Duration took;  ///< from the start of the round to the new parameters
    Trainer::Step step;
    double gradient_error = kNotMeasured;
    std::span<const std::uint64_t> vector_bytes;  ///< by worker
    double test_accuracy = kNotMeasured;          ///< of the new parameters
    LedgerPage ledger = {};
  };
  /// The round is committed; returns its record.
  const RoundRecord& round_ends(const Commit& commit, const Recovered& recovered);

  /// The record of the round that ended last, until the next one begins; its round is 0 before the first.
  [[nodiscard]] const RoundRecord& last() const { return current_; }
  /// Committed so far, in all lives of the run.
  [[nodiscard]] std::uint64_t rounds() const { return summary_.rounds; }
  /// Loss and seconds of the last round that has ended, also while the next one goes on.
  [[nodiscard]] double last_loss() const { return seconds_.empty() ? kNotMeasured : summary_.loss; }
  [[nodiscard]] double last_seconds() const { return seconds_.empty() ? kNotMeasured : seconds_.back(); }

  /// Ends the books. `status`: completed | failed | interrupted.
  [[nodiscard]] RunSummary close(const std::string& status, const std::string& reason);

 private:
  RunSummary summary_;
  RoundRecord current_;
  std::uint64_t bytes_to_workers_ = 0;   // since the last round ended
  double test_accuracy_ = kNotMeasured;  // after the round that ended last
  std::vector<double> seconds_;
};

}  // namespace gleaner
