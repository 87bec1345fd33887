#include "runtime/worker_loop.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace gleaner {
namespace {

// The server's flow control is the link's own.
constexpr std::size_t kUnbounded = std::size_t{1} << 30;

WorkNote::Kind kind_of(ChunkOutcome outcome) {
  switch (outcome) {
    case ChunkOutcome::finished: return WorkNote::Kind::finished;
    case ChunkOutcome::stopped: return WorkNote::Kind::stopped;
    case ChunkOutcome::rejected: return WorkNote::Kind::rejected;
  }
  return WorkNote::Kind::stopped;
}

}  // namespace

WorkerLoop::WorkerLoop(const RunSpec& spec, Peer peer, Duration heartbeat, WorkerSurroundings surroundings)
    : spec_(spec),
      heartbeat_(heartbeat),
      surroundings_(std::move(surroundings)),
      window_(kUnbounded),
      host_(
          spec, peer, [this](Peer, HostEvent e) { inbox_.push(std::move(e)); }, window_),
      server_(heartbeat) {}

WorkerLoop::~WorkerLoop() {
  host_.close();
  if (reconnecting_.joinable()) reconnecting_.join();
}

WorkerEnding WorkerLoop::run(std::unique_ptr<RemoteLink> link) {
  next_tick_ = Clock::now();
  attach(std::move(link));
  while (!ending_) {
    const Clock::time_point at = Clock::now();
    if (at >= next_tick_) {
      tick();
      continue;
    }
    if (!fractions_.empty() && fractions_.begin()->first <= at) {
      const Stamp stamp = fractions_.extract(fractions_.begin()).mapped();
      step(Fraction{stamp, host_.fraction()});
      continue;
    }
    const auto until = fractions_.empty() ? next_tick_ : std::min(next_tick_, fractions_.begin()->first);
    std::optional<LoopEvent> event = inbox_.pop_until(until);
    if (event) std::visit([this](auto& e) { handle(e); }, *event);
  }
  return *ending_;
}

void WorkerLoop::on_parameters(Stamp stamp, SharedVector parameters) {
  inbox_.push(HostEvent(ParametersCame{stamp, std::move(parameters)}));
}
void WorkerLoop::on_message(ServerMessage message) {
  inbox_.push(HostEvent(WorkerEvent(std::move(message))));
}
void WorkerLoop::on_heartbeat() { inbox_.push(ServerAlive{Clock::now()}); }
void WorkerLoop::on_ended(LinkEnd end) { inbox_.push(std::move(end)); }

void WorkerLoop::attach(std::unique_ptr<RemoteLink> link) {
  link_ = link.get();
  server_speaks_ = false;
  host_.attach(std::move(link));
  surroundings_.start(*link_, *this);
  step(LinkChanged{true});
  for (const WorkNote& note : notes_) link_->send(note);
  if (leaving_) link_->leaving();
}

void WorkerLoop::lose_link(const std::string& why) {
  if (link_ == nullptr) return;
  link_->abandon();
  link_ = nullptr;
  host_.detach();
  step(LinkChanged{false});
  if (leaving_) return end({WorkerEnding::Kind::left});
  surroundings_.say(
      fmt::format("the link to the server is gone: {}; work goes on, and it knocks again", why));
  if (reconnecting_.joinable()) reconnecting_.join();
  reconnecting_ = std::thread([this] { inbox_.push(Reconnected{surroundings_.reconnect()}); });
}

void WorkerLoop::tick() {
  next_tick_ = Clock::now() + heartbeat_;
  if (!leaving_ && !surroundings_.keep_going()) {
    leaving_ = true;
    if (link_ == nullptr) return end({WorkerEnding::Kind::left});
    surroundings_.say("asked to go: it goes after this round");
    link_->leaving();
  }
  if (link_ == nullptr) return;
  link_->heartbeat();
  if (!server_speaks_) return;
  const Duration silence = Clock::now() - server_heard_;
  if (server_.after(silence) >= 1) {
    server_.heard_after(silence);  // should it turn out to be alive
    lose_link(fmt::format("no sign of life for {:.1f} s", seconds(silence)));
  }
}

void WorkerLoop::handle(HostEvent& event) {
  std::visit([this](auto& e) { handle(e); }, event);
}

void WorkerLoop::handle(ServerAlive& event) {
  if (std::exchange(server_speaks_, true)) server_.heard_after(event.at - server_heard_);
  server_heard_ = event.at;
}

void WorkerLoop::handle(LinkEnd& e) {
  if (e.run_is_over) return end({WorkerEnding::Kind::run_is_over, e.status, e.reason});
  lose_link(e.reason);
}

void WorkerLoop::handle(Reconnected& event) {
  if (auto* failed = std::get_if<WorkerEnding>(&event.result)) return end(std::move(*failed));
  surroundings_.say("the link to the server is back");
  attach(std::move(std::get<std::unique_ptr<RemoteLink>>(event.result)));
}

void WorkerLoop::handle(WorkerEvent& event) {
  if (const auto* message = std::get_if<ServerMessage>(&event)) {
    if (const auto* refused = std::get_if<Refused>(message))
      return end({WorkerEnding::Kind::refused, "", refused->why});
    if (std::holds_alternative<StartRound>(*message)) notes_.clear();
  }
  step(event);
}

void WorkerLoop::handle(ChunkComputed& event) {
  const ComputeThread::Result& r = event.result;
  tell({r.job.stamp, r.job.slot, kind_of(r.verdict.outcome), r.took, r.job.at_least});
  step(host_.chunk_computed(std::move(event.result)));
}

void WorkerLoop::handle(SendingEnded& event) {
  if (event.how == SendThread::Ended::sent) step(VectorSent{event.ticket});
}

void WorkerLoop::step(const WorkerEvent& event) {
  std::vector<WorkerAction> actions;
  host_.machine().step(now(), event, actions);
  for (const WorkerAction& a : actions) std::visit([this](const auto& action) { perform(action); }, a);
}

void WorkerLoop::perform(const Note& note) {
  if (surroundings_.trace != nullptr) surroundings_.trace->record({now(), note});
}

void WorkerLoop::perform(const Compute& action) {
  const Duration drawn = host_.perform(action);
  tell({action.stamp, action.slot, WorkNote::Kind::begun, {}, drawn});
}

void WorkerLoop::perform(const TellFraction& action) {
  fractions_.emplace(began_ + action.at.time_since_epoch(), action.stamp);
}

void WorkerLoop::tell(const WorkNote& note) {
  notes_.push_back(note);
  if (link_ != nullptr) link_->send(note);
}

void WorkerLoop::end(WorkerEnding ending) {
  if (!ending_) ending_ = std::move(ending);
}

}  // namespace gleaner
