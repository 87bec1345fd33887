#include "sim/disaster_roll.h"

namespace gleaner {

void DisasterRoll::server_starts() {
  for (Seat& s : seats_) s = Seat{};
}

void DisasterRoll::round_begins() {
  for (Seat& s : seats_) {
    s.barred = false;
    s.rejected.clear();
  }
}

void DisasterRoll::hears(const FromWorker& said, Stamp stamp) {
  Seat& seat = seats_[said.peer.worker.index()];
  if (const auto* hello = std::get_if<Hello>(&said.message)) {
    seat.speaker = said.peer;
    seat.keeps = seat.life == said.peer.life && hello->stamp == stamp && stamp.round.value != 0;
  }
  if (const auto* r = std::get_if<ChunkRejected>(&said.message)) {
    if (is_live(said.peer) && r->stamp == stamp) seat.rejected.insert(r->slot);
  }
}

void DisasterRoll::welcomes(Peer peer) {
  Seat& seat = seats_[peer.worker.index()];
  if (!seat.keeps || seat.speaker != peer) {
    seat.barred = false;
    seat.rejected.clear();
  }
  seat.life = peer.life;
  seat.live = true;
}

void DisasterRoll::loses(Peer peer) {
  Seat& seat = seats_[peer.worker.index()];
  if (seat.life == peer.life) seat.live = false;
}

bool DisasterRoll::is_live(Peer peer) const {
  const Seat& seat = seats_[peer.worker.index()];
  return seat.live && seat.life == peer.life;
}

void DisasterRoll::ends(Peer peer, Stamp stamp, Slot slot, ChunkOutcome outcome) {
  Work& work = work_[peer.worker.index()][peer.life];
  if (stamp < work.stamp) return;  // faster than its Abort
  if (work.stamp < stamp) work = {stamp, {}, {}};
  if (outcome == ChunkOutcome::finished) work.finished.insert(slot);
  if (outcome == ChunkOutcome::rejected) work.thrown_away.insert(slot);
}

DisasterRoll::Work DisasterRoll::work(Peer peer, Stamp stamp) const {
  const auto& lives = work_[peer.worker.index()];
  const auto it = lives.find(peer.life);
  return it == lives.end() || it->second.stamp != stamp ? Work{} : it->second;
}

UsedSlots DisasterRoll::possible() const {
  UsedSlots all(seats_.size());
  for (std::size_t w = 0; w < seats_.size(); ++w) {
    const Seat& s = seats_[w];
    if (!s.live || s.barred) continue;
    if (plan_->method() == Method::original && !s.rejected.empty()) continue;
    const WorkerId worker(static_cast<std::uint32_t>(w));
    all[w] = SlotSet::first(plan_->assignment().load(worker)) - s.rejected;
  }
  return all;
}

}  // namespace gleaner
