#include "sim/disaster_wills.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace gleaner {

DisasterWills::DisasterWills(const Plan& plan, const ServerOptions& options)
    : plan_(&plan), seats_(plan.workers()) {
  if (policy_of(plan.method(), options.policy) != Policy::fixed) enough_ = plan.blocks() + options.margin;
}

void DisasterWills::server_starts() { seats_.assign(seats_.size(), Seat{}); }

void DisasterWills::round_begins() {
  for (Seat& seat : seats_) {
    seat.told = false;
    seat.order.reset();
    seat.reported.clear();
  }
}

void DisasterWills::hears(const FromWorker& said, Stamp stamp) {
  Seat& seat = seats_[said.peer.worker.index()];
  if (const auto* hello = std::get_if<Hello>(&said.message)) seat.hello = *hello;
  const auto* progress = std::get_if<Progress>(&said.message);
  if (progress == nullptr || progress->stamp != stamp || !seat.live || seat.life != said.peer.life) return;
  seat.reported |= progress->done;
}

void DisasterWills::loses(Peer peer) {
  Seat& seat = seats_[peer.worker.index()];
  if (seat.life == peer.life) seat.live = false;
}

void DisasterWills::sends(const SendWorker& action) {
  Seat& seat = seats_[action.peer.worker.index()];
  if (const auto* welcome = std::get_if<Welcome>(&action.message)) {
    const bool kept = seat.life == action.peer.life && seat.hello && seat.hello->stamp == welcome->stamp;
    seat.life = action.peer.life;
    seat.live = true;
    seat.wanted.clear();
    seat.reported = kept ? seat.hello->kept : SlotSet{};
  } else if (const auto* start = std::get_if<StartRound>(&action.message)) {
    seat.told = true;
    seat.wanted = SlotSet::first(plan_->assignment().load(action.peer.worker));
    seat.order = start->order ? std::optional(*start->order) : std::nullopt;
  } else if (const auto* todo = std::get_if<Todo>(&action.message)) {
    seat.told = true;
    seat.wanted = todo->wanted;
    if (todo->order) seat.order = *todo->order;
  }
}

std::size_t DisasterWills::copies(ChunkId chunk) const {
  const auto holders = plan_->assignment().holders_of(chunk);
  return static_cast<std::size_t>(std::ranges::count_if(holders, [&](const Assignment::Holder& h) {
    const Seat& seat = seats_[h.worker.index()];
    return seat.live && seat.reported.contains(h.slot);
  }));
}

std::optional<std::string> DisasterWills::complaint_of_order(WorkerId worker, const SlotSet& rejected) const {
  const Seat& seat = seats_[worker.index()];
  if (!seat.live || !seat.told || !seat.order) return std::nullopt;
  SlotSet named;
  for (const Slot s : *seat.order) {
    if (named.contains(s) || s.index() >= plan_->assignment().load(worker)) {
      return fmt::format("the order for worker {} names slot {}, which {}", worker.value, s.value,
                         named.contains(s) ? "came before" : "it does not have");
    }
    named.insert(s);
  }
  const SlotSet forgotten = seat.wanted - seat.reported - rejected - named;
  if (forgotten.empty()) return std::nullopt;
  return fmt::format("worker {} is told to compute slots {} in an order that leaves them out", worker.value,
                     forgotten.text());
}

std::optional<std::string> DisasterWills::complaint(const DisasterRoll& roll, Stamp stamp) const {
  for (std::uint32_t i = 0; i < plan_->chunks(); ++i) {
    const std::size_t there = copies(ChunkId(i));
    const bool wanted = !enough_ || there < *enough_;
    for (const Assignment::Holder& h : plan_->assignment().holders_of(ChunkId(i))) {
      const Seat& seat = seats_[h.worker.index()];
      if (!seat.live || !seat.told || seat.reported.contains(h.slot) ||
          seat.wanted.contains(h.slot) == wanted)
        continue;
      if (roll.thrown_away({h.worker, seat.life}, stamp).contains(h.slot)) continue;
      return fmt::format("worker {} is {} to compute chunk {}, of which {} {} reported", h.worker.value,
                         wanted ? "not told" : "told", i, there, there == 1 ? "copy is" : "copies are");
    }
  }
  for (std::uint32_t j = 0; j < seats_.size(); ++j) {
    const SlotSet rejected = roll.thrown_away({WorkerId(j), seats_[j].life}, stamp);
    if (auto wrong = complaint_of_order(WorkerId(j), rejected)) return wrong;
  }
  return std::nullopt;
}

}  // namespace gleaner
