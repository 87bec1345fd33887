#include "runtime/worker_host.h"

#include <utility>

namespace gleaner {

WorkerHost::WorkerHost(const RunSpec& spec, Peer peer, Post post, SendWindow& window)
    : spec_(spec),
      machine_(peer, spec.plan),
      post_(std::move(post)),
      window_(window),
      store_(spec.plan->assignment().load(peer.worker), spec.objective->dimension(), spec.gradients),
      compute_(
          spec.objective, store_,
          [this, peer](ComputeThread::Result r) { post_(peer, ChunkComputed{std::move(r)}); },
          [this, peer](Stamp stamp, Slot slot, double f) {
            post_(peer, WorkerEvent(ChunkFraction{stamp, slot, f}));
          }) {}

WorkerHost::~WorkerHost() { close(); }

void WorkerHost::attach(std::unique_ptr<WorkerTransport> link) {
  link_ = std::move(link);
  send_ = std::make_unique<SendThread>(peer(), *link_, window_, [this](Ticket ticket, SendThread::Ended how) {
    post_(peer(), SendingEnded{ticket, how});
  });
}

void WorkerHost::detach() {
  if (link_) link_->close_vectors();  // nobody waits any more for room on the link
  send_.reset();                      // at most one segment away from its end
  link_.reset();
}

void WorkerHost::close() {
  compute_.shut_down();
  detach();
}

void WorkerHost::hang() {
  hung_ = true;
  compute_.stop();
  send_->withdraw();
}

void WorkerHost::on_parameters(Stamp stamp, SharedVector parameters) {
  post_(peer(), ParametersCame{stamp, std::move(parameters)});
}

void WorkerHost::on_message(ServerMessage message) { post_(peer(), WorkerEvent(std::move(message))); }

ChunkEnded WorkerHost::chunk_computed(ComputeThread::Result result) {
  if (result.verdict.outcome == ChunkOutcome::finished && result.job.stamp == machine_.stamp()) {
    store_.keep(result.job.slot, std::move(result.row));
    if (!result.job.redundant) own_share_took_ = result.took;
  }
  return {result.job.stamp, result.job.slot, result.verdict.outcome, std::move(result.verdict.why),
          result.fraction};
}

// What it has done of this round is already what it must do if all workers are alike. Where whole workers are
// waited for, everything must be done.
bool WorkerHost::is_redundant() const {
  const Plan& plan = *spec_.plan;
  const std::size_t copies = plan.chunks() * plan.blocks();
  const std::size_t share = (copies + plan.workers() - 1) / plan.workers();
  return plan.method() == Method::partial && machine_.done().count() >= share;
}

Duration WorkerHost::perform(const Compute& action) {
  const ChunkId chunk = spec_.plan->assignment().chunk_at(peer().worker, action.slot);
  const Duration at_least = spec_.speeds.none() ? Duration::zero()
                                                : spec_.speeds.chunk_time(spec_.seed, action.stamp.round,
                                                                          peer().worker, chunk.value);
  // Who is not done when this one has waited as long again is slow, or sleeps in its gradient function; that
  // is what redundancy is for.
  compute_.start({action.stamp, action.slot, chunk, parameters_, at_least, is_redundant(), own_share_took_});
  return at_least;
}

void WorkerHost::perform(const EncodeAndSend& action, bool pause) {
  if (!send_) return;  // the link is gone: the server asks anew when it is back
  const SlotSet& used = action.selection->used[peer().worker.index()];
  const SegmentLayout layout =
      SegmentLayout::of(spec_.objective->dimension(), spec_.plan->blocks(), spec_.segment_floats);
  SendThread::Task task;
  task.ticket = action.ticket;
  task.encoder = std::make_shared<const VectorEncoder>(*spec_.plan, *spec_.code, peer().worker,
                                                       action.selection->used, store_.rows(used), layout);
  task.first = action.first_segment;
  if (pause) task.pause_before = task.first + (layout.count() - std::min(task.first, layout.count())) / 2;
  send_->start(std::move(task));
}

}  // namespace gleaner
