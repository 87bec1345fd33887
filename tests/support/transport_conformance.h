// What every transport must do. A transport joins by a test that includes this and instantiates the suite
// TransportConformance with its factory.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "transport/transport.h"

namespace gleaner::test {

// Records everything; wait_for blocks until the record looks as wished, for transports that deliver later.
class Recorder final : public ServerSink, public WorkerSink {
 public:
  void on_message(Peer peer, WorkerMessage m) override {
    add(std::to_string(peer.worker.value) + " done " + std::get<Progress>(m).done.text());
  }
  void on_segment(VectorSegment s) override {
    {
      const std::scoped_lock lock(mutex_);
      floats_ += s.data.size();
      last_segment_[s.peer.worker] = s.index;
      in_order_ = in_order_ && s.index == segments_[s.peer.worker]++;
      ++count_;
      if (holds_) held_.push_back(std::move(s.credit));
    }
    changed_.notify_all();
  }
  void on_lost(Peer peer) override { add(std::to_string(peer.worker.value) + " lost"); }
  void on_parameters(Stamp stamp, SharedVector p) override {
    const bool same = std::ranges::count(*p, (*p)[0]) == static_cast<std::ptrdiff_t>(p->size());
    add("parameters " + text(stamp) + ": " + std::to_string(p->size()) + " x " +
        (same ? std::to_string((*p)[0]) : "different numbers"));
  }
  void on_message(ServerMessage m) override {
    if (const auto* start = std::get_if<StartRound>(&m)) return add("start " + text(start->stamp));
    add("committed " + text(std::get<Committed>(m).stamp));
  }

  /// From now on the credits of segments are kept.
  void hold() {
    const std::scoped_lock lock(mutex_);
    holds_ = true;
  }
  /// Lets go one that is kept; all, and of those that come.
  void let_go_one() {
    std::shared_ptr<void> first;
    const std::scoped_lock lock(mutex_);
    first = std::move(held_.front());
    held_.pop_front();
  }
  void let_go() {
    std::deque<std::shared_ptr<void>> all;
    const std::scoped_lock lock(mutex_);
    holds_ = false;
    all.swap(held_);
  }
  [[nodiscard]] std::size_t segments() {
    const std::scoped_lock lock(mutex_);
    return count_;
  }
  [[nodiscard]] bool wait_for_segments(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return count_ >= count; });
  }

  template <class Wish>
  [[nodiscard]] bool wait_for(Wish wish) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return wish(lines_, floats_); });
  }
  [[nodiscard]] std::vector<std::string> lines() {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }
  [[nodiscard]] bool in_order() {
    const std::scoped_lock lock(mutex_);
    return in_order_;
  }

 private:
  void add(std::string line) {
    {
      const std::scoped_lock lock(mutex_);
      lines_.push_back(std::move(line));
    }
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  std::size_t floats_ = 0;
  bool in_order_ = true;
  std::size_t count_ = 0;
  bool holds_ = false;
  std::deque<std::shared_ptr<void>> held_;
  std::map<WorkerId, std::uint32_t> segments_;
  std::map<WorkerId, std::uint32_t> last_segment_;
};

struct Network {
  std::unique_ptr<ServerTransport> server;
  std::function<std::unique_ptr<WorkerTransport>(Peer, WorkerSink&)> connect;
  /// Segments of one worker that come while the server holds their credits. None: all, since they are handed
  /// over where they are, and whoever sends them waits for somebody else (runtime: SendWindow).
  std::optional<std::size_t> credits = std::nullopt;
};
using NetworkFactory = std::function<Network(ServerSink&)>;

class TransportConformance : public testing::TestWithParam<NetworkFactory> {};

inline Progress done(std::uint32_t slot) { return {{Term(1), RoundId(1)}, SlotSet::single(Slot(slot))}; }
inline Peer peer(std::uint32_t worker, std::uint64_t life = 1) {
  return {WorkerId(worker), Incarnation(life)};
}

TEST_P(TransportConformance, MessagesOfOneWorkerKeepTheirOrder) {
  Recorder server;
  Recorder worker;
  Network net = GetParam()(server);
  const auto link = net.connect(peer(0), worker);
  for (std::uint32_t i = 0; i < 3; ++i) link->send(done(i));
  ASSERT_TRUE(server.wait_for([](const auto& lines, std::size_t) { return lines.size() == 3; }));
  EXPECT_THAT(server.lines(), testing::ElementsAre("0 done {0}", "0 done {1}", "0 done {2}"));
}

TEST_P(TransportConformance, ParametersComeBeforeLaterMessages) {
  Recorder server;
  Recorder worker;
  Network net = GetParam()(server);
  const auto link = net.connect(peer(0), worker);
  const Stamp stamp{Term(1), RoundId(4)};
  net.server->send_parameters(peer(0), stamp, std::make_shared<const std::vector<float>>(1000, 2.0F));
  net.server->send(peer(0), StartRound{stamp});
  ASSERT_TRUE(worker.wait_for([](const auto& lines, std::size_t) { return lines.size() == 2; }));
  EXPECT_THAT(worker.lines()[0], testing::StartsWith("parameters round 4: 1000 x 2.0"));
  EXPECT_EQ(worker.lines()[1], "start round 4");
}

TEST_P(TransportConformance, MessagesToOneWorkerKeepTheirOrder) {
  Recorder server;
  Recorder worker;
  Network net = GetParam()(server);
  const auto link = net.connect(peer(0), worker);
  std::vector<std::string> expected;
  for (std::uint64_t round = 1; round <= 50; ++round) {
    net.server->send(peer(0), Committed{{Term(1), RoundId(round)}});
    expected.push_back("committed round " + std::to_string(round));
  }
  ASSERT_TRUE(worker.wait_for([](const auto& lines, std::size_t) { return lines.size() == 50; }));
  EXPECT_EQ(worker.lines(), expected);
}

// However many of them newer ones overtake on the way: a round that starts has its own, and the last one
// starts.
TEST_P(TransportConformance, ParametersThatAreOvertakenTakeTheStartOfTheirRoundAlong) {
  constexpr std::uint64_t kRounds = 12;
  constexpr std::size_t kFloats = std::size_t{1} << 20;
  Recorder server;
  Recorder worker;
  Network net = GetParam()(server);
  const auto link = net.connect(peer(0), worker);
  for (std::uint64_t round = 1; round <= kRounds; ++round) {
    const Stamp stamp{Term(1), RoundId(round)};
    net.server->send_parameters(
        peer(0), stamp, std::make_shared<const std::vector<float>>(kFloats, static_cast<float>(round)));
    net.server->send(peer(0), StartRound{stamp});
    net.server->send(peer(0), Committed{stamp});
  }
  const std::string last = "committed round " + std::to_string(kRounds);
  ASSERT_TRUE(worker.wait_for(
      [&](const auto& lines, std::size_t) { return !lines.empty() && lines.back() == last; }));
  const std::vector<std::string> lines = worker.lines();
  const auto place = [&](const std::string& line) { return std::ranges::find(lines, line) - lines.begin(); };
  const auto nowhere = static_cast<std::ptrdiff_t>(lines.size());
  for (std::uint64_t round = 1; round <= kRounds; ++round) {
    const std::string name = "round " + std::to_string(round);
    const std::ptrdiff_t start = place("start " + name);
    EXPECT_LT(place("committed " + name), nowhere) << "what stands behind the start comes without it, too";
    if (start == nowhere) {
      EXPECT_LT(round, kRounds);
      continue;
    }
    ASSERT_GT(start, 0);
    const std::string own = std::to_string(kFloats) + " x " + std::to_string(static_cast<float>(round));
    EXPECT_EQ(lines[static_cast<std::size_t>(start) - 1], "parameters " + name + ": " + own);
    EXPECT_LT(start, place("committed " + name));
  }
}

TEST_P(TransportConformance, NoMoreSegmentsComeThanTheirReceiverHasCreditsFor) {
  constexpr std::size_t kSegments = 20;
  Recorder server;
  Recorder worker;
  Network net = GetParam()(server);
  const auto link = net.connect(peer(0), worker);
  server.hold();
  std::jthread sender([&] {
    for (std::uint32_t s = 0; s < kSegments; ++s)
      EXPECT_TRUE(link->send_segment({peer(0), {}, s, std::vector<float>(1000, 1.0F)}));
    link->send(done(0));
  });
  if (net.credits) {
    const std::size_t credits = *net.credits;
    EXPECT_TRUE(server.wait_for_segments(credits));
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    EXPECT_EQ(server.segments(), credits);
    server.let_go_one();
    EXPECT_TRUE(server.wait_for_segments(credits + 1));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_EQ(server.segments(), credits + 1);
    server.let_go();
  }
  EXPECT_TRUE(server.wait_for_segments(kSegments));
  EXPECT_TRUE(server.in_order());
  EXPECT_TRUE(server.wait_for([](const auto& lines, std::size_t) { return lines.size() == 1; }));
}

TEST_P(TransportConformance, ClosingALinkIsHeardAfterWhatWasSentBefore) {
  Recorder server;
  Recorder worker;
  Network net = GetParam()(server);
  auto link = net.connect(peer(2), worker);
  link->send(done(1));
  link.reset();
  ASSERT_TRUE(server.wait_for([](const auto& lines, std::size_t) { return lines.size() == 2; }));
  EXPECT_THAT(server.lines(), testing::ElementsAre("2 done {1}", "2 lost"));
  net.server->send(peer(2), Committed{});  // nobody is there: not an error
  EXPECT_TRUE(worker.lines().empty());
}

TEST_P(TransportConformance, AnEarlierIncarnationHearsNothingOfALaterOne) {
  Recorder server;
  Recorder first;
  Recorder second;
  Network net = GetParam()(server);
  auto old = net.connect(peer(0, 1), first);
  old.reset();
  const auto link = net.connect(peer(0, 2), second);
  net.server->send(peer(0, 1), Committed{});
  net.server->send(peer(0, 2), Committed{});
  ASSERT_TRUE(second.wait_for([](const auto& lines, std::size_t) { return lines.size() == 1; }));
  EXPECT_TRUE(first.lines().empty());
}

TEST_P(TransportConformance, ManyThreadsSendSegmentsAndMessagesAtOnce) {
  constexpr std::uint32_t kWorkers = 4;
  constexpr std::uint32_t kSegments = 50;
  constexpr std::size_t kFloats = 2000;
  Recorder server;
  std::vector<Recorder> sinks(kWorkers);
  Network net = GetParam()(server);
  std::vector<std::unique_ptr<WorkerTransport>> links;
  for (std::uint32_t w = 0; w < kWorkers; ++w) links.push_back(net.connect(peer(w), sinks[w]));
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t w = 0; w < kWorkers; ++w) {
      threads.emplace_back([&, w] {
        for (std::uint32_t s = 0; s < kSegments; ++s) {
          EXPECT_TRUE(links[w]->send_segment({peer(w), {}, s, std::vector<float>(kFloats, 1.0F)}));
          links[w]->send(done(s));
        }
      });
      threads.emplace_back([&, w] {
        for (std::uint32_t s = 0; s < kSegments; ++s) net.server->send(peer(w), Committed{});
      });
    }
  }
  EXPECT_TRUE(server.wait_for([](const auto& lines, std::size_t floats) {
    return floats == kWorkers * kSegments * kFloats && lines.size() == kWorkers * kSegments;
  }));
  EXPECT_TRUE(server.in_order());
  for (Recorder& sink : sinks) {
    EXPECT_TRUE(sink.wait_for([](const auto& lines, std::size_t) { return lines.size() == kSegments; }));
  }
}

}  // namespace gleaner::test
