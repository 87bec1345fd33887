// Workers and a server reduced to their vectors: real coefficients, real segments, no machines, no time.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/random.h"
#include "coding/code.h"
#include "work/combiner.h"
#include "work/vector_encoder.h"

namespace gleaner::test {

struct MillOptions {
  std::size_t workers = 3;
  std::size_t chunks = 3;
  std::size_t replication = 2;
  std::size_t blocks = 1;
  std::size_t dimension = 10;
  std::size_t segment_floats = 4;
  std::uint32_t credits = 2;
  std::uint64_t seed = 1;
  bool thin_out = true;  ///< some workers have not finished everything
};

/// Feeds a Combiner with one round of vectors in an order drawn from a seed. It decides what is lost and who
/// encodes again as the server would; a loss that would leave a chunk with too few copies does not happen.
class Mill {
 public:
  explicit Mill(const MillOptions& o)
      : options_(o),
        random_({o.seed, Purpose::test, 1, 0, 0}),
        plan_(make_plan(o)),
        code_(code_for(Method::partial)),
        combiner_(plan_, code_, o.dimension, o.segment_floats),
        used_(o.workers),
        senders_(o.workers),
        lost_(o.workers, false) {
    for (std::size_t i = 0; i < o.chunks; ++i) {
      gradients_.push_back(std::make_shared<std::vector<float>>(o.dimension));
      for (float& x : *gradients_.back()) x = static_cast<float>(random_.normal());
    }
    for (std::size_t w = 0; w < o.workers; ++w) used_[w] = SlotSet::first(load(w));
    if (o.thin_out) thin_out();
    combiner_.begin(kStamp);
    select(all_users(), 0);
  }

  [[nodiscard]] Random& random() { return random_; }
  [[nodiscard]] Combiner& combiner() { return combiner_; }

  /// The next segment of this worker's vector; does not deliver it.
  [[nodiscard]] VectorSegment next_segment(WorkerId worker) const {
    const Sender& s = senders_[worker.index()];
    VectorSegment part{peer(worker), s.ticket, s.next, std::vector<float>(layout().range(s.next).size())};
    s.encoder->encode(s.next, part.data);
    return part;
  }
  void send(WorkerId worker) {
    VectorSegment part = next_segment(worker);
    ++senders_[worker.index()].next;
    deliver(std::move(part));
  }
  /// One segment of anybody who has credits.
  void send_something() {
    const std::vector<WorkerId> ready = who_may_send();
    if (!ready.empty()) send(ready[random_.below(ready.size())]);
  }
  void send_all() {
    if (paused_) announce();
    while (!who_may_send().empty()) send_something();
  }

  /// A worker whose vector is not whole is lost, if the others can bear it.
  void lose_somebody() {
    if (const auto victim = somebody_dispensable())
      new_selection_without(*victim, random_.below(combiner_.combined() + 1U));
  }
  /// The same after a segment that the combiner must refuse.
  void corrupt_somebody() {
    const auto victim = somebody_dispensable();
    if (!victim || paused_) return;
    VectorSegment part = next_segment(*victim);
    if (part.data.empty()) return;
    part.data[random_.below(part.data.size())] = std::numeric_limits<float>::quiet_NaN();
    const std::size_t before = bad_;
    deliver(std::move(part));
    if (bad_ != before + 1) unexpected_ = true;
    new_selection_without(*victim, combiner_.combined());
  }
  /// The server waits for chunks to be computed again.
  void pause() {
    std::vector<Combiner::Outcome> out;
    combiner_.expect({nullptr, {}}, out);
    if (!out.empty()) unexpected_ = true;
    paused_ = true;
  }
  /// Numbers that would show in the gradient if they were used.
  void send_garbage_under_an_old_ticket() {
    if (old_.empty()) return;
    VectorSegment part = old_[random_.below(old_.size())];
    part.index = static_cast<std::uint32_t>(random_.below(layout().count()));
    part.data.assign(layout().range(part.index).size(), 1e6F);
    std::vector<Combiner::Outcome> out;
    combiner_.deliver(std::move(part), out);
    if (!out.empty()) unexpected_ = true;
  }

  /// A new selection without this worker: its neighbours get new tickets and send from `first` on.
  void new_selection_without(WorkerId victim, std::uint64_t first) {
    lost_[victim.index()] = true;
    ++losses_;
    std::set<WorkerId> neighbours;
    std::exchange(used_[victim.index()], SlotSet{}).for_each([&](Slot slot) {
      const ChunkId chunk = plan_->assignment().chunk_at(victim, slot);
      for (const auto& h : plan_->assignment().holders_of(chunk)) {
        SlotSet& used = used_[h.worker.index()];
        if (!lost_[h.worker.index()] && copies(chunk) < options_.blocks)
          used.insert(h.slot);  // computed again
        if (used.contains(h.slot)) neighbours.insert(h.worker);
      }
    });
    retire(victim);
    for (const WorkerId w : neighbours) retire(w);
    if (random_.below(2) == 0) pause();
    select({neighbours.begin(), neighbours.end()}, static_cast<std::uint32_t>(first));
  }

  [[nodiscard]] std::size_t losses() const { return losses_; }
  [[nodiscard]] bool whole() const {
    return std::all_of(senders_.begin(), senders_.end(),
                       [&](const Sender& s) { return !s.encoder || s.next >= end_of(s); }) &&
           !paused_ && combiner_.combined() == layout().count();
  }
  /// Once per ticket; and nothing happened that must not.
  [[nodiscard]] bool every_vector_was_announced_once() const {
    return !unexpected_ &&
           std::all_of(announced_.begin(), announced_.end(), [](const auto& a) { return a.second == 1; });
  }
  /// Remembers the bits of what is combined and looks whether those of before are still there.
  void combined_segments_did_not_change() {
    for (const auto& [place, bits] : combined_bits_) {
      if (std::bit_cast<std::uint32_t>(combiner_.gradient()[place]) != bits) unexpected_ = true;
    }
    const std::size_t block = block_length(options_.dimension, options_.blocks);
    const std::size_t done = combiner_.combined() == 0 ? 0 : layout().range(combiner_.combined() - 1).last;
    for (std::size_t k = 0; k < options_.blocks; ++k) {
      for (std::size_t t = k * block; t < std::min(options_.dimension, k * block + done); ++t) {
        combined_bits_.emplace(t, std::bit_cast<std::uint32_t>(combiner_.gradient()[t]));
      }
    }
  }
  /// max |ghat - sum_i g_i|, the sum in double.
  [[nodiscard]] double error() const {
    double worst = 0;
    for (std::size_t t = 0; t < options_.dimension; ++t) {
      double sum = 0;
      for (const GradientBuffer& g : gradients_) sum += (*g)[t];
      worst = std::max(worst, std::abs(sum - combiner_.gradient()[t]));
    }
    return worst;
  }
  [[nodiscard]] double tolerance() const {
    return 1e-6 * static_cast<double>(options_.chunks * options_.replication) *
           worst_condition(plan_->assignment(), plan_->frame());
  }
  [[nodiscard]] std::size_t window_floats() const {
    return options_.workers * options_.credits * options_.segment_floats;
  }

 private:
  struct Sender {
    Ticket ticket;
    std::shared_ptr<const VectorEncoder> encoder;
    std::uint32_t next = 0;
    std::uint32_t first = 0;
  };
  static constexpr Stamp kStamp{Term(1), RoundId(1)};

  static std::shared_ptr<const Plan> make_plan(const MillOptions& o) {
    Assignment a = Assignment::regular_graph(o.chunks, o.workers, o.replication, o.seed).value();
    Ordering order = Ordering::ascending(a);
    Frame frame = o.blocks == 1 ? Frame::ones(o.workers) : Frame::gaussian(o.workers, o.blocks, o.seed);
    return std::make_shared<const Plan>(Plan::make(Method::partial, a, order, frame).value());
  }
  [[nodiscard]] std::size_t load(std::size_t w) const {
    return plan_->assignment().load(WorkerId(static_cast<std::uint32_t>(w)));
  }
  [[nodiscard]] const SegmentLayout& layout() const { return combiner_.layout(); }
  [[nodiscard]] static Peer peer(WorkerId worker) { return {worker, Incarnation(1)}; }
  [[nodiscard]] std::uint32_t end_of(const Sender& s) const {
    return std::max(layout().count(), s.first + 1);
  }

  [[nodiscard]] std::size_t copies(ChunkId chunk) const {
    const auto holders = plan_->assignment().holders_of(chunk);
    return static_cast<std::size_t>(std::count_if(holders.begin(), holders.end(), [&](const auto& h) {
      return used_[h.worker.index()].contains(h.slot);
    }));
  }
  [[nodiscard]] std::size_t living_holders(ChunkId chunk) const {
    const auto holders = plan_->assignment().holders_of(chunk);
    return static_cast<std::size_t>(std::count_if(holders.begin(), holders.end(),
                                                  [&](const auto& h) { return !lost_[h.worker.index()]; }));
  }
  void thin_out() {
    for (std::size_t w = 0; w < used_.size(); ++w) {
      const WorkerId worker(static_cast<std::uint32_t>(w));
      SlotSet::first(load(w)).for_each([&](Slot s) {
        if (random_.below(3) == 0 && copies(plan_->assignment().chunk_at(worker, s)) > options_.blocks)
          used_[w].erase(s);
      });
    }
  }
  [[nodiscard]] std::vector<WorkerId> all_users() const {
    std::vector<WorkerId> users;
    for (std::size_t w = 0; w < used_.size(); ++w) {
      if (!used_[w].empty()) users.emplace_back(static_cast<std::uint32_t>(w));
    }
    return users;
  }
  [[nodiscard]] std::vector<WorkerId> who_may_send() const {
    std::vector<WorkerId> ready;
    for (const WorkerId w : all_users()) {
      const Sender& s = senders_[w.index()];
      if (s.encoder && s.next < end_of(s) && s.next < combiner_.combined() + options_.credits)
        ready.push_back(w);
    }
    return ready;
  }
  [[nodiscard]] std::optional<WorkerId> somebody_dispensable() {
    std::vector<WorkerId> dispensable;
    for (const WorkerId w : all_users()) {
      const Sender& s = senders_[w.index()];
      bool needed = s.next >= end_of(s);  // whole: its loss would change nothing
      used_[w.index()].for_each([&](Slot slot) {
        needed = needed || living_holders(plan_->assignment().chunk_at(w, slot)) <= options_.blocks;
      });
      if (!needed) dispensable.push_back(w);
    }
    if (dispensable.empty()) return std::nullopt;
    return dispensable[random_.below(dispensable.size())];
  }

  void retire(WorkerId worker) {
    Sender& s = senders_[worker.index()];
    if (s.encoder) old_.push_back({peer(worker), s.ticket, 0, {}});
    s = Sender{};
    combiner_.forget(worker);
  }
  void select(const std::vector<WorkerId>& encoders, std::uint32_t first) {
    epoch_ = Epoch(epoch_.value + 1);
    selection_ = std::make_shared<const Selection>(Selection{kStamp, epoch_, used_});
    for (const WorkerId w : encoders) {
      std::vector<GradientRow> rows;
      used_[w.index()].for_each([&](Slot slot) {
        rows.push_back(row_of(gradients_[plan_->assignment().chunk_at(w, slot).index()]));
      });
      senders_[w.index()] = {{kStamp, epoch_},
                             std::make_shared<const VectorEncoder>(*plan_, *code_, w, used_, rows, layout()),
                             first,
                             first};
    }
    announce();
  }
  void announce() {
    Expect expect{selection_, {}};
    for (const WorkerId w : all_users())
      expect.vectors.push_back({peer(w), senders_[w.index()].ticket.epoch});
    paused_ = false;
    std::vector<Combiner::Outcome> out;
    combiner_.expect(expect, out);
    take(out);
  }
  void deliver(VectorSegment part) {
    std::vector<Combiner::Outcome> out;
    combiner_.deliver(std::move(part), out);
    take(out);
  }
  void take(const std::vector<Combiner::Outcome>& out) {
    for (const Combiner::Outcome& o : out) {
      if (const auto* in = std::get_if<VectorIn>(&o)) ++announced_[{in->peer.worker, in->ticket.epoch}];
      if (std::holds_alternative<VectorBad>(o)) ++bad_;
      if (const auto* c = std::get_if<Combined>(&o); c && c->segments != combiner_.combined())
        unexpected_ = true;
    }
  }

  MillOptions options_;
  Random random_;
  std::shared_ptr<const Plan> plan_;
  std::shared_ptr<const Code> code_;
  Combiner combiner_;
  std::vector<GradientBuffer> gradients_;
  std::vector<SlotSet> used_;
  std::vector<Sender> senders_;
  std::vector<bool> lost_;
  SelectionRef selection_;
  Epoch epoch_;
  bool paused_ = false;
  std::vector<VectorSegment> old_;
  std::map<std::pair<WorkerId, Epoch>, int> announced_;
  std::map<std::size_t, std::uint32_t> combined_bits_;
  std::size_t bad_ = 0;
  std::size_t losses_ = 0;
  bool unexpected_ = false;
};

}  // namespace gleaner::test
