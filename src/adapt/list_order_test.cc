#include "adapt/list_order.h"

#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "adapt/round_cases.h"
#include "support/draws.h"

namespace gleaner {
namespace {

using testing::ElementsAre;

// LIST as beyond.md writes it down: no heap, every count made anew.
class ListByTheBook {
 public:
  explicit ListByTheBook(const RoundState& state) : state_(state), orders_(state.workers.size()) {
    for (std::uint32_t j = 0; j < state.workers.size(); ++j) {
      const WorkerState& w = state.workers[j];
      free_.push_back(!w.works() ? WorkerState::kNever : w.in_hand ? w.remaining : w.chunk_time);
      goes_on_.push_back(w.in_hand ? 1 : 0);
    }
  }

  SlotOrders run() {
    while (const std::optional<std::uint32_t> j = earliest()) {
      const Slot best = best_of(*j);
      const WorkerState& w = state_.workers[*j];
      const bool goes_on = std::exchange(goes_on_[*j], 0) != 0;
      if (goes_on && copies_of(*j, *w.in_hand) > copies_of(*j, best)) {
        free_[*j] = w.chunk_time;  // it begins another one, from the beginning
        continue;
      }
      orders_[*j].push_back(goes_on ? *w.in_hand : best);
      free_[*j] += w.chunk_time;
    }
    return orders_;
  }

 private:
  [[nodiscard]] std::vector<Slot> left(std::uint32_t j) const {
    std::vector<Slot> slots;
    const WorkerState& w = state_.workers[j];
    for (std::uint32_t s = 0; w.works() && s < state_.assignment->load(WorkerId(j)); ++s) {
      const bool placed = std::find(orders_[j].begin(), orders_[j].end(), Slot(s)) != orders_[j].end();
      if (!placed && !w.done.contains(Slot(s)) && !w.excluded.contains(Slot(s))) slots.emplace_back(s);
    }
    return slots;
  }
  [[nodiscard]] std::optional<std::uint32_t> earliest() const {
    std::optional<std::uint32_t> first;
    for (std::uint32_t j = 0; j < orders_.size(); ++j) {
      if (!left(j).empty() && (!first || free_[j] < free_[*first])) first = j;
    }
    return first;
  }
  [[nodiscard]] std::size_t copies_of(std::uint32_t j, Slot s) const {
    const ChunkId chunk = state_.assignment->chunk_at(WorkerId(j), s);
    std::size_t n = 0;
    for (const Assignment::Holder& h : state_.assignment->holders_of(chunk)) {
      const auto& order = orders_[h.worker.index()];
      const bool placed = std::find(order.begin(), order.end(), h.slot) != order.end();
      n += placed || state_.workers[h.worker.index()].done.contains(h.slot) ? 1 : 0;
    }
    return n;
  }
  [[nodiscard]] double rate_of_others(std::uint32_t j, Slot s) const {
    double rate = 0;
    for (const Assignment::Holder& h :
         state_.assignment->holders_of(state_.assignment->chunk_at(WorkerId(j), s))) {
      if (h.worker != WorkerId(j)) rate += 1 / state_.workers[h.worker.index()].chunk_time;
    }
    return rate;
  }
  [[nodiscard]] Slot best_of(std::uint32_t j) const {
    const std::vector<Slot> all = left(j);
    return *std::min_element(all.begin(), all.end(), [&](Slot x, Slot y) {
      return std::tuple(copies_of(j, x), rate_of_others(j, x), x) <
             std::tuple(copies_of(j, y), rate_of_others(j, y), y);
    });
  }

  const RoundState& state_;
  SlotOrders orders_;
  std::vector<double> free_;
  std::vector<char> goes_on_;
};

RC_GTEST_PROP(ListOrders, AreTheListOfTheBook, ()) {
  const Assignment a = testing_cases::any_assignment(2, 8);
  const RoundState state = testing_cases::any_round(a, test::any_between(1, 2), {});
  const SlotOrders orders = list_orders(state);
  RC_ASSERT(orders == ListByTheBook(state).run());
  RC_ASSERT(testing_cases::deals_out_everything(state, orders));
}

TEST(ListOrders, TheQuickTakeWhatTheSlowWouldKeepWaitingFor) {
  // Chunk 1 is also held by the slow worker 2, chunk 0 by worker 1, which is as quick as worker 0.
  const std::vector<std::pair<ChunkId, WorkerId>> pairs{{ChunkId(0), WorkerId(0)},
                                                        {ChunkId(1), WorkerId(0)},
                                                        {ChunkId(0), WorkerId(1)},
                                                        {ChunkId(1), WorkerId(2)}};
  const Assignment a = Assignment::from_pairs(2, 3, pairs).value();
  RoundState state{&a, 1, std::vector<WorkerState>(3)};
  state.workers[0].chunk_time = state.workers[1].chunk_time = 1;
  state.workers[2].chunk_time = 50;
  EXPECT_THAT(list_orders(state)[0], ElementsAre(Slot(1), Slot(0)));
}

}  // namespace
}  // namespace gleaner
