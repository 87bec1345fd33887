#include "work/ledger.h"

#include <algorithm>
#include <utility>

namespace gleaner {

Ledger::Ledger(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {
  const Assignment& a = plan_->assignment();
  for (std::uint32_t w = 0; w < a.workers(); ++w) {
    first_.push_back(took_.size());
    took_.resize(took_.size() + a.load(WorkerId(w)));
  }
  restart();
}

void Ledger::restart() {
  lives_.assign(plan_->workers(), Life{});
  stamp_ = Stamp{};
  open_ = false;
  round_ = LedgerPage(plan_->workers(), plan_->chunks());
  run_ = round_;
}

void Ledger::round_begins(Stamp stamp, Time now) {
  for (std::uint32_t k = 0; k < lives_.size(); ++k) {
    if (lives_[k].in_hand) aborts(WorkerId(k), lives_[k], now - lives_[k].began);
  }
  stamp_ = stamp;
  if (!std::exchange(open_, true)) {
    std::ranges::fill(round_.workers, LedgerRow{});
    std::ranges::fill(round_.chunks, LedgerRow{});
  }
  for (Life& l : lives_) {
    l.lost = false;
    l.revision = 0;
    l.begun.clear();
    l.left_out.clear();
    l.finished = 0;
    l.finished_time = l.longest = Duration{};
  }
}

Ledger::Life& Ledger::life(Peer peer) {
  Life& l = lives_[peer.worker.index()];
  if (l.life == peer.life) return l;
  const bool lost = l.lost;
  l = Life{};
  l.life = peer.life;
  l.lost = lost;
  return l;
}

void Ledger::begins(Peer peer, Stamp stamp, Slot slot, Time now) {
  if (stamp != stamp_ || !open_) return;
  Life& l = life(peer);
  l.in_hand = true;
  l.slot = slot;
  l.began = now;
  l.begun.insert(slot);
}

void Ledger::ends(Peer peer, Stamp stamp, Slot slot, ChunkOutcome outcome, Duration took) {
  Life& l = lives_[peer.worker.index()];
  if (stamp != stamp_ || l.life != peer.life || !l.in_hand || l.slot != slot) return;
  if (outcome != ChunkOutcome::finished) return aborts(peer.worker, l, took);
  l.in_hand = false;
  ++l.finished;
  l.finished_time += took;
  took_[first_[peer.worker.index()] + slot.index()] = took;
  for (LedgerRow* r : {&round_.workers[peer.worker.index()], &row(chunk_at(peer.worker, slot))}) {
    ++r->computed;
    r->busy += took;
  }
}

void Ledger::aborts(WorkerId worker, Life& l, Duration took) {
  l.in_hand = false;
  l.longest = std::max(l.longest, took);
  for (LedgerRow* r : {&round_.workers[worker.index()], &row(chunk_at(worker, l.slot))}) {
    ++r->aborted;
    r->busy += took;
    r->aborted_time += took;
  }
}

// By the rule of the worker itself (worker.cc): the larger revision wins, and a signal has one, too.
void Ledger::told(Peer peer, const ServerMessage& message) {
  if (const auto* signal = std::get_if<Transmit>(&message);
      signal != nullptr && signal->ticket.stamp == stamp_) {
    Life& l = life(peer);
    l.revision = std::max(l.revision, signal->revision);
  }
  const auto* todo = std::get_if<Todo>(&message);
  if (todo == nullptr || todo->stamp != stamp_ || !open_) return;
  Life& l = life(peer);
  if (todo->revision <= l.revision) return;
  l.revision = todo->revision;
  l.left_out = SlotSet::first(plan_->assignment().load(peer.worker)) - todo->wanted - l.begun;
}

void Ledger::lost(Peer peer, Time now) {
  Life& l = life(peer);
  if (l.in_hand) aborts(peer.worker, l, now - l.began);
  l.left_out.clear();
  l.lost = true;
}

void Ledger::commits(const UsedSlots& used, Time now) {
  for (std::uint32_t k = 0; k < lives_.size(); ++k) {
    const WorkerId w(k);
    Life& l = lives_[k];
    if (l.in_hand) aborts(w, l, now - l.began);
    LedgerRow& mine = round_.workers[k];
    l.left_out.for_each([&](Slot slot) {
      ++mine.skipped;
      ++row(chunk_at(w, slot)).skipped;
    });
    used[k].for_each([&](Slot slot) {
      for (LedgerRow* r : {&mine, &row(chunk_at(w, slot))}) {
        ++r->used;
        r->used_time += took_[first_[k] + slot.index()];
      }
    });
  }
  open_ = false;
  run_ += round_;
}

void Ledger::undo(const LedgerPage& page) {
  const auto take_back = [](LedgerRow& from, const LedgerRow& row) {
    from.used -= row.used;
    from.used_time -= row.used_time;
  };
  for (std::size_t w = 0; w < page.workers.size(); ++w) take_back(run_.workers[w], page.workers[w]);
  for (std::size_t c = 0; c < page.chunks.size(); ++c) take_back(run_.chunks[c], page.chunks[c]);
}

Ledger::Seen Ledger::seen(WorkerId worker) const {
  const Life& l = lives_[worker.index()];
  if (l.finished > 0) return {l.finished_time / l.finished, true, l.lost};
  return {l.longest, false, l.lost};
}

}  // namespace gleaner
