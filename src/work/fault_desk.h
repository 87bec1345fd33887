// Which fault strikes now? Both drivers ask at the same moments of the protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/slot_set.h"
#include "work/faults.h"

namespace gleaner {

/// The faults of a run that have not struck yet. A fault strikes once, in the first round >= its own in which
/// its moment comes. Belongs to one thread.
class FaultDesk {
 public:
  struct Return {
    WorkerId worker;
    RoundId round;
    bool operator==(const Return&) const = default;
  };
  /// What is still to come.
  struct State {
    std::vector<Fault> pending;
    std::vector<Return> returns;
    bool operator==(const State&) const = default;
  };

  explicit FaultDesk(std::vector<Fault> faults) : FaultDesk(State{std::move(faults), {}}) {}
  explicit FaultDesk(State state);

  [[nodiscard]] State state() const;

  /// The fault that strikes `worker` at this moment of `round`, if any; it is then used up. For faults whose
  /// worker was drawn by chance, after_signal, sending and sent strike the first worker >= the drawn one
  /// (cyclically) that has something to send, since losing any other changes nothing: REQUIRES resolve() at
  /// the signal.
  [[nodiscard]] std::optional<Fault> strike(WorkerId worker, RoundId round, FaultMoment moment);

  /// Whether strike() would return a fault: for a driver that must prepare the moment.
  [[nodiscard]] bool is_due(WorkerId worker, RoundId round, FaultMoment moment) const;

  /// The signal of `round` has come with this selection: settles which workers the faults of chance will
  /// strike.
  void resolve(RoundId round, const std::vector<SlotSet>& used);

  /// Workers that come back at the beginning of `round`; each is named once.
  [[nodiscard]] std::vector<WorkerId> returning(RoundId round);

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  /// The place of the fault that strikes.
  [[nodiscard]] std::size_t find(WorkerId worker, RoundId round, FaultMoment moment) const;
  [[nodiscard]] std::size_t count_of(WorkerId worker) const;
  void take_out(WorkerId worker, std::size_t place);

  std::vector<Fault> faults_;  // in the order in which they were given
  std::vector<std::uint8_t> struck_;
  // Drivers ask at every step of every worker, and few have a fault.
  std::unordered_map<std::uint32_t, std::vector<std::size_t>> of_worker_;  // places, ascending
  std::vector<std::size_t> passed_on_;  // places of faults that resolve() may pass on, ascending
  std::vector<Return> returns_;
};

}  // namespace gleaner
