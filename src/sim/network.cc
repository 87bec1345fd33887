#include "sim/network.h"

#include <algorithm>

#include "work/spec_grammar.h"

namespace gleaner {
namespace {

Duration takes(std::size_t bytes, double bytes_per_second) {
  const double s = static_cast<double>(bytes) / bytes_per_second;
  return s < seconds(kDurationMax) ? from_seconds(s) : kDurationMax;
}

Duration part_of_it(Duration whole, double share) {
  return Duration(static_cast<Duration::rep>(static_cast<double>(whole.count()) * share));
}

}  // namespace

void Network::restart(std::uint64_t seed) {
  seed_ = seed;
  line_to_server_free_ = line_to_workers_free_ = Time{};
}

Time Network::depart(WorkerLink& link, Time now, std::size_t bytes) const {
  const Time leaves = std::max({now, link.to_server.free, link.isolated_until});
  link.to_server.free = after(leaves, takes(bytes, model_.bandwidth));
  return leaves;
}

Network::Arrival Network::to_server(WorkerLink& link, WorkerId worker, Time now, std::size_t bytes,
                                    Kind kind) {
  const Time through_link = after(now, takes(bytes, model_.bandwidth));
  line_to_server_free_ = after(std::max(now, line_to_server_free_), takes(bytes, model_.server_bandwidth));
  return arrive(link, link.to_server, worker,
                after(std::max(through_link, line_to_server_free_), model_.latency), kind);
}

Network::Arrival Network::to_worker(WorkerLink& link, WorkerId worker, Time now, std::size_t bytes,
                                    Kind kind) {
  const Time enters = std::max({now, line_to_workers_free_, link.isolated_until});
  // A worker that is cut off does not hold up the line for the others.
  const Time line = std::max(now, line_to_workers_free_);
  line_to_workers_free_ = after(line, takes(bytes, model_.server_bandwidth));
  const Time leaves = std::max(enters, link.to_worker.free);
  link.to_worker.free = after(leaves, takes(bytes, model_.bandwidth));
  return arrive(link, link.to_worker, worker,
                after(std::max(line_to_workers_free_, link.to_worker.free), model_.latency), kind);
}

Network::Arrival Network::arrive(WorkerLink& link, Lane& lane, WorkerId worker, Time at, Kind kind) const {
  Duration held_up{};
  std::optional<Duration> again;
  if (model_.loss > 0 || model_.reorder > 0 || model_.duplicate > 0) {
    Random random({seed_, Purpose::network, 0, worker.value, link.sent++});
    while (random.uniform() < model_.loss) at = after(at, resend_);
    const double holds = random.uniform();
    const double repeats = random.uniform();
    const bool may_wait = kind != Kind::hello && kind != Kind::parameters;
    if (random.uniform() < model_.reorder && may_wait) held_up = part_of_it(resend_, holds);
    if (random.uniform() < model_.duplicate && kind != Kind::hello) again = part_of_it(resend_, repeats);
  }
  at = std::max(at, lane.latest);
  if (kind == Kind::hello) at = std::max(at, link.loss_heard);
  if (held_up == Duration::zero()) lane.latest = at;
  at = after(at, held_up);
  if (kind == Kind::segment) lane.segment = at = std::max(at, lane.segment);
  Arrival arrival{at, {}};
  if (again) arrival.again = after(at, *again);
  return arrival;
}

}  // namespace gleaner
