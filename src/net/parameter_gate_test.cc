#include "net/parameter_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace gleaner {
namespace {

class Listener final : public WorkerSink {
 public:
  void on_parameters(Stamp stamp, SharedVector p) override {
    heard.push_back("parameters " + std::to_string(stamp.round.value) + " of " + std::to_string(p->size()));
    last = p;
  }
  void on_message(ServerMessage m) override {
    if (const auto* s = std::get_if<StartRound>(&m))
      heard.push_back("start " + std::to_string(s->stamp.round.value));
    if (std::holds_alternative<Transmit>(m)) heard.push_back("signal");
    if (std::holds_alternative<Welcome>(m)) heard.push_back("welcome");
  }
  std::vector<std::string> heard;
  SharedVector last;
};

Stamp stamp(std::uint64_t round) { return {Term(1), RoundId(round)}; }

SegmentHeader header(std::uint64_t round, std::uint32_t index, std::uint64_t total, std::size_t floats) {
  SegmentHeader h;
  h.kind = SegmentKind::parameters;
  h.ticket.stamp = stamp(round);
  h.index = index;
  h.total = total;
  h.floats = static_cast<std::uint32_t>(floats);
  return h;
}

class ParameterGateTest : public testing::Test {
 protected:
  Listener sink_;
  ParameterGate gate_{sink_, 100};
  Status segment(std::uint64_t round, std::uint32_t index, const std::vector<float>& numbers,
                 std::uint64_t total = 3) {
    return gate_.segment(header(round, index, total, numbers.size()), [&](std::vector<float>& onto) {
      onto.insert(onto.end(), numbers.begin(), numbers.end());
      return Status();
    });
  }
};

TEST_F(ParameterGateTest, AStartWaitsForItsParametersAndTheRestBehindIt) {
  gate_.message(Welcome{});
  gate_.message(StartRound{stamp(1)});
  gate_.message(Transmit{});
  EXPECT_THAT(sink_.heard, testing::ElementsAre("welcome"));
  EXPECT_TRUE(segment(1, 0, {1, 2}));
  EXPECT_EQ(sink_.heard.size(), 1U);
  EXPECT_TRUE(segment(1, 1, {3}));
  EXPECT_THAT(sink_.heard, testing::ElementsAre("welcome", "parameters 1 of 3", "start 1", "signal"));
  EXPECT_THAT(*sink_.last, testing::ElementsAre(1, 2, 3));
}

TEST_F(ParameterGateTest, ParametersThatAreEarlyWaitForTheirStart) {
  EXPECT_TRUE(segment(1, 0, {1, 2, 3}));
  EXPECT_TRUE(sink_.heard.empty());
  gate_.message(StartRound{stamp(1)});
  EXPECT_THAT(sink_.heard, testing::ElementsAre("parameters 1 of 3", "start 1"));
}

TEST_F(ParameterGateTest, TheMemoryOfARoundIsThatOfTheRoundButOneBefore) {
  std::set<const float*> places;
  for (std::uint64_t round = 1; round <= 20; ++round) {
    const SharedVector held = sink_.last;  // of the round before, while the next one comes in
    EXPECT_TRUE(segment(round, 0, {static_cast<float>(round), 2, 3}));
    if (held) {
      EXPECT_THAT(*held, testing::ElementsAre(static_cast<float>(round - 1), 2, 3));
    }
    gate_.message(StartRound{stamp(round)});
    EXPECT_THAT(*sink_.last, testing::ElementsAre(static_cast<float>(round), 2, 3));
    places.insert(sink_.last->data());
  }
  EXPECT_EQ(places.size(), 2U);
}

// The server has left out what was not sent yet of round 1: its start must not meet the parameters of
// another.
TEST_F(ParameterGateTest, ARoundThatWasOvertakenIsNotStarted) {
  gate_.message(StartRound{stamp(1)});
  gate_.message(Transmit{});
  gate_.message(StartRound{stamp(2)});
  EXPECT_TRUE(segment(1, 0, {1}));
  EXPECT_TRUE(segment(2, 0, {4, 5}));
  EXPECT_THAT(sink_.heard, testing::ElementsAre("signal"));
  EXPECT_TRUE(segment(2, 1, {6}));
  EXPECT_THAT(sink_.heard, testing::ElementsAre("signal", "parameters 2 of 3", "start 2"));
  EXPECT_THAT(*sink_.last, testing::ElementsAre(4, 5, 6));
}

TEST_F(ParameterGateTest, WhatDoesNotFitIsRefused) {
  EXPECT_FALSE(segment(1, 1, {1}));       // a gap
  EXPECT_FALSE(segment(1, 0, {1}, 101));  // longer than a model
  EXPECT_TRUE(segment(1, 0, {1, 2}));
  EXPECT_FALSE(segment(1, 1, {3, 4}));  // more than announced
  EXPECT_FALSE(segment(2, 1, {3}));     // of another round
  EXPECT_FALSE(segment(1, 1, {3}, 4));  // another length
  EXPECT_TRUE(segment(1, 1, {3}));
  EXPECT_FALSE(segment(1, 2, {}));  // it is whole
}

TEST_F(ParameterGateTest, BrokenNumbersAreNotHandedOn) {
  gate_.message(StartRound{stamp(1)});
  const auto broken = [](std::vector<float>&) { return Status(bad_input("a checksum")); };
  EXPECT_FALSE(gate_.segment(header(1, 0, 3, 3), broken));
  EXPECT_TRUE(sink_.heard.empty());
}

}  // namespace
}  // namespace gleaner
