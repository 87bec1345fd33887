#include "protocol/worker.h"

#include <utility>

#include <fmt/format.h>

namespace gleaner {

Worker::Worker(Peer peer, std::shared_ptr<const Plan> plan)
    : peer_(peer), plan_(std::move(plan)), fingerprint_(plan_->fingerprint()) {}

Worker::Worker(Peer peer, std::shared_ptr<const Plan> plan, Fingerprint fingerprint, bool trace)
    : peer_(peer), plan_(std::move(plan)), fingerprint_(std::move(fingerprint)), trace_(trace) {}

void Worker::step(Time now, const WorkerEvent& event, std::vector<WorkerAction>& out) {
  now_ = now;
  std::visit([&](const auto& e) { on(e, out); }, event);
}

void Worker::on(const ServerMessage& message, Out& out) {
  std::visit([&](const auto& m) { on(m, out); }, message);
}

void Worker::on(const LinkChanged& event, Out& out) {
  if (!event.up) return;  // work goes on; what it gives is told when the link is back
  out.push_back(SendServer{Hello{fingerprint_, stamp_, done_}});
  for (const ChunkRejected& r : rejections_) out.push_back(SendServer{r});
}

void Worker::on(const Welcome& /*m*/, Out& /*out*/) {}

void Worker::on(const Refused& m, Out& out) {
  Note n = note(NoteKind::worker_refused);
  n.text = m.why;
  say(std::move(n), out);
}

void Worker::on(const StartRound& m, Out& out) {
  if (m.stamp <= stamp_) {
    Note n = note(NoteKind::message_ignored);
    n.text = fmt::format("{} is not after {}", text(m.stamp), text(stamp_));
    say(std::move(n), out);
    return;
  }
  drop_in_hand("a new round begins", out);
  withdraw(out);
  if (!done_.empty()) out.push_back(Release{stamp_});
  const bool later_term = stamp_.term.value != 0 && m.stamp.term != stamp_.term;
  stamp_ = m.stamp;
  done_.clear();
  rejected_.clear();
  rejections_.clear();
  revision_ = 0;
  last_epoch_ = Epoch(0);
  if (m.order) {
    order_ = *m.order;
  } else {
    const auto order = plan_->ordering().of(peer_.worker);
    order_.assign(order.begin(), order.end());
  }
  pace_ = Pace{};
  listens_ = m.listens;
  if (m.report_after > Duration::zero()) out.push_back(TellFraction{stamp_, now_ + m.report_after});
  wanted_ = SlotSet::first(order_.size());
  if (later_term) {
    Note n = note(NoteKind::server_restarted);
    n.count = stamp_.term.value;
    say(std::move(n), out);
  }
  Note n = note(NoteKind::work_started);
  n.count = order_.size();
  say(std::move(n), out);
  const std::optional<Todo> early = std::exchange(early_, std::nullopt);
  if (early && early->stamp == stamp_) return on(*early, out);
  compute_next(out);
}

void Worker::on(const Report& m, Out& out) {
  if (m.stamp == stamp_) out.push_back(TellFraction{stamp_, now_});
}

void Worker::on(const Todo& m, Out& out) {
  if (m.stamp > stamp_) {
    const bool later =
        !early_ || early_->stamp < m.stamp || (early_->stamp == m.stamp && early_->revision < m.revision);
    if (later) early_ = m;
    return;
  }
  if (m.stamp != stamp_ || m.revision <= revision_) return;  // overtaken: a later will is known already
  revision_ = m.revision;
  wanted_ = m.wanted;
  const bool reordered = m.order && *m.order != order_;
  if (reordered) order_ = *m.order;
  Note n = note(NoteKind::todo_changed);
  n.count = (wanted_ - done_).count();
  n.total = revision_;
  say(std::move(n), out);
  if (in_hand_ && in_hand_->stamp == stamp_) {
    if (!wanted_.contains(in_hand_->slot)) {
      drop_in_hand("it is not wanted any more", out);
    } else if (reordered && next_slot() != in_hand_->slot) {
      drop_in_hand("another comes first", out);
    }
  }
  compute_next(out);
}

void Worker::on(const Transmit& m, Out& out) {
  if (m.ticket.stamp != stamp_ || m.ticket.epoch <= last_epoch_) {
    Note n = note(NoteKind::message_ignored);
    n.text = fmt::format("a signal of {} epoch {} is overtaken", text(m.ticket.stamp), m.ticket.epoch.value);
    say(std::move(n), out);
    return;
  }
  last_epoch_ = m.ticket.epoch;
  if (m.revision >= revision_) {  // else a later will has overtaken the signal
    revision_ = m.revision;
    wanted_.clear();
    drop_in_hand("the signal came", out);
  }
  withdraw(out);
  const SlotSet& used = m.selection->used[peer_.worker.index()];
  if (used.empty()) {
    say(note(NoteKind::nothing_to_send), out);
    return;
  }
  if (!used.is_subset_of(done_)) {  // a server that believes in gradients that we do not have
    Note n = note(NoteKind::message_ignored);
    n.text = fmt::format("the signal asks for {} but only {} are finished", used.text(), done_.text());
    say(std::move(n), out);
    return;
  }
  sending_ = m.ticket;
  Note n = note(NoteKind::encoding);
  n.epoch = m.ticket.epoch;
  n.count = used.count();
  say(std::move(n), out);
  out.push_back(EncodeAndSend{m.ticket, m.selection, m.first_segment});
}

void Worker::on(const Committed& m, Out& out) {
  if (m.stamp != stamp_) return;
  wanted_.clear();
  drop_in_hand("the round is committed", out);
  withdraw(out);
  if (done_.empty()) return;
  done_.clear();
  say(note(NoteKind::released), out);
  out.push_back(Release{stamp_});
}

void Worker::on(const ChunkEnded& event, Out& out) {
  if (event.outcome == ChunkOutcome::stopped) note_fraction(event.fraction);
  const std::optional<InHand> ended = std::exchange(in_hand_, std::nullopt);
  if (event.stamp == stamp_) {
    if (event.outcome == ChunkOutcome::stopped) {
      if (ended && pace_.parts < kChunkParts && ended->pace.elapsed > pace_.elapsed) pace_ = ended->pace;
    } else if (event.outcome == ChunkOutcome::finished) {
      done_.insert(event.slot);
      if (trace_) {
        Note n = note(NoteKind::chunk_finished, event.slot);
        n.count = done_.count();
        say(std::move(n), out);
      }
      if (ended) pace_ = Pace{now_ - ended->began, kChunkParts};
      compute_next(out);
      report(out);
      return;
    } else if (event.outcome == ChunkOutcome::rejected) {
      rejected_.insert(event.slot);
      Note n = note(NoteKind::chunk_rejected, event.slot);
      n.text = event.why;
      say(std::move(n), out);
      rejections_.push_back(ChunkRejected{stamp_, event.slot, event.why});
      out.push_back(SendServer{rejections_.back()});
    }
  } else if (event.outcome == ChunkOutcome::finished) {
    out.push_back(Release{event.stamp});  // it was faster than the Abort, and its round is over
  }
  compute_next(out);
}

void Worker::on(const ChunkFraction& event, Out& out) {
  if (event.stamp != stamp_ || !in_hand_ || in_hand_->slot != event.slot || in_hand_->aborting) return;
  note_fraction(event.fraction);
  report(out);
}

void Worker::on(const Fraction& event, Out& out) {
  if (event.stamp != stamp_) return;
  note_fraction(event.fraction);
  report(out);
}

void Worker::on(const VectorSent& event, Out& out) {
  if (sending_ != event.ticket) return;
  sending_.reset();
  Note n = note(NoteKind::vector_sent);
  n.epoch = event.ticket.epoch;
  say(std::move(n), out);
}

void Worker::drop_in_hand(const char* why, Out& out) {
  if (!in_hand_ || in_hand_->aborting) return;
  in_hand_->aborting = true;
  if (trace_) {
    Note n = note(NoteKind::chunk_dropped, in_hand_->slot);
    n.text = why;
    say(std::move(n), out);
  }
  out.push_back(Abort{in_hand_->stamp, in_hand_->slot});
}

void Worker::withdraw(Out& out) {
  if (!sending_) return;
  Note n = note(NoteKind::withdrawn);
  n.epoch = sending_->epoch;
  say(std::move(n), out);
  out.push_back(Withdraw{*sending_});
  sending_.reset();
}

std::optional<Slot> Worker::next_slot() const {
  const SlotSet left = wanted_ - done_ - rejected_;
  if (left.empty()) return std::nullopt;
  for (const Slot slot : order_) {
    if (left.contains(slot)) return slot;
  }
  std::optional<Slot> other;  // whatever the order forgets is wanted all the same
  left.for_each([&](Slot slot) { other = other.value_or(slot); });
  return other;
}

void Worker::compute_next(Out& out) {
  if (in_hand_) return;  // its ChunkEnded calls again
  const std::optional<Slot> slot = next_slot();
  if (!slot) return;
  in_hand_ = InHand{stamp_, *slot, now_, {}};
  if (trace_) say(note(NoteKind::chunk_started, *slot), out);
  out.push_back(Compute{stamp_, *slot});
}

void Worker::note_fraction(double fraction) {
  if (!in_hand_ || in_hand_->stamp != stamp_) return;
  const double parts = fraction * kChunkParts;
  // Finished it is when it has ended.
  const double known = parts >= kChunkParts ? kChunkParts - 1 : (parts > 0 ? parts : 0);
  in_hand_->pace = {now_ - in_hand_->began, static_cast<std::uint8_t>(known)};
}

void Worker::report(Out& out) const {
  Progress p{stamp_, done_};
  if (listens_) p.pace = pace_;
  if (listens_ && in_hand_ && in_hand_->stamp == stamp_ && !in_hand_->aborting) {
    if (pace_.parts < kChunkParts && in_hand_->pace.elapsed > pace_.elapsed) p.pace = in_hand_->pace;
    p.in_hand = in_hand_->slot;
    p.in_hand_for = now_ - in_hand_->began;
  }
  out.push_back(SendServer{std::move(p)});
}

void Worker::say(Note&& n, Out& out) const {
  if (trace_) out.emplace_back(std::move(n));
}

Note Worker::note(NoteKind kind) const {
  Note n;
  n.kind = kind;
  n.term = stamp_.term;
  n.round = stamp_.round;
  n.worker = peer_.worker;
  return n;
}

Note Worker::note(NoteKind kind, Slot slot) const {
  Note n = note(kind);
  n.chunk = plan_->assignment().chunk_at(peer_.worker, slot);
  return n;
}

}  // namespace gleaner
