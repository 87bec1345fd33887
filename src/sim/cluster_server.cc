// What reaches the server, and what it wants. Internal to cluster.h.
#include <cmath>

#include <fmt/format.h>

#include "sim/cluster_engine.h"
#include "sim/message_bytes.h"

namespace gleaner {

void Cluster::Engine::on(sim_event::AtServer& e) {
  if (!server_) return;
  const FromWorker& heard = e.heard;
  SimWorker& w = worker(heard.peer.worker);
  if (e.session < w.link.valid || kept_out(w, e)) return;
  if (std::holds_alternative<Hello>(heard.message)) {
    // A link that broke before it was used was never there.
    if (find(heard.peer) == nullptr || !w.link.up || e.session != w.link.session) return;
    const bool replaces = w.joined.value != 0 && w.joined != heard.peer.life;
    const bool was_live = replaces && server_->is_live(heard.peer.worker);
    const Server::Phase before = phase();
    tell_server(heard);
    if (!server_) return;
    if (was_live) count_loss(before);
    w.joined = heard.peer.life;
    return await_nobody(w);
  }
  tell_server(heard);
}

void Cluster::Engine::on(const sim_event::LossHeard& e) {
  if (!serves(e.term)) return;
  const Server::Phase before = phase();
  const bool was_live = server_->is_live(e.peer.worker);
  tell_server(WorkerLost{e.peer});
  if (server_ && was_live && !server_->is_live(e.peer.worker)) count_loss(before);
}

void Cluster::Engine::count_loss(Server::Phase before) {
  if (before != Server::Phase::computing && before != Server::Phase::collecting) return;
  ++(signalled_ ? tally_.lost_after_signal : tally_.lost_before_signal);
}

void Cluster::Engine::on(sim_event::SegmentAtServer& e) {
  const SimWorker& w = worker(e.part.peer.worker);
  if (!server_ || e.session < w.link.valid || kept_out(w, e)) return;
  vectors_->deliver(std::move(e.part), outcomes_);
  take_outcomes();
}

void Cluster::Engine::on(const sim_event::TimerRings& e) { late_timers_.push_back(e.timer); }

void Cluster::Engine::tell_server(const ServerEvent& event) {
  if (watcher_ != nullptr) watcher_->on_server_event(now(), server_->stamp(), event);
  announced_ = false;
  look_due_ = look_due_ || (spec_.server.looks && !std::holds_alternative<Look>(event));
  server_->step(now(), event, server_actions_);
  for (std::size_t k = 0; k < server_actions_.size() && !ended_; ++k) {
    if (watcher_ != nullptr && !std::holds_alternative<Note>(server_actions_[k])) {
      watcher_->on_server_action(now(), server_actions_[k]);
    }
    std::visit([this](auto& action) { perform(action); }, server_actions_[k]);
  }
  server_actions_.clear();
  if (faults_ != nullptr && strike_after(event)) return;
  take_outcomes();
  if (committed_ && !ended_) finish_commit();
}

bool Cluster::Engine::strike_after(const ServerEvent& event) {
  if (announced_ && strike_server(ServerStep::signalled)) return true;
  if (std::holds_alternative<BeginRound>(event)) return strike_server(ServerStep::began);
  if (std::holds_alternative<VectorIn>(event)) return strike_server(ServerStep::collected);
  const auto* heard = std::get_if<FromWorker>(&event);
  return heard != nullptr && std::holds_alternative<Progress>(heard->message) &&
         strike_server(ServerStep::heard);
}

// What the arrival of a segment means is told at once, after everything that led to it has been done.
void Cluster::Engine::take_outcomes() {
  while (!outcomes_.empty() && server_ && !ended_) {
    const VectorWork::Outcomes now_known = std::exchange(outcomes_, {});
    for (const Combiner::Outcome& outcome : now_known) {
      if (!server_ || ended_) return;
      if (const auto* c = std::get_if<Combined>(&outcome)) {
        combined_ = c->segments;
        wake_senders();
      }
      std::visit([this](const auto& o) { tell_server(o); }, outcome);
    }
  }
}

void Cluster::Engine::perform(SendWorker& a) {
  SimWorker& w = worker(a.peer.worker);
  if (tally_.asked == Duration::zero() && std::holds_alternative<Report>(a.message)) {
    tally_.asked = now() - round_began_;
  }
  send(w, a.peer, std::move(a.message));
}

void Cluster::Engine::perform(const SendParameters& a) {
  worker(a.peer.worker).parameters_due += spec_.parameter_bytes;
}

void Cluster::Engine::perform(const Expect& a) {
  if (a.vectors.empty()) {
    ++tally_.uncovered;
  } else {
    announced_ = true;
    if (!std::exchange(signalled_, true)) tally_.signalled = now() - round_began_;
    desk_.resolve(round_, a.selection->used);
    if (faults_ != nullptr) faults_->on_signal(round_, *a.selection);
  }
  vectors_->expect(a, outcomes_);
}

// The orders are worked out at once, and count when the time for that has passed.
void Cluster::Engine::perform(const Replan& a) {
  queue_.schedule(heard(in(spec_.planning)), sim_event::OrdersDue{replan_desk_->answer(now(), a)});
}

void Cluster::Engine::on(const sim_event::OrdersDue& e) {
  if (serves(e.ready.stamp.term)) tell_server(e.ready);
}

void Cluster::Engine::perform(const RoundShown& a) { replan_desk_->learn(now(), a); }

void Cluster::Engine::perform(const Commit& a) {
  if (ledger_ != nullptr) {
    ledger_->commits(a.selection->used, now());
    if (faults_ != nullptr) provisional_.push_back(ledger_->round());
  }
  if (const Status done = vectors_->commit(a); !done) {
    return end(false, fmt::format("round {}: {}", a.stamp.round.value, done.error().sentence()));
  }
  const auto all = static_cast<double>(spec_.plan->chunks() * spec_.plan->blocks());
  tally_.stamp = a.stamp;
  tally_.took = now() - round_began_;
  tally_.residual_norm = a.residual * std::sqrt(all);
  tally_.chunks_completed += a.chunks_completed;
  tally_.chunks_used = a.chunks_used;
  tally_.epochs = a.selection->epoch.value;
  // The news of the commit belong to the round: they are on their way as soon as it is over.
  tally_.messages += a.live_workers;
  tally_.bytes_to_workers += a.live_workers * message_bytes(Committed{});
  outcome_.rounds.push_back(std::exchange(tally_, RoundOutcome{}));
  committed_ = a.stamp;
}

}  // namespace gleaner
