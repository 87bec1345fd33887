// Links between the workers and the server. Internal to cluster.h.
#include "coding/kernels.h"
#include "sim/cluster_engine.h"
#include "sim/message_bytes.h"

namespace gleaner {

void Cluster::Engine::connect(SimWorker& w) {
  w.link.up = true;
  ++w.link.session;
}

void Cluster::Engine::disconnect(SimWorker& w, bool in_flight_lost) {
  w.link.up = false;
  if (in_flight_lost) w.link.valid = w.link.session + 1;
  if (w.runs()) tell_worker(w, LinkChanged{false});
}

void Cluster::Engine::hear_of_loss(SimWorker& w, Peer peer, Duration after) {
  if (!server_) return;
  w.link.loss_heard = heard(in(after));
  queue_.schedule(w.link.loss_heard, sim_event::LossHeard{peer, term_});
}

Time Cluster::Engine::heard(Time arrival) const {
  if (spec_.grid == Grid::none) return arrival;
  constexpr Duration kSecond = std::chrono::seconds(1);
  const Duration past = arrival.time_since_epoch() % kSecond;
  return past == Duration::zero() ? arrival : arrival + (kSecond - past);
}

void Cluster::Engine::send(SimWorker& w, Peer peer, WorkerMessage message) {
  ++tally_.messages;
  tally_.bytes_to_server += message_bytes(*spec_.plan, peer.worker, message);
  queue_.schedule(heard(now()), sim_event::AtServer{{peer, std::move(message)}, w.link.session});
}

Time Cluster::Engine::send(SimWorker& w, VectorSegment part) {
  ++tally_.messages;
  std::size_t floats = part.data.size();
  if (vectors_ == &counting_) {
    const std::size_t whole = block_length(spec_.dimension, spec_.plan->blocks());
    const std::size_t each = (whole + spec_.segments - 1) / spec_.segments;
    floats = std::min(whole, (part.index + 1) * each) - std::min(whole, part.index * each);
  }
  tally_.bytes_to_server += segment_bytes(floats);
  queue_.schedule(heard(now()), sim_event::SegmentAtServer{std::move(part), w.link.session});
  return now();
}

void Cluster::Engine::send(SimWorker& w, Peer peer, ServerMessage message) {
  std::size_t bytes = std::exchange(w.parameters_due, 0);
  if (!std::holds_alternative<Committed>(message)) {  // those are counted with the commit
    bytes += message_bytes(*spec_.plan, peer.worker, message);
    ++tally_.messages;
    tally_.bytes_to_workers += bytes;
  }
  queue_.schedule_now(sim_event::AtWorker{peer, std::move(message), w.link.session});
}

void Cluster::Engine::on(const sim_event::PartitionBegins&) {}
void Cluster::Engine::on(const sim_event::Isolated&) {}

}  // namespace gleaner
