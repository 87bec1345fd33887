#include "runtime/serve_cluster.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "work/snapshot.h"

namespace gleaner {
namespace {

// The links' own flow control bounds what waits here.
constexpr std::size_t kUnbounded = std::size_t{1} << 30;

ChunkOutcome outcome_of(WorkNote::Kind kind) {
  switch (kind) {
    case WorkNote::Kind::finished: return ChunkOutcome::finished;
    case WorkNote::Kind::rejected: return ChunkOutcome::rejected;
    default: return ChunkOutcome::stopped;
  }
}

}  // namespace

ServeCluster::ServeCluster(const RunSpec& spec, RunObserver& observer, ServeOptions options)
    : spec_(spec),
      observer_(observer),
      options_(std::move(options)),
      window_(kUnbounded),
      vectors_(options_.heartbeat),
      layout_(SegmentLayout::of(spec.objective->dimension(), spec.plan->blocks(), spec.segment_floats)) {
  const std::size_t workers = spec.plan->workers();
  if (options_.start_with == 0 || options_.start_with > workers) options_.start_with = workers;
  for (std::size_t w = 0; w < workers; ++w) members_.emplace_back(options_.heartbeat);
}

RunResult ServeCluster::run(RemoteTransport& links) {
  links_ = &links;
  half_.emplace(spec_, observer_, static_cast<ServerHalf::Owner&>(*this), links, window_);
  ready_ = true;
  last_tick_ = next_tick_ = Clock::now();
  while (!half_->ended()) next();
  over_ = true;
  const std::scoped_lock lock(final_mutex_);
  final_ = picture();
  return half_->result();
}

void ServeCluster::next() {
  const Clock::time_point at = Clock::now();
  if (at >= next_tick_) return tick();
  if (!timers_.empty() && timers_.begin()->first <= at) {
    return server_event(TimerFired{timers_.extract(timers_.begin()).mapped()});
  }
  const auto until = timers_.empty() ? next_tick_ : std::min(next_tick_, timers_.begin()->first);
  std::optional<LoopEvent> event = inbox_.pop_until(until);
  if (event) std::visit([this](auto& e) { handle(e); }, *event);
}

void ServeCluster::on_message(Peer peer, WorkerMessage message) {
  post(ServerEvent(FromWorker{peer, std::move(message)}));
}
void ServeCluster::on_segment(VectorSegment segment) {
  // A worker sends none before it was told to, and by then the half is there.
  if (!ready_) return;
  inbox_.push(SegmentCame{segment.peer, segment.ticket});
  half_->deliver(std::move(segment));
}

ServeCluster::Member* ServeCluster::member(Peer peer) {
  Member& m = members_[peer.worker.index()];
  return m.life == peer.life && m.linked ? &m : nullptr;
}

void ServeCluster::server_event(ServerEvent event) {
  ServerHalf::Event e(std::move(event));
  half_->handle(e);
}

// ---- who is there

void ServeCluster::handle(Arrival& event) {
  Member& m = members_[event.peer.worker.index()];
  if (!event.same_life) {
    m.suspicion = Suspicion(options_.heartbeat);
    m.heard.reset();
  } else if (m.heard) {
    m.suspicion.heard_after(Clock::now() - *m.heard);  // it lived all the time
    m.heard.reset();                                   // its signs begin when it works again
  }
  m.life = event.peer.life;
  m.linked = true;
  m.joined = m.leaving = false;
  m.from = event.from;
  options_.say(fmt::format("worker {} {} from {}", event.peer.worker.value,
                           event.same_life ? "is back"
                           : m.was_here    ? "has a new process"
                                           : "has come",
                           event.from));
  fill_if_enough();
}

void ServeCluster::handle(ServerHalf::Event& event) {
  std::optional<Peer> greeting;
  if (const auto* e = std::get_if<ServerEvent>(&event)) {
    if (const auto* from = std::get_if<FromWorker>(e)) {
      if (member(from->peer) == nullptr) return;  // of a link that is gone
      if (std::holds_alternative<Hello>(from->message)) greeting = from->peer;
    }
  }
  half_->handle(event);
  if (!greeting || !half_->machine().is_live(greeting->worker)) return;
  Member& m = members_[greeting->worker.index()];
  m.joined = m.was_here = true;
  if (!m.heard) m.heard = Clock::now();  // from now on its silence counts
  begin_if_ready();
}

void ServeCluster::begin_if_ready() {
  if (begun_ || !half_) return;
  const std::size_t here = joined();
  if (here < options_.start_with) {
    if (here + 3 >= options_.start_with || here % 16 == 0)
      options_.say(
          fmt::format("{} of {} workers have their data; not yet: {}", here, options_.start_with, missing()));
    return;
  }
  begun_ = true;
  options_.say(fmt::format("{} workers are here: the run begins", here));
  half_->begin();
}

void ServeCluster::handle(Lost& event) {
  Member* m = member(event.peer);
  if (m == nullptr) return;
  m->linked = false;
  fill_if_enough();
  if (!std::exchange(m->joined, false)) return;
  half_->ledger().lost(event.peer, half_->now());
  if (!m->leaving) {
    ++m->losses;
    half_->book().worker_lost();
  }
  server_event(WorkerLost{event.peer});
}

void ServeCluster::handle(GoesAway& event) {
  Member* m = member(event.peer);
  if (m == nullptr) return;
  m->leaving = true;
  options_.say(fmt::format("worker {} goes after this round", event.peer.worker.value));
  if (!begun_) links_->drop(event.peer, "it leaves");
}

void ServeCluster::handle(Spares& event) {
  spares_ = event.count;
  fill_if_enough();
}

// Before the run spares are taken when they are enough to begin: a worker of a place of its own may be late.
void ServeCluster::fill_if_enough() {
  const auto free = std::ranges::count_if(members_, [](const Member& m) { return !m.linked; });
  if (!begun_ && spares_ > 0 && static_cast<std::size_t>(free) <= spares_) links_->fill_places();
}

// A round that can end with nobody else does not wait for the next one.
void ServeCluster::fill_if_stalled() {
  if (begun_ && spares_ > 0 && half_->machine().is_stalled()) links_->fill_places();
}

void ServeCluster::before_round(RoundId /*round*/) {
  vectors_.round_begins(half_->now());
  for (std::uint32_t w = 0; w < members_.size(); ++w) {
    Member& m = members_[w];
    if (!m.leaving || !m.linked) continue;
    const Peer peer{WorkerId(w), m.life};
    Lost gone{peer};
    handle(gone);
    links_->drop(peer, "it leaves");
  }
  if (spares_ > 0) links_->fill_places();
}

// ---- signs of life

void ServeCluster::handle(Alive& event) {
  Member* m = member(event.peer);
  if (m == nullptr) return;
  if (m->heard) m->suspicion.heard_after(event.at - *m->heard);
  m->heard = event.at;
}

void ServeCluster::tick() {
  const Clock::time_point at = Clock::now();
  const Duration every = options_.heartbeat / 2;
  // While this process stood still it could hear nobody.
  if (const Duration late = at - last_tick_ - 2 * every; late > Duration::zero()) {
    for (Member& m : members_) {
      if (m.heard) *m.heard += late;
    }
  }
  last_tick_ = at;
  next_tick_ = at + every;
  // Without workers that return the round in hand does not end.
  const bool may_end_now = !begun_ || half_->machine().is_stalled();
  if (may_end_now && (stop_asked_ || !observer_.keep_going()))
    return half_->end("interrupted", "asked to stop");
  fill_if_stalled();
  look_for_silent(at);
  look_for_late();
}

void ServeCluster::look_for_late() {
  for (VectorWatch::Late& late : vectors_.late(half_->now()))
    server_event(VectorLate{late.peer, late.ticket, std::move(late.why)});
}

void ServeCluster::look_for_silent(Clock::time_point at) {
  for (std::uint32_t w = 0; w < members_.size(); ++w) {
    Member& m = members_[w];
    if (!m.linked || !m.heard) continue;
    const Duration silence = at - *m.heard;
    if (m.suspicion.after(silence) < 1) continue;
    Note n;
    n.kind = NoteKind::worker_silent;
    n.term = half_->machine().stamp().term;
    n.round = half_->round();
    n.worker = WorkerId(w);
    n.value = seconds(silence);
    n.text = fmt::format("{:.3f} s between signs of life on average, {:.3f} s at most",
                         seconds(m.suspicion.mean()), seconds(m.suspicion.longest()));
    half_->note(n);
    const Peer peer{WorkerId(w), m.life};
    Lost gone{peer};
    handle(gone);
    links_->drop(peer, fmt::format("no sign of life for {:.1f} s", seconds(silence)));
  }
}

// ---- the books

void ServeCluster::handle(Noted& event) {
  Member* m = member(event.peer);
  const WorkNote& n = event.note;
  if (m == nullptr || n.slot.index() >= spec_.plan->assignment().load(event.peer.worker)) return;
  if (m->noted_in != n.stamp) {
    m->noted_in = n.stamp;
    m->noted.clear();
  }
  if (m->noted.contains(n.slot)) return;  // told again by another link
  Ledger& ledger = half_->ledger();
  if (n.kind == WorkNote::Kind::begun) return ledger.begins(event.peer, n.stamp, n.slot, half_->now());
  ledger.ends(event.peer, n.stamp, n.slot, outcome_of(n.kind), n.took);
  if (n.kind != WorkNote::Kind::finished) return;
  m->noted.insert(n.slot);
  if (n.stamp != half_->machine().stamp()) return;
  half_->book().chunk_finished(event.peer.worker,
                               spec_.plan->assignment().chunk_at(event.peer.worker, n.slot), n.took, n.drawn);
}

void ServeCluster::before_send(Peer peer, const ServerMessage& message) {
  half_->ledger().told(peer, message);
  const auto* signal = std::get_if<Transmit>(&message);
  if (signal == nullptr || signal->selection->used[peer.worker.index()].empty()) return;
  vectors_.signalled(peer, signal->ticket, signal->first_segment, layout_.count(), half_->now());
}

void ServeCluster::describe(ClusterState& state) const {
  for (const Member& m : members_) {
    state.lives.push_back(m.life);
    state.workers.push_back(m.joined ? ClusterState::Worker::live : ClusterState::Worker::gone);
  }
}

// ---- asked from outside

void ServeCluster::handle(StopAsked&) {
  stop_asked_ = true;
  half_->end_after_round("asked to stop");
}

std::size_t ServeCluster::joined() const {
  return static_cast<std::size_t>(std::ranges::count_if(members_, &Member::joined));
}

std::string ServeCluster::missing() const {
  std::string text;
  for (std::size_t w = 0; w < members_.size(); ++w) {
    if (!members_[w].joined) text += fmt::format("{}{}", text.empty() ? "worker " : ", ", w);
  }
  return text;
}

}  // namespace gleaner
