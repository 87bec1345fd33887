// Lives of the server and their rounds. Internal to cluster.h.
#include <algorithm>
#include <utility>

#include "sim/cluster_engine.h"

namespace gleaner {
namespace {

void add_cost(RoundOutcome& to, const RoundOutcome& of) {
  to.chunks_completed += of.chunks_completed;
  to.lost_before_signal += of.lost_before_signal;
  to.lost_after_signal += of.lost_after_signal;
  to.uncovered += of.uncovered;
  to.messages += of.messages;
  to.bytes_to_server += of.bytes_to_server;
  to.bytes_to_workers += of.bytes_to_workers;
}

}  // namespace

// A life begins with nothing but what is durable, and with links that are all to be made anew.
void Cluster::Engine::start_server(Term term) {
  term_ = term;
  ServerOptions options = spec_.server;
  options.term = term;
  options.trace = watcher_ != nullptr;
  server_.emplace(spec_.plan, spec_.code, options, fingerprint_);
  replan_desk_.reset();
  if (ReplanDesk::is_needed(options)) {
    replan_desk_.emplace(spec_.plan, options, spec_.planning);
    const bool goes_on = trial_.from && outcome_.server_restarts == 0;
    if (goes_on && !trial_.from->cluster.learned.empty()) replan_desk_->restore(trial_.from->cluster.learned);
  }
  round_ = durable_;
  vectors_->restart_server(term, durable_);
  if (watcher_ != nullptr) watcher_->on_server_start(now(), term, durable_);
  gathering_ = true;
  awaited_ = 0;
  for (SimWorker& w : workers_) {
    w.joined = Incarnation(0);
    w.awaited = w.runs() && !w.link.cut;
    if (!w.awaited) continue;
    ++awaited_;
    queue_.schedule_now(sim_event::Connects{w.peer()});
  }
  if (awaited_ > 0) {
    later(spec_.patience, sim_event::PatienceOver{term});
  } else {
    next_round_soon();
  }
}

void Cluster::Engine::on(const sim_event::ServerStarts& e) {
  ++outcome_.server_restarts;
  restarted_ = true;
  start_server(e.term);
}

void Cluster::Engine::on(const sim_event::PatienceOver& e) {
  if (serves(e.term) && gathering_) next_round_soon();
}

void Cluster::Engine::await_nobody(SimWorker& w) {
  if (!std::exchange(w.awaited, false)) return;
  --awaited_;
  if (awaited_ == 0 && gathering_ && server_) next_round_soon();
}

void Cluster::Engine::next_round_soon() {
  gathering_ = false;
  queue_.schedule_now(sim_event::NextRound{term_});
}

void Cluster::Engine::on(const sim_event::NextRound& e) {
  if (!serves(e.term)) return;
  if (go_on_ && !go_on_(now(), [this] { return picture(); })) return end(true, {});
  if (round_.value >= spec_.rounds) return end(true, {});
  round_ = RoundId(round_.value + 1);
  // What a life of the server left undone goes on, and its time counts.
  round_began_ = std::exchange(undone_since_, std::nullopt).value_or(now());
  for (const WorkerId w : desk_.returning(round_)) bring_back(w, BlowKind::crash);
  for (std::size_t k = 0; k < returns_.size();) {
    if (returns_[k].round > round_) {
      ++k;
      continue;
    }
    const Return back = returns_[k];
    returns_.erase(returns_.begin() + static_cast<std::ptrdiff_t>(k));
    on(sim_event::Returns{back.peer, back.kind});
  }
  queue_.schedule_now(sim_event::BeginNow{term_});
}

void Cluster::Engine::on(const sim_event::BeginNow& e) {
  if (!serves(e.term)) return;
  tally_ = cost_so_far(round_);
  if (round_ <= furthest_) ++outcome_.rounds_repeated;
  furthest_ = std::max(furthest_, round_);
  signalled_ = false;
  combined_ = 0;
  if (ledger_ != nullptr) ledger_->round_begins({term_, round_}, now());
  vectors_->begin_round({term_, round_});
  for (std::uint32_t k = 0; k < spec_.network.partitions.size(); ++k) {
    const Partition& p = spec_.network.partitions[k];
    if (p.round == round_ && !partitioned_[k]) {
      partitioned_[k] = true;
      later(p.from, sim_event::PartitionBegins{k});
    }
  }
  const BeginRound begin = replan_desk_ ? replan_desk_->begin_round(round_) : BeginRound{round_};
  if (spec_.server.policy == Policy::replan) tally_.asked = begin.listen_after;
  tell_server(begin);
}

void Cluster::Engine::finish_commit() {
  const Stamp stamp = *std::exchange(committed_, std::nullopt);
  if (strike_server(ServerStep::committed)) return;
  const bool due = stamp.round.value % spec_.checkpoint_every == 0 || stamp.round.value == spec_.rounds;
  if (due) {
    vectors_->checkpoint(stamp.round);
    durable_ = stamp.round;
    provisional_.clear();
  }
  tell_server(CommitDone{stamp});
  if (due && strike_server(ServerStep::durable)) return;
  next_round_soon();
}

bool Cluster::Engine::strike_server(ServerStep step) {
  if (faults_ == nullptr || ended_ || !server_) return false;
  const std::optional<Duration> down = faults_->strike_server(round_, step);
  if (down) kill_server(step, *down);
  return down.has_value();
}

void Cluster::Engine::forget_what_is_not_durable() {
  Time since = round_ > durable_ ? round_began_ : now();
  while (!outcome_.rounds.empty() && outcome_.rounds.back().stamp.round > durable_) {
    const RoundOutcome& last = outcome_.rounds.back();
    if (last.stamp.round < round_) since = since - last.took;
    add_cost(undone_[last.stamp.round], last);
    outcome_.rounds.pop_back();
  }
  for (const LedgerPage& page : provisional_) ledger_->undo(page);
  provisional_.clear();
  const RoundId next(std::max(round_.value, durable_.value + 1));
  add_cost(undone_[next], std::exchange(tally_, RoundOutcome{}));
  if (!undone_since_) undone_since_ = since;
}

// What was spent on a round before it begins: on what was undone, and after a loss of the server on the way
// back.
RoundOutcome Cluster::Engine::cost_so_far(RoundId round) {
  RoundOutcome cost;
  if (std::exchange(restarted_, false)) add_cost(cost, tally_);
  if (const auto undone = undone_.extract(round)) add_cost(cost, undone.mapped());
  return cost;
}

void Cluster::Engine::kill_server(ServerStep step, Duration down) {
  if (watcher_ != nullptr) watcher_->on_server_blow(now(), round_, step, phase());
  const Server::Phase was = phase();
  if (was == Server::Phase::computing || was == Server::Phase::collecting) {
    tally_.chunks_completed += server_->chunks_completed();
  }
  server_.reset();
  outcomes_.clear();
  committed_.reset();
  gathering_ = false;
  forget_what_is_not_durable();
  for (SimWorker& w : workers_) {
    w.awaited = false;
    if (w.link.up) disconnect(w, false);
  }
  awaited_ = 0;
  later(down, sim_event::ServerStarts{Term(term_.value + 1)});
}

}  // namespace gleaner
