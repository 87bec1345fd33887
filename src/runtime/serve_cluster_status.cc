// What a server says of itself when it is asked.
#include <algorithm>
#include <utility>

#include "runtime/serve_cluster.h"

namespace gleaner {

ClusterStatus ServeCluster::status() {
  {
    const std::scoped_lock lock(final_mutex_);
    if (final_) return *final_;
  }
  auto answer = std::make_shared<std::promise<ClusterStatus>>();
  std::future<ClusterStatus> future = answer->get_future();
  inbox_.push(StatusAsked{std::move(answer)});
  if (future.wait_for(std::chrono::seconds(2)) == std::future_status::ready) return future.get();
  const std::scoped_lock lock(final_mutex_);
  if (final_) return *final_;
  ClusterStatus busy = last_;
  busy.phase = "busy";
  return busy;
}

void ServeCluster::handle(StatusAsked& event) {
  ClusterStatus now = picture();
  event.answer->set_value(now);
  const std::scoped_lock lock(final_mutex_);
  last_ = std::move(now);
}

ClusterStatus ServeCluster::picture() const {
  ClusterStatus s;
  s.phase = over_ ? "over" : !begun_ ? "waiting" : half_->machine().is_stalled() ? "stalled" : "running";
  s.round = half_->round().value;
  s.rounds = spec_.rounds;
  s.seconds = seconds(half_->now());
  s.loss = half_->book().last_loss();
  s.seconds_per_round = half_->book().last_seconds();
  s.spares = spares_;
  const Clock::time_point at = Clock::now();
  for (std::uint32_t w = 0; w < members_.size(); ++w) {
    const Member& m = members_[w];
    MemberStatus row;
    row.worker = WorkerId(w);
    row.state = m.leaving && m.linked ? "leaving"
                : m.joined            ? "here"
                : m.linked            ? "fetching"
                : m.leaving           ? "left"
                : m.was_here          ? "lost"
                                      : "never";
    row.life = m.life.value;
    row.from = m.from;
    if (m.heard) {
      row.silent = seconds(at - *m.heard);
      if (m.linked) row.suspicion = m.suspicion.after(at - *m.heard);
    }
    row.limit = seconds(m.suspicion.limit());
    row.interval = seconds(m.suspicion.mean());
    row.losses = m.losses;
    s.workers.push_back(std::move(row));
  }
  return s;
}

}  // namespace gleaner
