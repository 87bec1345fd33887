// Links between the workers and the server. Internal to cluster.h.
#include <algorithm>

#include "base/random.h"
#include "coding/kernels.h"
#include "sim/cluster_engine.h"
#include "sim/message_bytes.h"

namespace gleaner {

void Cluster::Engine::connect(SimWorker& w) {
  w.link.up = true;
  ++w.link.session;
  w.link.to_server = w.link.to_worker = Lane{};
}

void Cluster::Engine::disconnect(SimWorker& w, bool in_flight_lost) {
  w.link.up = false;
  w.parameters_due = 0;
  if (in_flight_lost) w.link.valid = w.link.session + 1;
  if (w.runs()) tell_worker(w, LinkChanged{false});
}

void Cluster::Engine::break_link(SimWorker& w, Peer peer) {
  // A worker that is cut off goes unheard; at the latest its silence tells.
  const Duration cut_off = std::max(Duration::zero(), w.link.isolated_until - now());
  hear_of_loss(w, peer, std::max(spec_.network.latency, std::min(cut_off, spec_.silence)));
}

void Cluster::Engine::hear_of_loss(SimWorker& w, Peer peer, Duration in_time) {
  if (!server_) return;
  w.link.loss_heard = heard(in(in_time));
  queue_.schedule(w.link.loss_heard, sim_event::LossHeard{peer, term_});
}

Time Cluster::Engine::heard(Time arrival) const {
  if (spec_.grid == Grid::none) return arrival;
  constexpr Duration kSecond = std::chrono::seconds(1);
  const Duration past = arrival.time_since_epoch() % kSecond;
  return past == Duration::zero() ? arrival : after(arrival, kSecond - past);
}

void Cluster::Engine::send(SimWorker& w, Peer peer, WorkerMessage message) {
  const std::size_t bytes = message_bytes(*spec_.plan, peer.worker, message);
  ++tally_.messages;
  tally_.bytes_to_server += bytes;
  leave_or_wait(w, peer, bytes, sim_event::AtServer{{peer, std::move(message)}, w.link.session});
}

Time Cluster::Engine::send(SimWorker& w, VectorSegment part) {
  std::size_t floats = part.data.size();
  if (vectors_ == &counting_) {
    const std::size_t whole = block_length(spec_.dimension, spec_.plan->blocks());
    const std::size_t each = (whole + spec_.segments - 1) / spec_.segments;
    floats = std::min(whole, (part.index + 1) * each) - std::min(whole, part.index * each);
  }
  ++tally_.messages;
  tally_.bytes_to_server += segment_bytes(floats);
  if (!w.link.up) return now();  // into nothing
  const Peer peer = part.peer;
  leave_or_wait(w, peer, segment_bytes(floats), sim_event::SegmentAtServer{std::move(part), w.link.session});
  return std::max(now(), w.link.to_server.free);
}

template <class Event>
void Cluster::Engine::leave_or_wait(SimWorker& w, Peer peer, std::size_t bytes, Event event) {
  if (network_.ideal()) {
    queue_.schedule(heard(now()), std::move(event));
  } else if (const Time leaves = network_.depart(w.link, now(), bytes); leaves > now()) {
    queue_.schedule(leaves, sim_event::Departs{peer, bytes, std::move(event)});
  } else {
    leave(w, peer.worker, bytes, std::move(event));
  }
}

template <class Event>
void Cluster::Engine::leave(SimWorker& w, WorkerId id, std::size_t bytes, Event event) {
  Network::Kind kind = Network::Kind::message;
  if constexpr (std::is_same_v<Event, sim_event::SegmentAtServer>) {
    kind = Network::Kind::segment;
  } else if (std::holds_alternative<Hello>(event.heard.message)) {
    kind = Network::Kind::hello;
  }
  const Network::Arrival arrival = network_.to_server(w.link, id, now(), bytes, kind);
  if (arrival.again) queue_.schedule(heard(*arrival.again), event);
  queue_.schedule(heard(arrival.at), std::move(event));
}

void Cluster::Engine::on(sim_event::Departs& e) {
  SimWorker* w = find(e.peer);
  if (w == nullptr || w->hung) return;  // it never left
  std::visit(
      [&](auto& message) {
        if (w->link.up && message.session == w->link.session)
          leave(*w, e.peer.worker, e.bytes, std::move(message));
      },
      e.message);
}

void Cluster::Engine::send(SimWorker& w, Peer peer, ServerMessage message) {
  std::size_t bytes = std::exchange(w.parameters_due, 0);
  bytes += message_bytes(*spec_.plan, peer.worker, message);
  if (!std::holds_alternative<Committed>(message)) {  // those are counted with the commit
    ++tally_.messages;
    tally_.bytes_to_workers += bytes;
  }
  const Network::Kind kind =
      std::holds_alternative<StartRound>(message) ? Network::Kind::parameters : Network::Kind::message;
  sim_event::AtWorker event{peer, std::move(message), w.link.session};
  if (network_.ideal()) return queue_.schedule_now(std::move(event));
  const Network::Arrival arrival = network_.to_worker(w.link, peer.worker, now(), bytes, kind);
  if (arrival.again) queue_.schedule(*arrival.again, event);
  queue_.schedule(arrival.at, std::move(event));
}

void Cluster::Engine::on(const sim_event::PartitionBegins& e) {
  const Duration lasts = spec_.network.partitions[e.which].lasts;
  for (const WorkerId id : members(e.which)) {
    SimWorker& w = worker(id);
    w.link.isolated_until = std::max(w.link.isolated_until, in(lasts));
    if (lasts > spec_.silence && w.link.up) later(spec_.silence, sim_event::Isolated{id, w.link.session});
  }
}

// Both sides have heard nothing of the other for too long.
void Cluster::Engine::on(const sim_event::Isolated& e) {
  SimWorker& w = worker(e.worker);
  if (!w.machine || !w.link.up || w.link.session != e.session) return;
  const Peer peer = w.peer();
  hear_of_loss(w, peer, Duration::zero());
  disconnect(w, true);
  await_nobody(w);
  queue_.schedule(std::max(now(), w.link.isolated_until), sim_event::Connects{peer});
}

// Workers that nobody named are drawn.
std::vector<WorkerId> Cluster::Engine::members(std::uint32_t partition) const {
  const Partition& p = spec_.network.partitions[partition];
  if (!p.workers.empty()) return p.workers;
  std::vector<WorkerId> all;
  for (std::uint32_t w = 0; w < workers_.size(); ++w) all.emplace_back(w);
  Random random({trial_.seed, Purpose::partition, 0, 0, partition});
  random.shuffle(std::span<WorkerId>(all));
  all.resize(std::min(p.count, all.size()));
  return all;
}

}  // namespace gleaner
