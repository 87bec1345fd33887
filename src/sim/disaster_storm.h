// Losses of every kind at every step, drawn: what the disasters strike a cluster with.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <vector>

#include "sim/fault_source.h"

namespace gleaner {

/// How hard it blows. Probabilities are per question, that is per step of one worker or of the server.
struct StormOptions {
  std::uint64_t seed = 1;
  double before_signal = 0;
  double after_signal = 0;  ///< where the protocol is hard
  double server = 0;
  double gone = 0.2;  ///< share of lost workers that never return
  /// After so many blows the faults stop, and then the run must end.
  std::uint32_t blows_max = 10;
  std::uint32_t server_blows_max = 2;
  /// Blows, by their number, that do not strike: how a failing run is made smaller.
  std::set<std::uint32_t> spared;
};

/// A storm over one run. A pure function of its options and the sequence of questions. Belongs to one thread.
class Storm final : public FaultSource {
 public:
  Storm(const StormOptions& options, std::size_t workers);

  std::optional<Blow> strike(WorkerId worker, RoundId round, WorkerStep step, Server::Phase phase) override;
  std::optional<Duration> strike_server(RoundId round, ServerStep step) override;
  void on_signal(RoundId round, const Selection& selection) override;

  /// Blows that were drawn so far, spared ones included.
  [[nodiscard]] std::uint32_t drawn() const { return drawn_; }

 private:
  /// True if this blow, which gets a number, is to strike.
  bool counts() { return !options_.spared.contains(drawn_++); }

  StormOptions options_;
  std::vector<std::array<std::uint32_t, kWorkerSteps>> asked_;  // by worker
  std::array<std::uint32_t, kServerSteps> server_asked_{};
  RoundId signalled_;  // the last round that had its signal
  std::uint32_t drawn_ = 0;
  std::uint32_t worker_blows_ = 0;
  std::uint32_t server_blows_ = 0;
  std::uint32_t gust_ = 0;  // questions for which a loss draws others after it
};

}  // namespace gleaner
