// How a Cluster does what it declares. Included by cluster.h only.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "support/cluster.h"

namespace gleaner::test {

inline Cluster::Cluster(std::shared_ptr<const Plan> plan, ServerOptions options, ToyShape shape)
    : plan_(plan),
      code_(code_for(plan->method())),
      shape_(shape),
      server_(std::make_unique<Server>(plan, code_, options)),
      combiner_(plan, code_, shape),
      current_(plan->workers(), 0),
      lives_(plan->workers(), 0) {}

// ---- things that happen

inline void Cluster::begin_round(RoundId round) {
  expects.clear();
  encoded.clear();
  inbound_.emplace_back(Begin{{server_->stamp().term, round}});
  tell_server(BeginRound{round});
}

inline void Cluster::start(WorkerId worker) {
  const Peer peer{worker, Incarnation(++lives_[worker.index()])};
  current_[worker.index()] = hosts_.size();
  hosts_.push_back(std::make_unique<ToyHost>(peer, plan_));
  tell_worker(*hosts_.back(), LinkChanged{true});
}

inline void Cluster::crash(WorkerId worker, bool in_flight_is_lost) {
  ToyHost& h = host(worker);
  h.alive = false;
  h.in_hand.reset();
  break_link(h, in_flight_is_lost);
}

inline void Cluster::cut(WorkerId worker, bool in_flight_is_lost) {
  break_link(host(worker), in_flight_is_lost);
  tell_worker(host(worker), LinkChanged{false});
}

inline void Cluster::break_link(ToyHost& h, bool in_flight_is_lost) {
  if (!h.linked) return;
  if (in_flight_is_lost) h.up.clear();
  h.up.emplace_back(LinkEnd{});
  h.down.clear();
  h.sending.reset();
  h.linked = false;
}

inline void Cluster::reconnect(WorkerId worker) {
  host(worker).linked = true;
  tell_worker(host(worker), LinkChanged{true});
}

inline void Cluster::restart_server(ServerOptions options) {
  for (const auto& h : hosts_) {
    if (h->alive && h->linked) cut(h->peer.worker, true);
    h->up.clear();
  }
  inbound_.clear();
  outbound_.clear();
  timers_.clear();
  server_ = std::make_unique<Server>(plan_, code_, options);
}

inline void Cluster::pass(Time to, const std::function<void()>& after_each) {
  while (!timers_.empty() && timers_[earliest_timer()].at <= to) {
    perform(Step{Step::Kind::timer, 0});
    after_each();
  }
  now_ = std::max(now_, to);
}

// ---- steps

inline std::vector<Cluster::Step> Cluster::enabled() const {
  std::vector<Step> steps;
  if (!outbound_.empty()) steps.push_back({Step::Kind::server, 0});
  if (!inbound_.empty()) steps.push_back({Step::Kind::combiner, 0});
  for (std::size_t k = 0; k < hosts_.size(); ++k) {
    const ToyHost& h = *hosts_[k];
    if (!h.up.empty() && !h.held) steps.push_back({Step::Kind::up, k});
    if (!h.alive) continue;
    if (!h.down.empty()) steps.push_back({Step::Kind::down, k});
    if (h.in_hand) steps.push_back({Step::Kind::chunk, k});
    if (h.sending) steps.push_back({Step::Kind::segment, k});
  }
  if (!timers_.empty()) steps.push_back({Step::Kind::timer, 0});
  return steps;
}

inline void Cluster::perform(const Step& step) {
  switch (step.kind) {
    case Step::Kind::server: {
      const Outbound event = std::move(outbound_.front());
      outbound_.pop_front();
      std::visit([&](const auto& e) { tell_server(e); }, event);
      return;
    }
    case Step::Kind::combiner: handle_inbound(); return;
    case Step::Kind::up: {
      ToyHost& h = *hosts_[step.host];
      const Up item = std::move(h.up.front());
      h.up.pop_front();
      if (const auto* message = std::get_if<WorkerMessage>(&item)) {
        on_up(h.peer, *message);
        tell_server(FromWorker{h.peer, *message});
      } else if (const auto* part = std::get_if<ToyPart>(&item)) {
        inbound_.emplace_back(*part);
      } else {
        tell_server(WorkerLost{h.peer});
      }
      return;
    }
    case Step::Kind::down: {
      ToyHost& h = *hosts_[step.host];
      const Down item = std::move(h.down.front());
      h.down.pop_front();
      if (const auto* message = std::get_if<ServerMessage>(&item)) {
        tell_worker(h, *message);
      } else {
        h.parameters.insert(std::get<ToyParameters>(item).stamp);
      }
      return;
    }
    case Step::Kind::chunk: {
      ToyHost& h = *hosts_[step.host];
      end_chunk(h, h.in_hand->aborting ? ChunkOutcome::stopped : ChunkOutcome::finished);
      return;
    }
    case Step::Kind::segment: send_segment(*hosts_[step.host]); return;
    case Step::Kind::timer: {
      const std::size_t k = earliest_timer();
      const Timer timer = timers_[k];
      timers_.erase(timers_.begin() + static_cast<std::ptrdiff_t>(k));
      now_ = std::max(now_, timer.at);
      tell_server(TimerFired{timer.id});
      return;
    }
  }
}

inline void Cluster::end_chunk(ToyHost& h, ChunkOutcome outcome) {
  const ToyHost::InHand job = *h.in_hand;
  h.in_hand.reset();
  if (outcome == ChunkOutcome::finished) {
    const ChunkId chunk = plan_->assignment().chunk_at(h.peer.worker, job.slot);
    h.store[job.stamp][job.slot] = toy_gradient(job.stamp.round, chunk, shape_.dimension);
  }
  tell_worker(h, ChunkEnded{job.stamp, job.slot, outcome,
                            outcome == ChunkOutcome::rejected ? "coordinate 0 is NaN" : ""});
}

inline void Cluster::send_segment(ToyHost& h) {
  ToyHost::Sending& s = *h.sending;
  ToyPart part{h.peer, s.ticket, s.next, {}};
  if (s.next < shape_.segments) {
    const auto& kept = h.store[s.ticket.stamp];
    std::vector<const Numbers*> gradients;
    s.selection->used[h.peer.worker.index()].for_each([&](Slot slot) {
      const auto it = kept.find(slot);
      if (it == kept.end()) {
        complain(fmt::format("worker {} encodes a gradient that it does not have", h.peer.worker.value));
      } else {
        gradients.push_back(&it->second);
      }
    });
    const Numbers rows = code_->encode_rows(*plan_, h.peer.worker, s.selection->used);
    if (rows.size() != gradients.size() * shape_.blocks) return h.sending.reset();
    part.data = toy_encode(shape_, rows, gradients, s.next);
    if (h.corrupt) part.data.at(0) = std::numeric_limits<double>::quiet_NaN();
    h.corrupt = false;
  }
  h.send(std::move(part));
  if (++s.next < shape_.segments) return;
  const Ticket ticket = s.ticket;
  h.sending.reset();
  tell_worker(h, VectorSent{ticket});
}

inline void Cluster::settle() {
  const auto is_slow = [&](const Step& s) {
    switch (s.kind) {
      case Step::Kind::chunk: return !hosts_[s.host]->in_hand->aborting;
      case Step::Kind::segment:
      case Step::Kind::timer: return true;
      default: return false;
    }
  };
  for (;;) {
    const std::vector<Step> steps = enabled();
    const auto next = std::find_if_not(steps.begin(), steps.end(), is_slow);
    if (next == steps.end()) return;
    perform(*next);
  }
}

// ---- the machines

inline void Cluster::tell_server(const ServerEvent& event) {
  std::vector<ServerAction> actions;
  server_->step(now_, event, actions);
  for (const ServerAction& a : actions) {
    if (failure && !std::holds_alternative<Note>(a)) complain("the server acts after FailRun");
    std::visit([&](const auto& action) { perform(action); }, a);
  }
}

inline void Cluster::perform(const Replan& a) {
  OrdersReady ready;
  ready.stamp = a.known->stamp;
  ready.serial = a.serial;
  if (a.serial % 2 == 1) {
    for (std::uint32_t w = 0; w < plan_->workers(); ++w) {
      const OrderRef& now = a.known->workers[w].order;
      const auto plans = plan_->ordering().of(WorkerId(w));
      std::vector<Slot> order = now ? *now : std::vector<Slot>(plans.begin(), plans.end());
      std::reverse(order.begin(), order.end());
      ready.orders.push_back(std::make_shared<const std::vector<Slot>>(std::move(order)));
    }
  }
  ready.until = now_ - a.known->began + Duration(1000);
  outbound_.emplace_back(std::move(ready));
}

inline void Cluster::tell_worker(ToyHost& h, const WorkerEvent& event) {
  std::vector<WorkerAction> actions;
  h.machine.step(now_, event, actions);
  for (const WorkerAction& a : actions) std::visit([&](const auto& action) { perform(h, action); }, a);
}

inline void Cluster::handle_inbound() {
  const Inbound item = std::move(inbound_.front());
  inbound_.pop_front();
  std::vector<ToyCombiner::Outcome> outcomes;
  if (const auto* begin = std::get_if<Begin>(&item)) combiner_.begin(begin->stamp);
  if (const auto* expect = std::get_if<Expect>(&item)) combiner_.expect(*expect, outcomes);
  if (const auto* forget = std::get_if<Forget>(&item)) combiner_.forget(*forget);
  if (const auto* part = std::get_if<ToyPart>(&item)) combiner_.deliver(*part, outcomes);
  if (const auto* commit = std::get_if<Commit>(&item)) check_commit(*commit);
  for (const auto& o : outcomes) std::visit([&](const auto& x) { outbound_.emplace_back(x); }, o);
}

inline void Cluster::check_commit(const Commit& commit) {
  if (combiner_.combined() != shape_.segments) complain("a commit before every segment was combined");
  const RoundId round = commit.stamp.round;
  const Numbers exact = toy_sum(round, plan_->chunks(), shape_.dimension);
  Round r{commit, 0, 0, combiner_.combined_under};
  for (std::size_t t = 0; t < exact.size(); ++t) {
    r.error = std::max(r.error, std::abs(combiner_.gradient[t] - exact[t]));
  }
  for (const SelectionRef& s : r.combined_under) {
    const double all = static_cast<double>(plan_->chunks() * plan_->blocks());
    r.error_residual =
        std::max(r.error_residual, std::sqrt(operator_error_squared(*plan_, *code_, s->used) / all));
  }
  rounds.push_back(std::move(r));
  outbound_.emplace_back(CommitDone{commit.stamp});
}

inline void Cluster::perform(const SendWorker& a) {
  if (ToyHost* h = find(a.peer)) h->down.emplace_back(a.message);
}

inline void Cluster::perform(const SendParameters& a) {
  if (ToyHost* h = find(a.peer)) h->down.emplace_back(ToyParameters{a.stamp});
}

inline void Cluster::perform(const Expect& a) {
  if (!a.vectors.empty()) expects.push_back(a);
  inbound_.emplace_back(a);
}

inline void Cluster::perform(ToyHost& h, const Compute& a) {
  if (h.in_hand) complain(fmt::format("worker {} computes two chunks at a time", h.peer.worker.value));
  if (!h.parameters.contains(a.stamp)) {
    complain(fmt::format("worker {} computes without parameters", h.peer.worker.value));
  }
  if (h.store[a.stamp].contains(a.slot)) {
    complain(fmt::format("worker {} computes a chunk twice", h.peer.worker.value));
  }
  h.in_hand = ToyHost::InHand{a.stamp, a.slot, false};
}

inline void Cluster::perform(ToyHost& h, const Abort& a) {
  if (h.in_hand && h.in_hand->stamp == a.stamp && h.in_hand->slot == a.slot) h.in_hand->aborting = true;
}

inline void Cluster::perform(ToyHost& h, const EncodeAndSend& a) {
  if (h.sending) complain(fmt::format("worker {} sends two vectors at a time", h.peer.worker.value));
  encoded.emplace_back(h.peer, a.ticket);
  if (h.linked) h.sending = ToyHost::Sending{a.ticket, a.selection, a.first_segment};
}

inline void Cluster::perform(ToyHost& h, const Withdraw& a) {
  if (h.sending && h.sending->ticket == a.ticket) h.sending.reset();
}

inline ToyHost* Cluster::find(Peer peer) {
  for (const auto& h : hosts_) {
    if (h->peer == peer && h->alive && h->linked) return h.get();
  }
  return nullptr;
}

inline std::size_t Cluster::earliest_timer() const {
  const auto it = std::min_element(timers_.begin(), timers_.end(),
                                   [](const Timer& a, const Timer& b) { return a.at < b.at; });
  return static_cast<std::size_t>(it - timers_.begin());
}

}  // namespace gleaner::test
