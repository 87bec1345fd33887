#include "runtime/server_half.h"

#include <utility>

#include <fmt/format.h>

#include "work/snapshot.h"

namespace gleaner {

ServerHalf::ServerHalf(const RunSpec& spec, RunObserver& observer, Owner& owner, ServerTransport& links,
                       SendWindow& window)
    : spec_(spec),
      observer_(observer),
      owner_(owner),
      links_(links),
      began_(Clock::now() - first_elapsed(spec)),
      server_(spec.plan, spec.code, first_server(spec)),
      book_(first_book(spec)),
      ledger_(spec.plan),
      slowness_(spec.plan, spec.server),
      border_(spec, observer),
      combine_(spec, window,
               {[this](ServerEvent e) { owner_.post(std::move(e)); },
                [this](CombineThread::RoundDone d) { owner_.post(std::move(d)); }}),
      parameters_(combine_.initial()),
      round_(first_round(spec)) {
  if (!ReplanDesk::is_needed(spec.server)) return;
  plan_.emplace(
      spec.plan, spec.server, [this] { return now(); },
      [this](OrdersReady ready) { owner_.post(ServerEvent(std::move(ready))); });
  const ClusterState cluster = first_cluster(spec);
  if (!cluster.learned.empty()) plan_->restore(cluster.learned);
}

void ServerHalf::handle(Event& event) {
  std::visit([this](auto& e) { on(e); }, event);
}

void ServerHalf::on(NextRound) {
  const Duration elapsed = now().time_since_epoch();
  if (const auto ending = border_.cross(
          book_.last(), elapsed, [this] { return picture(); }, end_asked_))
    return end(ending->status, ending->reason);
  round_ = RoundId(round_.value + 1);
  owner_.before_round(round_);
  book_.round_begins(round_);
  // Behind the Hellos of those that return.
  owner_.post(ServerEvent(plan_ ? plan_->begin_round(round_) : BeginRound{round_}));
}

void ServerHalf::on(ServerEvent& event) {
  if (std::holds_alternative<BeginRound>(event)) {
    const Stamp stamp{server_.stamp().term, round_};
    ledger_.round_begins(stamp, now());
    combine_.begin({stamp, Clock::now()});
  }
  std::vector<ServerAction> actions;
  server_.step(now(), event, actions);
  for (ServerAction& a : actions) std::visit([&](auto& action) { perform(action); }, a);
}

void ServerHalf::on(CombineThread::RoundDone& done) {
  if (!done.step) {
    return end("failed", fmt::format("round {}: {}", round_.value, done.step.error().sentence()));
  }
  parameters_ = std::move(done.parameters);
  LedgerPage page = ledger_.round();
  page.slowness = slowness_.of_round(ledger_);
  observer_.on_round(book_.round_ends(done.commit, {done.took, done.step.value(), done.gradient_error,
                                                    done.vector_bytes, done.test_accuracy, std::move(page)}));
  observer_.on_model(round_, *parameters_);
  owner_.post(ServerEvent(CommitDone{done.commit.stamp}));
  owner_.post(NextRound{});
}

void ServerHalf::perform(SendWorker& a) {
  owner_.before_send(a.peer, a.message);
  links_.send(a.peer, std::move(a.message));
}

void ServerHalf::perform(const SendParameters& a) {
  links_.send_parameters(a.peer, a.stamp, parameters_);
  if (!owner_.counts_parameters()) book_.sent_to_worker(parameters_->size() * sizeof(float));
}

void ServerHalf::perform(Expect& a) {
  owner_.before_expect(a);
  combine_.expect(std::move(a));
}

void ServerHalf::perform(const Forget& a) {
  owner_.before_forget(a.worker);
  combine_.forget(a);
}

void ServerHalf::perform(Commit& a) {
  ledger_.commits(a.selection->used, now());
  combine_.commit(std::move(a));
}

Snapshot ServerHalf::picture() const {
  Snapshot s;
  s.trainer = combine_.model();
  s.book = book_.state();
  if (plan_) s.cluster.learned = plan_->state();
  owner_.describe(s.cluster);
  return s;
}

void ServerHalf::end_after_round(const std::string& reason) {
  end_asked_ = reason;
  if (server_.phase() == Server::Phase::idle && round_ == first_round(spec_)) end("interrupted", reason);
}

void ServerHalf::end(const std::string& status, const std::string& reason) {
  if (std::exchange(ended_, true)) return;
  // In the middle of a round: what the rounds before it have reached is kept.
  const Server::Phase phase = server_.phase();
  if (owner_.may_save_within_a_round() && phase != Server::Phase::idle &&
      phase != Server::Phase::committing) {
    const Status kept =
        border_.leave(RoundId(book_.rounds()), now().time_since_epoch(), [this] { return picture(); });
    if (!kept && status == "interrupted") {
      summary_ = book_.close("failed", kept.error().sentence());
      return;
    }
  }
  summary_ = book_.close(status, reason);
}

}  // namespace gleaner
