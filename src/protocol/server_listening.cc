// How quick everybody is in this round, and who should do what by that (beyond.md section 3).
//
//   first_word -> asked -> planning -> pause, watch or off
//                   ^                    |
//                   +--- a timer rings --+
//
// first_word: nothing is known of earlier rounds, until enough copies are there. Where a driver knows when to
// listen, a round begins with asked: until all have answered, or it is late. planning: the driver works on
// orders. After a pause those are asked again that had got nowhere. At a check somebody should have finished
// what it had in hand: nobody is asked, but the driver is. At a watch the round should be over: all that have
// finished nothing are asked.
//
// Orders only say what comes first. What is wanted at all is for server_skipping.cc to say: whatever a worker
// reports of its speed, no chunk is left out for it.
#include <algorithm>
#include <span>
#include <utility>

#include "protocol/server.h"

namespace gleaner {
namespace {

constexpr std::uint32_t kPlansMax = 16;  // asked for in a round, losses included
// Without any history everybody is asked when one in so many of the copies is there. Quick workers are
// through with their chunks before a round ends, so by then less than that part of it is over: about 1 in
// kChunkParts, at which whoever can be of use in the round has done a part of a chunk. Measured on
// exponential speeds.
constexpr std::size_t kFirstWord = 6;
constexpr std::uint32_t kLongerMax = 4;  // times in a round that it waits as long again for answers

}  // namespace

void Server::begin_listening(Time now, Duration after, Out& out) {
  round_began_ = now;
  listen_after_ = after;
  listening_ = Listening::off;
  unanswered_ = asked_ = 0;
  waited_longer_ = 0;
  listen_timer_.reset();
  late_ = check_ = false;
  by_start_ = false;
  plans_ = 0;
  lost_while_planning_ = false;
  if (!replans()) return;
  Note n = note(NoteKind::listens);
  n.value = seconds(after);
  say(std::move(n), out);
  if (after > Duration::zero()) {
    by_start_ = true;
    listen_until(now + 2 * after, Listening::asked, out);  // so late an answer is as good as none
  } else {
    listening_ = Listening::first_word;
  }
}

void Server::note_pace(Time now, PeerState& p, const Progress& m) {
  // A report that was overtaken says less.
  if (m.pace.parts >= p.pace.parts || m.pace.elapsed > p.pace.elapsed) p.pace = m.pace;
  SeenOfWorker& s = p.seen;
  if (!s.messages && p.observed.empty() && s.busy_since == s.last_finished) {
    const bool finished = m.done.count() == 1 && m.pace.parts == kChunkParts;
    if (finished || (m.done.empty() && m.in_hand)) {
      const Duration told = finished ? m.pace.elapsed : m.in_hand_for;
      s.messages = std::max(now - s.busy_since - told, Duration::zero());
    }
  }
  s.heard = now;
  p.in_hand = m.in_hand;
  p.in_hand_since = now - std::min(m.in_hand_for, now - round_began_);
  answered(p);
}

// Of several that are told at once nobody knows how long each of them took.
void Server::note_finished(Time now, PeerState& p, std::size_t chunks) {
  SeenOfWorker& s = p.seen;
  s.took_least = chunks == 1 ? now - s.busy_since : Duration::zero();
  s.took_most = now - s.last_finished;
  s.last_finished = s.busy_since = now;
}

void Server::expect_next(WorkerId worker) {
  PeerState& p = peers_[worker.index()];
  const auto order = p.order ? std::span<const Slot>(*p.order) : plan_->ordering().of(worker);
  const auto next = std::ranges::find_if(order, [&](Slot s) {
    return p.wanted.contains(s) && !p.observed.contains(s) && !p.rejected.contains(s);
  });
  p.in_hand = next == order.end() ? std::nullopt : std::optional(*next);
  p.in_hand_since = now_;
}

void Server::answered(PeerState& p) {
  if (std::exchange(p.asked, false)) --unanswered_;
}

bool Server::is_first_word() const {
  const std::size_t wanted = plan_->chunks() * plan_->blocks();
  const std::size_t there = wanted - coverage_.residual_squared();
  return there >= std::max<std::size_t>(1, wanted / kFirstWord);
}

// Who was to answer later by what earlier rounds had shown is asked now, if this one is so much quicker.
void Server::hear_progress(Time now, Out& out) {
  const bool was_asked_by_start = listening_ == Listening::asked && by_start_;
  if ((listening_ == Listening::first_word || was_asked_by_start) && is_first_word()) {
    if (std::exchange(by_start_, false)) {
      for (PeerState& p : peers_) answered(p);
    }
    ask(now, true, out);
  }
  if (listening_ == Listening::asked && unanswered_ == 0) ask_for_orders(out);
}

// Whoever has shown a part of a chunk has told its speed; of the others it is time to hear again.
void Server::ask(Time now, bool everybody, Out& out) {
  for (std::size_t w = 0; w < peers_.size(); ++w) {
    PeerState& p = peers_[w];
    if (!p.live || p.barred || p.wanted.is_subset_of(p.observed | p.rejected)) continue;
    if (p.pace.parts == kChunkParts || (!everybody && p.pace.parts > 0)) continue;
    if (std::exchange(p.asked, true)) continue;
    ++unanswered_;
    out.push_back(SendWorker{{WorkerId(static_cast<std::uint32_t>(w)), p.life}, Report{stamp_}});
  }
  asked_ = unanswered_;
  const Duration elapsed = now - round_began_;
  listen_until(now + std::max(elapsed, Duration(1)), Listening::asked, out);
}

void Server::listen_until(Time at, Listening next, Out& out) {
  listening_ = next;
  listen_timer_ = TimerId{TimerId::Kind::listen, stamp_, ++timer_serial_};
  out.push_back(ArmTimer{*listen_timer_, at});
}

void Server::on_listen_timer(Time now, Out& out) {
  switch (listening_) {
    case Listening::asked:
      // Where most are silent the network is slow, and not they. So it is given as long again.
      if (2 * unanswered_ > asked_ && waited_longer_ < kLongerMax) {
        ++waited_longer_;
        return listen_until(now + std::max(now - round_began_, Duration(1)), Listening::asked, out);
      }
      return ask_for_orders(out);
    case Listening::check: check_ = true; return ask_for_orders(out);
    case Listening::pause:
    case Listening::watch:
      late_ = listening_ == Listening::watch;
      ask(now, late_, out);
      if (unanswered_ == 0) ask_for_orders(out);
      return;
    case Listening::off:
    case Listening::first_word:
    case Listening::planning: return;
  }
}

void Server::ask_for_orders(Out& out) {
  listen_timer_.reset();
  listening_ = Listening::off;
  lost_while_planning_ = false;
  by_start_ = false;
  if (plans_ >= kPlansMax) return;
  ++plans_;
  listening_ = Listening::planning;
  for (PeerState& p : peers_) p.planned_for = p.live && !p.barred;
  if (!check_) {
    Note n = note(NoteKind::listened);
    n.count = unanswered_;
    say(std::move(n), out);
  }
  out.push_back(
      Replan{++plan_serial_, std::exchange(late_, false), std::exchange(check_, false), knowledge()});
}

void Server::replan_after_loss(Out& out) {
  lost_while_planning_ = lost_while_planning_ || listening_ == Listening::planning;
  const bool told =
      listening_ == Listening::pause || listening_ == Listening::check || listening_ == Listening::watch;
  if (told || (listening_ == Listening::asked && unanswered_ == 0)) ask_for_orders(out);
}

void Server::on(Time now, const OrdersReady& e, Out& out) {
  if (e.stamp != stamp_ || e.serial != plan_serial_ || !may_replan()) return;
  listening_ = Listening::off;
  std::size_t told = 0;
  for (std::size_t w = 0; w < e.orders.size() && w < peers_.size(); ++w) {
    PeerState& p = peers_[w];
    // An order leaves out what was done by then. A later life has to do that too.
    if (!e.orders[w] || !p.live || p.barred || !p.planned_for) continue;
    p.order = e.orders[w];
    if (p.wanted.is_subset_of(p.observed | p.rejected))
      continue;  // it has nothing to do; a will brings the order
    const std::optional<Slot> had = p.in_hand;
    const Time since = p.in_hand_since;
    expect_next(WorkerId(static_cast<std::uint32_t>(w)));
    if (had && p.in_hand == had) p.in_hand_since = since;
    tell_todo(WorkerId(static_cast<std::uint32_t>(w)), p.wanted, out);
    ++told;
  }
  Note n = note(e.fell_back ? NoteKind::fell_back : NoteKind::replanned);
  n.count = told;
  n.value = seconds(e.until);
  say(std::move(n), out);
  if (lost_while_planning_ && !e.fell_back) return ask_for_orders(out);
  const Duration elapsed = now - round_began_;
  if (e.listen_again > elapsed) {
    Note again = note(NoteKind::listens_again);
    again.value = seconds(e.listen_again);
    say(std::move(again), out);
    listen_until(round_began_ + e.listen_again, Listening::pause, out);
  } else if (e.until > Duration::zero() && !e.fell_back) {
    // A quarter of what was to come may be lost to what nobody can know.
    const Duration left = std::max(e.until - elapsed, Duration(4));
    const Time watch = now + left + left / 4;
    const Time check = round_began_ + e.check;
    if (check > now && check < watch) return listen_until(check, Listening::check, out);
    listen_until(watch, Listening::watch, out);
  }
}

KnowledgeRef Server::knowledge() const {
  auto known = std::make_shared<RoundKnowledge>();
  known->stamp = stamp_;
  known->began = round_began_;
  known->workers.reserve(peers_.size());
  for (const PeerState& p : peers_) {
    known->workers.push_back({p.live && !p.barred, p.contributed, p.rejected, p.pace, p.in_hand,
                              p.in_hand_since, p.order, p.seen});
  }
  return known;
}

}  // namespace gleaner
