// The sender alone: the window that holds it back, withdrawal at any moment, the pause where a fault is due.
#include "runtime/send_thread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/mailbox.h"

namespace gleaner {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using Clock = std::chrono::steady_clock;
using Ended = SendThread::Ended;

constexpr Stamp kStamp{Term(1), RoundId(1)};
constexpr Peer kPeer{WorkerId(0), Incarnation(1)};

class Wire final : public WorkerTransport {
 public:
  void send(WorkerMessage) override {}
  bool send_segment(VectorSegment segment) override {
    segments.push(std::move(segment));
    return true;
  }
  Mailbox<VectorSegment> segments;
};

// One worker with one chunk: the coded vector is its gradient 0, 1, 2, ..
struct Sender {
  explicit Sender(std::size_t credits, std::size_t segments = 6)
      : window(credits),
        plan(Plan::make(Method::uncoded, Assignment::cyclic(1, 1, 1).value(),
                        Ordering::ascending(Assignment::cyclic(1, 1, 1).value()), Frame::ones(1))
                 .value()),
        gradient(std::make_shared<std::vector<float>>(2 * segments)),
        thread(kPeer, wire, window, [this](Ticket t, Ended how) {
          ended.push({t, how});
        }) {
    for (std::size_t i = 0; i < gradient->size(); ++i) (*gradient)[i] = static_cast<float>(i);
    window.advance(kStamp, 0);
  }
  [[nodiscard]] SendThread::Task task(std::uint32_t epoch, std::uint32_t first = 0) const {
    const UsedSlots used{SlotSet::first(1)};
    const auto encoder = std::make_shared<const VectorEncoder>(
        plan, *code_for(Method::uncoded), WorkerId(0), used, std::vector<GradientRow>{row_of(gradient)},
        SegmentLayout::of(gradient->size(), 1, 2));
    return {{kStamp, Epoch(epoch)}, encoder, first, std::nullopt};
  }
  // What arrives within a moment, as epoch.index.
  std::vector<std::string> arrived(std::size_t expected) {
    std::vector<std::string> names;
    while (const auto s =
               wire.segments.pop_until(Clock::now() + milliseconds(names.size() < expected ? 5000 : 10))) {
      names.push_back(std::to_string(s->ticket.epoch.value) + "." + std::to_string(s->index));
      EXPECT_EQ(s->data.at(0), static_cast<float>(2 * s->index));
    }
    return names;
  }

  Wire wire;
  SendWindow window;
  Plan plan;
  GradientBuffer gradient;
  Mailbox<std::pair<Ticket, Ended>> ended;
  SendThread thread;
};

TEST(SendThread, SendsInOrderAsFarAsTheWindowReaches) {
  Sender s(2);
  s.thread.start(s.task(1));
  EXPECT_THAT(s.arrived(2), ElementsAre("1.0", "1.1"));
  s.window.advance(kStamp, 1);
  EXPECT_THAT(s.arrived(1), ElementsAre("1.2"));
  s.window.advance(kStamp, 4);
  EXPECT_THAT(s.arrived(3), ElementsAre("1.3", "1.4", "1.5"));
  EXPECT_EQ(s.ended.pop(), std::pair(Ticket{kStamp, Epoch(1)}, Ended::sent));
}

TEST(SendThread, WhatAnOlderRoundCombinedOpensNoWindow) {
  Sender s(1);
  s.window.advance({Term(1), RoundId(0)}, 100);
  s.thread.start(s.task(1));
  EXPECT_THAT(s.arrived(1), ElementsAre("1.0"));
}

TEST(SendThread, AWithdrawnVectorStopsAndIsNotReported) {
  Sender s(2);
  s.thread.start(s.task(1));
  EXPECT_THAT(s.arrived(2), ElementsAre("1.0", "1.1"));
  s.thread.withdraw();
  s.window.advance(kStamp, 6);
  EXPECT_TRUE(s.arrived(0).empty());
  EXPECT_FALSE(s.ended.pop_until(Clock::now()));
  s.thread.start(s.task(2, 4));
  EXPECT_THAT(s.arrived(2), ElementsAre("2.4", "2.5"));
  EXPECT_EQ(s.ended.pop(), std::pair(Ticket{kStamp, Epoch(2)}, Ended::sent));
}

TEST(SendThread, ANewVectorReplacesOneThatWaitsForCredits) {
  Sender s(1);
  for (std::uint32_t epoch = 1; epoch <= 100; ++epoch) s.thread.start(s.task(epoch));
  s.window.advance(kStamp, 6);
  EXPECT_EQ(s.ended.pop(), std::pair(Ticket{kStamp, Epoch(100)}, Ended::sent));
  const std::vector<std::string> all = s.arrived(6);
  EXPECT_THAT(std::vector<std::string>(all.end() - 6, all.end()),
              ElementsAre("100.0", "100.1", "100.2", "100.3", "100.4", "100.5"));
}

TEST(SendThread, AVectorOfWhichNothingIsWantedIsEndedByAnEmptySegment) {
  Sender s(1);
  s.window.advance(kStamp, 6);
  s.thread.start(s.task(3, 6));
  const VectorSegment end = s.wire.segments.pop();
  EXPECT_EQ(end.index, 6U);
  EXPECT_TRUE(end.data.empty());
  EXPECT_EQ(s.ended.pop().second, Ended::sent);
}

TEST(SendThread, PausesBeforeASegmentEvenWithoutCredits) {
  Sender s(2);
  SendThread::Task task = s.task(1);
  task.pause_before = 2;
  s.thread.start(std::move(task));
  EXPECT_THAT(s.arrived(2), ElementsAre("1.0", "1.1"));
  EXPECT_EQ(s.ended.pop(), std::pair(Ticket{kStamp, Epoch(1)}, Ended::paused));
}

TEST(SendThread, EndsWhileItWaits) {
  for (int k = 0; k < 50; ++k) {
    Sender s(1);
    s.thread.start(s.task(1));
    if (k % 2 == 0) (void)s.wire.segments.pop();
  }  // joins
}

}  // namespace
}  // namespace gleaner
