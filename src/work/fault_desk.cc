#include "work/fault_desk.h"

#include <algorithm>

namespace gleaner {

FaultDesk::FaultDesk(State state)
    : faults_(std::move(state.pending)), struck_(faults_.size(), 0), returns_(std::move(state.returns)) {
  for (std::size_t k = 0; k < faults_.size(); ++k) {
    const Fault& f = faults_[k];
    of_worker_[f.worker.value].push_back(k);
    const bool needs_a_vector =
        f.at == FaultMoment::after_signal || f.at == FaultMoment::sending || f.at == FaultMoment::sent;
    if (f.by_chance && needs_a_vector) passed_on_.push_back(k);
  }
}

FaultDesk::State FaultDesk::state() const {
  State state{{}, returns_};
  for (std::size_t k = 0; k < faults_.size(); ++k) {
    if (struck_[k] == 0) state.pending.push_back(faults_[k]);
  }
  return state;
}

std::size_t FaultDesk::find(WorkerId worker, RoundId round, FaultMoment moment) const {
  if (of_worker_.empty()) return kNone;
  const auto places = of_worker_.find(worker.value);
  if (places == of_worker_.end()) return kNone;
  const auto due = std::ranges::find_if(places->second, [&](std::size_t place) {
    return faults_[place].at == moment && faults_[place].round <= round;
  });
  return due == places->second.end() ? kNone : *due;
}

std::size_t FaultDesk::count_of(WorkerId worker) const {
  const auto places = of_worker_.find(worker.value);
  return places == of_worker_.end() ? 0 : places->second.size();
}

void FaultDesk::take_out(WorkerId worker, std::size_t place) {
  const auto places = of_worker_.find(worker.value);
  std::erase(places->second, place);
  if (places->second.empty()) of_worker_.erase(places);
}

bool FaultDesk::is_due(WorkerId worker, RoundId round, FaultMoment moment) const {
  return find(worker, round, moment) != kNone;
}

std::optional<Fault> FaultDesk::strike(WorkerId worker, RoundId round, FaultMoment moment) {
  const std::size_t place = find(worker, round, moment);
  if (place == kNone) return std::nullopt;
  struck_[place] = 1;
  take_out(worker, place);
  const Fault& fault = faults_[place];
  if (fault.back) returns_.push_back({worker, RoundId(round.value + *fault.back)});
  return fault;
}

void FaultDesk::resolve(RoundId round, const std::vector<SlotSet>& used) {
  std::erase_if(passed_on_, [&](std::size_t place) { return struck_[place] != 0; });
  const std::size_t m = used.size();
  for (const std::size_t place : passed_on_) {
    Fault& f = faults_[place];
    if (f.round > round) continue;
    for (std::size_t k = 0; k < m; ++k) {
      const WorkerId candidate(static_cast<std::uint32_t>((f.worker.index() + k) % m));
      const bool taken = count_of(candidate) > (k == 0 ? 1U : 0U);
      if (used[candidate.index()].empty() || taken) continue;
      if (k == 0) break;
      take_out(f.worker, place);
      f.worker = candidate;
      of_worker_[candidate.value].push_back(place);
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
