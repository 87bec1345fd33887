// The checker's account of lives: who joins, who is lost, whose work and whose vectors are rejected.
#include <variant>

#include <fmt/format.h>

#include "sim/disaster_checker.h"

namespace gleaner {

DisasterChecker::Wanted* DisasterChecker::wanted(Peer peer, Ticket ticket) {
  const auto v = wanted_.find(peer.worker);
  return v != wanted_.end() && v->second.peer == peer && ticket_of(v->second) == ticket ? &v->second
                                                                                        : nullptr;
}

void DisasterChecker::on_server_event(Time at, Stamp stamp, const ServerEvent& event) {
  now_ = at;
  loss_in_hand_ = false;
  bad_in_hand_.reset();
  if (std::holds_alternative<BeginRound>(event)) {
    began_ = at;
    hopeless_since_.reset();
    roll_.round_begins();
    wills_.round_begins();
  } else {
    check_wills();  // all that the event before this one led to has been said
  }
  if (const auto* said = std::get_if<FromWorker>(&event)) {
    if (const auto* rejected = std::get_if<ChunkRejected>(&said->message)) check_rejection(*said, *rejected);
    roll_.hears(*said, stamp);
    wills_.hears(*said, stamp);
  }
  if (const auto* lost = std::get_if<WorkerLost>(&event)) {
    const auto v = wanted_.find(lost->peer.worker);
    loss_in_hand_ = roll_.is_live(lost->peer) && v != wanted_.end() && v->second.peer == lost->peer &&
                    !v->second.whole && committed_ < stamp_.round;
    counts_.lost_after_signal += loss_in_hand_ ? 1 : 0;
    roll_.loses(lost->peer);
    wills_.loses(lost->peer);
  }
  if (const auto* in = std::get_if<VectorIn>(&event)) take_whole(*in);
  if (const auto* bad = std::get_if<VectorBad>(&event)) take_for_bad(*bad);
  look_at_hope();
}

// After the signal what is short depends on vectors that have arrived: liveness sees to that.
void DisasterChecker::check_wills() {
  if (failed_ || selection_ || stamp_.round <= committed_) return;
  if (auto wrong = wills_.complaint(roll_, stamp_)) broken(Rule::will, std::move(*wrong));
}

void DisasterChecker::take_whole(const VectorIn& in) {
  Wanted* const v = roll_.is_live(in.peer) ? wanted(in.peer, in.ticket) : nullptr;
  if (v == nullptr) return;
  v->whole = true;
  for (std::uint32_t s = combined_; s < layout_.count(); ++s) {
    if (v->sound.contains(s)) continue;
    return broken(Rule::vector, fmt::format("the vector of worker {} is taken for whole without segment {}",
                                            in.peer.worker.value, s));
  }
}

// Barred is a worker whose vector was broken indeed: what the server says of it is no evidence.
void DisasterChecker::take_for_bad(const VectorBad& bad) {
  const Wanted* const v = roll_.is_live(bad.peer) ? wanted(bad.peer, bad.ticket) : nullptr;
  if (v == nullptr || v->whole) return;
  if (!v->unsound) {
    return broken(Rule::vector,
                  fmt::format("the vector of worker {} is rejected although every segment of it that came "
                              "in is sound: {}",
                              bad.peer.worker.value, bad.why));
  }
  ++counts_.rejected_vectors;
  roll_.bars(bad.peer.worker);
  bad_in_hand_ = bad.peer.worker;
}

void DisasterChecker::check_rejection(const FromWorker& said, const ChunkRejected& rejected) {
  ++counts_.rejected_chunks;
  if (!roll_.is_live(said.peer) || rejected.stamp != stamp_) return;  // late: nobody listens
  if (roll_.thrown_away(said.peer, rejected.stamp).contains(rejected.slot)) return;
  broken(Rule::vector, fmt::format("worker {} says that slot {} gave no gradient, but it did not fail there",
                                   said.peer.worker.value, rejected.slot.value));
}

void DisasterChecker::on_server_action(Time at, const ServerAction& action) {
  now_ = at;
  if (const auto* send = std::get_if<SendWorker>(&action)) {
    wills_.sends(*send);
    if (!std::holds_alternative<Welcome>(send->message)) return;
    if (roll_.has_joined_before(send->peer)) {
      ++counts_.reconnects;
    } else if (send->peer.life.value > 1) {
      ++counts_.returns;
    }
    roll_.welcomes(send->peer);
    look_at_hope();
  }
  if (std::holds_alternative<FailRun>(action)) check_failure();
}

void DisasterChecker::on_worker_event(Time at, Peer /*peer*/, const WorkerEvent& /*event*/) { now_ = at; }

void DisasterChecker::on_chunk(Peer peer, Stamp stamp, Slot slot, ChunkOutcome outcome, bool poisoned) {
  roll_.ends(peer, stamp, slot, outcome);
  if ((outcome == ChunkOutcome::rejected) == poisoned) return;
  broken(Rule::vector, fmt::format("the gradient of slot {} of worker {} is {} a NaN and was {}", slot.value,
                                   peer.worker.value, poisoned ? "one with" : "without",
                                   poisoned ? "kept" : "thrown away"));
}

}  // namespace gleaner
