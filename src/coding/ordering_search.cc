// Orders for instances that are not regular: sweeps in which each worker sorts its own chunks anew.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/portable_math.h"
#include "coding/ordering.h"

namespace gleaner {
namespace {

// Looking at the other holders of every (chunk, holder) pair costs l sum_i gamma_i^2 per sweep, about 1 ns
// each.
bool affordable(const Assignment& a, std::size_t blocks) {
  constexpr std::size_t kWorkMax = 300'000'000;
  std::size_t work = 0;
  for (std::uint32_t i = 0; i < a.chunks() && work <= kWorkMax; ++i) {
    work += a.replication(ChunkId(i)) * a.replication(ChunkId(i)) * blocks;
  }
  return work <= kWorkMax;
}

// The position of every (worker, slot), changed worker by worker.
class Positions {
 public:
  Positions(const Assignment& a, const Ordering& start) : a_(a) {
    for (std::uint32_t j = 0; j < a.workers(); ++j) {
      first_.push_back(position_.size());
      position_.resize(position_.size() + a.load(WorkerId(j)));
      const auto order = start.of(WorkerId(j));
      for (std::uint32_t p = 0; p < order.size(); ++p) position_[first_[j] + order[p].index()] = p + 1;
    }
  }

  // O(i,j), from 1 on.
  [[nodiscard]] std::uint32_t of(const Assignment::Holder& holder) const {
    return position_[first_[holder.worker.index()] + holder.slot.index()];
  }
  // delta_j - O(i,j) + 1.
  [[nodiscard]] std::size_t tail(const Assignment::Holder& holder) const {
    return a_.load(holder.worker) - of(holder) + 1;
  }

  // Worker by worker, chunks by ascending key(chunk, holder); those with equal keys stay as they are.
  template <class Key>
  void sweep(Key&& key) {
    std::vector<std::pair<double, std::uint32_t>> keyed;  // key, slot; by position at first
    for (std::uint32_t j = 0; j < a_.workers(); ++j) {
      const auto chunks = a_.chunks_of(WorkerId(j));
      keyed.resize(chunks.size());
      for (std::uint32_t s = 0; s < chunks.size(); ++s) {
        const Assignment::Holder holder{WorkerId(j), Slot(s)};
        keyed[of(holder) - 1] = {key(chunks[s], holder), s};
      }
      std::stable_sort(keyed.begin(), keyed.end(),
                       [](const auto& x, const auto& y) { return x.first < y.first; });
      for (std::uint32_t p = 0; p < keyed.size(); ++p) position_[first_[j] + keyed[p].second] = p + 1;
    }
  }

  [[nodiscard]] Ordering ordering() const {
    std::vector<std::vector<Slot>> order(a_.workers());
    for (std::uint32_t j = 0; j < a_.workers(); ++j) {
      order[j].resize(a_.load(WorkerId(j)), Slot(0));
      for (std::uint32_t s = 0; s < order[j].size(); ++s) order[j][of({WorkerId(j), Slot(s)}) - 1] = Slot(s);
    }
    auto made = Ordering::from_slots(a_, std::move(order));
    GLEANER_CHECK(made.ok(), "a sweep lost a slot");
    return std::move(made).value();
  }

 private:
  const Assignment& a_;
  std::vector<std::size_t> first_;       // of every worker
  std::vector<std::uint32_t> position_;  // worker by worker, slot by slot
};

// What exponential chunk times of mean 1, one per worker, make of an order.
class ExponentialWorkers {
 public:
  ExponentialWorkers(const Assignment& a, const Positions& positions, std::size_t blocks)
      : a_(a), positions_(positions), done_(a.load_max() + 1, 0), copies_(blocks, 0) {}

  // P(a chunk in position p is done at `time`) = P(p s <= time), 0 for the workers that fail.
  void set_time(double time, double failing) {
    for (std::size_t p = 1; p < done_.size(); ++p) {
      done_[p] = (1 - failing) * (1 - portable::exp(-time / static_cast<double>(p)));
    }
  }

  // P(exactly l - 1 of the other holders have the chunk).
  double pivotal(ChunkId chunk, WorkerId except) {
    count_copies(chunk, except);
    return copies_.back();
  }

  // P(every chunk has l copies), as if chunks were independent.
  double all_done() {
    double all = 1;
    for (std::uint32_t i = 0; i < a_.chunks(); ++i) {
      count_copies(ChunkId(i), WorkerId(static_cast<std::uint32_t>(a_.workers())));
      double short_of = 0;
      for (const double p : copies_) short_of += p;
      all *= 1 - short_of;
    }
    return all;
  }

 private:
  // copies_[k] = P(k copies), k < l, of holders other than `except`.
  void count_copies(ChunkId chunk, WorkerId except) {
    std::fill(copies_.begin(), copies_.end(), 0.0);
    copies_[0] = 1;
    for (const auto& holder : a_.holders_of(chunk)) {
      if (holder.worker == except) continue;
      const double done = done_[positions_.of(holder)];
      for (std::size_t k = copies_.size() - 1; k > 0; --k) {
        copies_[k] = copies_[k] * (1 - done) + copies_[k - 1] * done;
      }
      copies_[0] *= 1 - done;
    }
  }

  const Assignment& a_;
  const Positions& positions_;
  std::vector<double> done_;    // position -> probability
  std::vector<double> copies_;  // scratch
};

// The time at which half of the rounds are over when nobody fails.
double half_time(ExponentialWorkers& workers) {
  const auto over = [&](double time) {
    workers.set_time(time, 0);
    return workers.all_done() >= 0.5;
  };
  double high = 1;
  while (high < 1e9 && !over(high)) high *= 2;
  double low = high / 2;
  for (int k = 0; k < 6; ++k) {  // the order does not need it to more than two digits
    const double middle = 0.5 * (low + high);
    (over(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace

Ordering Ordering::for_mean_time(const Assignment& assignment, std::size_t blocks) {
  Ordering start = optimal(assignment);
  if (blocks == 0 || blocks > assignment.replication_min() || !affordable(assignment, blocks)) return start;
  constexpr double kFailing = 0.05;  // without it, late copies count for nothing
  constexpr int kSweeps = 3;
  Positions positions(assignment, start);
  ExponentialWorkers workers(assignment, positions, blocks);
  workers.set_time(half_time(workers), kFailing);
  for (int k = 0; k < kSweeps; ++k) {
    positions.sweep(
        [&](ChunkId chunk, const Assignment::Holder& own) { return -workers.pivotal(chunk, own.worker); });
  }
  return positions.ordering();
}

Ordering Ordering::for_worst_case(const Assignment& assignment, std::size_t blocks) {
  Ordering best = optimal(assignment);
  if (blocks == 0 || blocks > assignment.replication_min() || !affordable(assignment, blocks)) return best;
  std::size_t least = q_max(assignment, best, blocks);
  Positions positions(assignment, best);
  std::vector<std::size_t> tails;
  // What the other holders leave undone: the tails that count, less the own one in so far as it counts.
  const auto undone_by_others = [&](ChunkId chunk, const Assignment::Holder& own) {
    tails.clear();
    for (const auto& holder : assignment.holders_of(chunk)) tails.push_back(positions.tail(holder));
    std::sort(tails.begin(), tails.end());
    double undone = 0;
    const std::size_t counted = tails.size() - (blocks - 1);
    for (std::size_t k = 0; k < counted; ++k) undone += static_cast<double>(tails[k]);
    const double share = static_cast<double>(counted) / static_cast<double>(tails.size());
    return undone - share * static_cast<double>(positions.tail(own));
  };
  constexpr int kSweeps = 10;
  constexpr int kPatience = 2;
  for (int k = 0, in_vain = 0; k < kSweeps && in_vain < kPatience; ++k) {
    positions.sweep(undone_by_others);
    Ordering order = positions.ordering();
    const std::size_t reached = q_max(assignment, order, blocks);
    ++in_vain;
    if (reached >= least) continue;
    best = std::move(order);
    least = reached;
    in_vain = 0;
  }
  return best;
}

}  // namespace gleaner
