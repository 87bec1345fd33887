#include "sim/training_work.h"

#include <utility>

#include "base/check.h"
#include "work/snapshot.h"

namespace gleaner {

TrainingWork::TrainingWork(const RunSpec& spec, RunObserver& observer)
    : spec_(spec),
      observer_(observer),
      combiner_(spec.plan, spec.code, spec.objective->dimension(), spec.segment_floats),
      trainer_(first_trainer(spec)),
      book_(first_book(spec)),
      ledger_(spec.plan),
      slowness_(spec.plan, spec.server),
      border_(spec, observer),
      lives_(spec.plan->workers()) {}

bool TrainingWork::go_on(Time now, const Cluster::Picture& picture) {
  now_ = now;  // the round begins at this moment, if it does
  ending_ = border_.cross(book_.last(), now.time_since_epoch(), [&] {
    Snapshot s;
    s.trainer = trainer_.state();
    s.book = book_.state();
    s.cluster = picture();
    return s;
  });
  return !ending_;
}

RunResult TrainingWork::result(const TrialOutcome& outcome) {
  const Ending ending = ending_.value_or(Ending{"failed", outcome.reason});
  return {book_.close(ending.status, ending.reason), *trainer_.parameters()};
}

// ---- workers

TrainingWork::Life& TrainingWork::life(Peer peer) {
  std::optional<Life>& l = lives_[peer.worker.index()];
  GLEANER_CHECK(l && l->peer == peer, "an incarnation works between its start and its end");
  return *l;
}

void TrainingWork::start(Peer peer) {
  const std::size_t load = spec_.plan->assignment().load(peer.worker);
  lives_[peer.worker.index()].emplace(
      Life{peer, GradientStore(load, spec_.objective->dimension(), spec_.gradients), {}, std::nullopt});
}

void TrainingWork::stop(Peer peer) {
  lives_[peer.worker.index()].reset();
  book_.worker_lost();
}

// The network is ideal: a chunk is of the round that the server is in.
ChunkVerdict TrainingWork::compute(Peer peer, Stamp stamp, Slot slot) {
  GLEANER_CHECK(stamp == stamp_, "nobody computes for a round that is over");
  GradientStore& store = life(peer).store;
  FreePulse pulse;
  ComputedChunk done = compute_into(store, *spec_.objective, *trainer_.parameters(),
                                    spec_.plan->assignment().chunk_at(peer.worker, slot), stamp.round, pulse);
  if (done.row) store.keep(slot, std::move(done.row));
  return std::move(done.verdict);
}

void TrainingWork::begin_sending(Peer peer, const EncodeAndSend& what) {
  Life& l = life(peer);
  const UsedSlots& used = what.selection->used;
  l.sending.emplace(Sending{what.ticket,
                            VectorEncoder(*spec_.plan, *spec_.code, peer.worker, used,
                                          l.store.rows(used[peer.worker.index()]), combiner_.layout()),
                            what.first_segment});
}

VectorSegment TrainingWork::next_segment(Peer peer) {
  Life& l = life(peer);
  GLEANER_CHECK(l.sending, "segments are made of a vector that has begun");
  Sending& s = *l.sending;
  VectorSegment part{peer, s.ticket, s.next, std::vector<float>(combiner_.layout().range(s.next).size())};
  s.encoder.encode(s.next, part.data);
  if (++s.next >= segments()) l.sending.reset();
  return part;
}

// ---- the server

void TrainingWork::begin_round(Stamp stamp) {
  stamp_ = stamp;
  round_began_ = now_;
  book_.round_begins(stamp.round);
  combiner_.begin(stamp);
}

Status TrainingWork::commit(const Commit& commit) {
  GLEANER_CHECK(combiner_.combined() == segments(), "a commit follows the last segment");
  const Parameters before = trainer_.parameters();
  const Result<Trainer::Step> step = trainer_.step(combiner_.gradient());
  if (!step) return step.error();
  RoundBook::Recovered recovered{now_ - round_began_, step.value(), kNotMeasured, combiner_.bytes_received()};
  if (spec_.verify)
    recovered.gradient_error = trainer_.gradient_error(combiner_.gradient(), *before, stamp_.round);
  if (spec_.test && spec_.test->is_due(stamp_.round.value, spec_.rounds))
    recovered.test_accuracy = trainer_.accuracy_on(spec_.test->samples);
  recovered.ledger = ledger_.round();
  recovered.ledger.slowness = slowness_.of_round(ledger_);
  observer_.on_round(book_.round_ends(commit, recovered));
  observer_.on_model(stamp_.round, *trainer_.parameters());
  return {};
}

// ---- what it watches

void TrainingWork::on_server_action(Time now, const ServerAction& action) {
  now_ = now;
  if (std::holds_alternative<SendParameters>(action))
    book_.sent_to_worker(spec_.objective->parameters() * sizeof(float));
}

void TrainingWork::on_worker_event(Time now, Peer peer, const WorkerEvent& event) {
  const auto* ended = std::get_if<ChunkEnded>(&event);
  if (ended == nullptr || ended->outcome != ChunkOutcome::finished) return;
  const Duration took = now - life(peer).began;  // just what was drawn
  book_.chunk_finished(peer.worker, spec_.plan->assignment().chunk_at(peer.worker, ended->slot), took, took);
}

void TrainingWork::on_worker_action(Time now, Peer peer, const WorkerAction& action) {
  if (std::holds_alternative<Compute>(action)) life(peer).began = now;
}

}  // namespace gleaner
