#include "sim/disaster_vectors.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "base/random.h"

namespace gleaner {
namespace {

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

}  // namespace

DisasterVectors::DisasterVectors(std::shared_ptr<const Plan> plan, std::shared_ptr<const Code> code,
                                 std::uint64_t seed, std::size_t dimension, std::uint32_t segments,
                                 const BadNumbers& bad, VectorWitness& witness)
    : plan_(std::move(plan)),
      code_(std::move(code)),
      seed_(seed),
      layout_(layout_of(dimension, plan_->blocks(), segments)),
      bad_(bad),
      witness_(witness),
      model_(seed, plan_->chunks(), dimension),
      lives_(plan_->workers()),
      combiner_(plan_, code_, dimension, layout_.segment_floats),
      parameters_(model_.start()),
      durable_(parameters_) {}

SegmentLayout DisasterVectors::layout_of(std::size_t dimension, std::size_t blocks, std::uint32_t segments) {
  const std::size_t floats = (block_length(dimension, blocks) + segments - 1) / segments;
  return SegmentLayout::of(dimension, blocks, floats);
}

// ---- a worker

void DisasterVectors::start(Peer peer) {
  lives_[peer.worker.index()].push_back(std::make_unique<Life>(
      Life{peer, GradientStore(plan_->assignment().load(peer.worker), model_.dimension()), {}, {}}));
}

void DisasterVectors::stop(Peer peer) {
  std::erase_if(lives_[peer.worker.index()], [&](const auto& l) { return l->peer == peer; });
}

DisasterVectors::Life& DisasterVectors::life(Peer peer) {
  for (const auto& l : lives_[peer.worker.index()]) {
    if (l->peer == peer) return *l;
  }
  GLEANER_CHECK(false, "an incarnation works between its start and its end");
}

ChunkVerdict DisasterVectors::compute(Peer peer, Stamp stamp, Slot slot) {
  Life& l = life(peer);
  const auto parameters = parameters_of_.find(stamp);
  GLEANER_CHECK(parameters != parameters_of_.end(), "the parameters come before the first chunk");
  const bool poisoned = goes_bad(bad_.chunk, peer, stamp, slot.value);
  model_.poison(poisoned);
  FreePulse pulse;
  ComputedChunk done = compute_into(l.store, model_, parameters->second,
                                    plan_->assignment().chunk_at(peer.worker, slot), stamp.round, pulse);
  model_.poison(false);
  if (done.row) {
    l.store.keep(slot, std::move(done.row));
    l.kept.insert(slot);
  }
  witness_.on_chunk(peer, stamp, slot, done.verdict.outcome, poisoned);
  return std::move(done.verdict);
}

void DisasterVectors::release(Peer peer, Stamp /*stamp*/) {
  Life& l = life(peer);
  l.store.release();
  l.kept.clear();
}

void DisasterVectors::begin_sending(Peer peer, const EncodeAndSend& what) {
  Life& l = life(peer);
  const SlotSet& used = what.selection->used[peer.worker.index()];
  l.sending.emplace(Sending{what.ticket, std::nullopt, what.first_segment});
  if (!used.is_subset_of(l.kept)) return witness_.on_missing_gradients(peer, what);
  l.sending->encoder.emplace(*plan_, *code_, peer.worker, what.selection->used, l.store.rows(used), layout_);
}

VectorSegment DisasterVectors::next_segment(Peer peer) {
  Life& l = life(peer);
  GLEANER_CHECK(l.sending, "segments are made of a vector that has begun");
  Sending& s = *l.sending;
  VectorSegment part{peer, s.ticket, s.next, std::vector<float>(layout_.range(s.next).size(), 0.0F)};
  if (s.encoder && !part.data.empty()) s.encoder->encode(s.next, part.data);
  const bool spoiled = spoil(peer, part);
  witness_.on_segment(part, spoiled);
  ++s.next;
  return part;
}

void DisasterVectors::withdraw(Peer peer) { life(peer).sending.reset(); }

bool DisasterVectors::goes_bad(double probability, Peer peer, Stamp stamp, std::uint64_t position) {
  if (probability <= 0 || went_bad_ >= bad_.times_max) return false;
  Random random({seed_, Purpose::disaster_vectors, stamp.round.value,
                 peer.worker.value + (peer.life.value << 16U) + (stamp.term.value << 40U), position + 1});
  if (random.uniform() >= probability) return false;
  ++went_bad_;
  return true;
}

bool DisasterVectors::spoil(Peer peer, VectorSegment& segment) {
  const std::uint64_t position = (std::uint64_t{segment.ticket.epoch.value} << 20U) + segment.index;
  if (segment.data.empty() || !goes_bad(bad_.segment, peer, segment.ticket.stamp, position << 20U))
    return false;
  switch (position % 3) {
    case 0: segment.data.pop_back(); break;
    case 1: segment.data.push_back(1.0F); break;
    default: segment.data.back() = std::numeric_limits<float>::quiet_NaN(); break;
  }
  return true;
}

// ---- the server

void DisasterVectors::restart_server(Term term, RoundId durable) {
  combiner_ = Combiner(plan_, code_, model_.dimension(), layout_.segment_floats);
  parameters_ = durable_;
  witness_.on_life(term, durable);
}

void DisasterVectors::begin_round(Stamp stamp) {
  combiner_.begin(stamp);
  parameters_of_[stamp] = parameters_;
  witness_.on_begin(stamp, parameters_);
}

void DisasterVectors::expect(const Expect& expect, Outcomes& out) {
  const std::uint32_t before = combiner_.combined();
  combiner_.expect(expect, out);
  witness_.on_expect(expect, before, combiner_.combined());
}

void DisasterVectors::forget(WorkerId worker) {
  combiner_.forget(worker);
  witness_.on_forget(worker);
}

void DisasterVectors::deliver(VectorSegment segment, Outcomes& out) {
  gradient_before_.assign(combiner_.gradient().begin(), combiner_.gradient().end());
  const VectorSegment seen = segment;
  VectorWitness::Delivery d{&seen, combiner_.combined(), 0, false, false};
  const std::size_t answers = out.size();
  combiner_.deliver(std::move(segment), out);
  d.combined_after = combiner_.combined();
  d.gradient_changed = !same_bits(gradient_before_, combiner_.gradient());
  d.answered = out.size() > answers;
  witness_.on_delivery(d);
}

Status DisasterVectors::commit(const Commit& commit) {
  model_.step(combiner_.gradient(), parameters_);
  witness_.on_commit(commit, combiner_.gradient(), combiner_.combined(), parameters_);
  return {};
}

void DisasterVectors::checkpoint(RoundId round) {
  durable_ = parameters_;
  witness_.on_checkpoint(round);
}

}  // namespace gleaner
