#include "work/fault_desk.h"

#include <algorithm>

namespace gleaner {

std::vector<Fault>::const_iterator FaultDesk::find(WorkerId worker, RoundId round, FaultMoment moment) const {
  return std::find_if(pending_.begin(), pending_.end(), [&](const Fault& f) {
    return f.worker == worker && f.at == moment && f.round <= round;
  });
}

bool FaultDesk::is_due(WorkerId worker, RoundId round, FaultMoment moment) const {
  return find(worker, round, moment) != pending_.end();
}

std::optional<Fault> FaultDesk::strike(WorkerId worker, RoundId round, FaultMoment moment) {
  const auto it = find(worker, round, moment);
  if (it == pending_.end()) return std::nullopt;
  const Fault fault = *it;
  pending_.erase(it);
  if (fault.back) returns_.push_back({worker, RoundId(round.value + *fault.back)});
  return fault;
}

void FaultDesk::resolve(RoundId round, const std::vector<SlotSet>& used) {
  const std::size_t m = used.size();
  for (Fault& f : pending_) {
    const bool needs_a_vector =
        f.at == FaultMoment::after_signal || f.at == FaultMoment::sending || f.at == FaultMoment::sent;
    if (!f.by_chance || !needs_a_vector || f.round > round) continue;
    for (std::size_t k = 0; k < m; ++k) {
      const WorkerId candidate(static_cast<std::uint32_t>((f.worker.index() + k) % m));
      const bool taken = std::any_of(pending_.begin(), pending_.end(), [&](const Fault& other) {
        return &other != &f && other.worker == candidate;
      });
      if (used[candidate.index()].empty() || taken) continue;
      f.worker = candidate;
      break;
    }
  }
}

std::vector<WorkerId> FaultDesk::returning(RoundId round) {
  std::vector<WorkerId> now;
  std::erase_if(returns_, [&](const Return& r) {
    if (r.round > round) return false;
    now.push_back(r.worker);
    return true;
  });
  return now;
}

}  // namespace gleaner
