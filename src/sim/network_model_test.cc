#include "sim/network_model.h"

#include <array>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gleaner {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

NetworkModel model(const std::string& text, TimeUnits units = TimeUnits::optional) {
  auto parsed = NetworkModel::parse(text, units);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().sentence();
  return parsed ? parsed.value() : NetworkModel();
}

TEST(NetworkModel, IdealIsTheDefault) {
  EXPECT_EQ(model("ideal"), NetworkModel());
  EXPECT_TRUE(model("ideal").ideal());
  EXPECT_EQ(NetworkModel().text(), "ideal");
  EXPECT_EQ(NetworkModel().resend_after(), 1ms);
}

TEST(NetworkModel, EveryKeyIsHeard) {
  const NetworkModel network = model(
      "latency=5ms,bandwidth=100Mbit,server-bandwidth=1Gbit,loss=.01,duplicate=.02,reorder=.03,resend=7ms");
  EXPECT_EQ(network.latency, 5ms);
  EXPECT_EQ(network.bandwidth, 12.5e6);
  EXPECT_EQ(network.server_bandwidth, 125e6);
  EXPECT_EQ(network.loss, 0.01);
  EXPECT_EQ(network.duplicate, 0.02);
  EXPECT_EQ(network.reorder, 0.03);
  EXPECT_EQ(network.resend, 7ms);
  EXPECT_EQ(network.resend_after(), 7ms);
  EXPECT_FALSE(network.ideal());
  EXPECT_EQ(model("latency=5ms").resend_after(), 20ms);
}

TEST(NetworkModel, PlainNumbersAreSecondsAndBytesPerSecond) {
  const NetworkModel network = model("latency=.5,bandwidth=1000");
  EXPECT_EQ(network.latency, 500ms);
  EXPECT_EQ(network.bandwidth, 1000);
  EXPECT_THAT(NetworkModel::parse("latency=.5", TimeUnits::required).error().what,
              HasSubstr("latency: \".5\" has no unit of time"));
}

TEST(NetworkModel, PartitionsFollowTheLinks) {
  const NetworkModel network =
      model("latency=1ms+partition:workers=5/2,for=3s+partition:count=2,for=1,round=4,from=20ms");
  ASSERT_EQ(network.partitions.size(), 2U);
  EXPECT_THAT(network.partitions[0].workers, ElementsAre(WorkerId(2), WorkerId(5)));
  EXPECT_EQ(network.partitions[0].lasts, 3s);
  EXPECT_EQ(network.partitions[0].round, RoundId(1));
  EXPECT_EQ(network.partitions[1], (Partition{{}, 2, RoundId(4), 20ms, 1s}));
  EXPECT_EQ(model("partition:count=1,for=1s"), model("ideal+partition:for=1s"));
}

TEST(NetworkModel, ChecksThatTheWorkersExist) {
  EXPECT_TRUE(model("partition:workers=2/5,for=3s").check(6));
  EXPECT_THAT(model("partition:workers=2/5,for=3s").check(5).error().what,
              HasSubstr("names worker 5, but there are 5 workers"));
  EXPECT_TRUE(model("partition:count=5,for=3s").check(5));
  EXPECT_THAT(model("partition:count=6,for=3s").check(5).error().what,
              HasSubstr("shall cut off 6 workers, but there are 5"));
}

TEST(NetworkModel, ChecksThatThePartitionsBegin) {
  EXPECT_TRUE(model("latency=1+partition:for=3s,round=4").check_rounds(4));
  EXPECT_THAT(model("latency=1+partition:for=3s,round=4").check_rounds(3).error().what,
              HasSubstr("names round 4, but the run has 3 rounds"));
}

TEST(NetworkModel, ErrorsNameTheFlagThePartAndWhatWasExpected) {
  struct Case {
    const char* text;
    const char* what;
    const char* cure;
  };
  for (const auto& [text, what, cure] : std::array<Case, 19>{{
           {"", "the value is empty", ""},
           {"idael", "there is no kind \"idael\"", "did you mean \"ideal\"?"},
           {"latency", "there is no kind \"latency\"", "known are ideal, partition"},
           {"latncy=5ms", "there is no key \"latncy\"", "did you mean \"latency\"?"},
           {"latency=-1", "latency: \"-1\" is below 0", ""},
           {"latency=5ms,latency=6ms", "latency is given twice", ""},
           {"latency=5ms+loss=.1", "\"loss=.1\" stands after a \"+\"", "once and first, joined by \",\""},
           {"ideal+ideal", "\"ideal\" stands after a \"+\"", ""},
           {"ideal:loss=.1", "\"ideal\" has no keys", "leave it out"},
           {"bandwidth=fast", "bandwidth: \"fast\" is not a bandwidth", "like 100Mbit"},
           {"bandwidth=100MB", "\"MB\" in \"100MB\" is not a unit of bandwidth", "kbit, Mbit or Gbit"},
           {"bandwidth=0", "bandwidth: \"0\" is not from 1 to 10^18 bytes per second", ""},
           {"bandwidth=1bit", "\"1bit\" is not from 1 to", ""},
           {"loss=1", "loss=1 is not a probability from 0 on, below 1", ""},
           {"duplicate=1.5", "duplicate=1.5 is not a probability from 0 to 1", ""},
           {"resend=0", "resend=0 is not a time above 0", ""},
           {"partition:workers=2", "\"partition\" needs the key for", ""},
           {"partition:for=0", "for=0 of \"partition\" is not a time above 0", ""},
           {"partition:workers=2,count=1,for=1s", "has both workers= and count=", "how many the seed"},
       }}) {
    const auto parsed = NetworkModel::parse(text, TimeUnits::optional);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().what, HasSubstr(what)) << text;
    EXPECT_THAT(parsed.error().cure, HasSubstr(cure)) << text;
    EXPECT_THAT(parsed.error().what, testing::StartsWith("--network: "));
    EXPECT_FALSE(parsed.error().cure.empty());
  }
}

TEST(NetworkModel, TextIsCanonical) {
  for (const char* text : {"latency=5ms", "latency=5ms,bandwidth=100Mbit,server-bandwidth=1Gbit,loss=0.01",
                           "bandwidth=1000000.1,duplicate=1", "partition:count=1,for=3s",
                           "reorder=0.5,resend=1ms+partition:workers=2/5,for=3s,round=2,from=1s"}) {
    EXPECT_EQ(model(text).text(), text);
  }
}

Duration any_duration(std::int64_t least) {
  return Duration(*rc::gen::inRange<std::int64_t>(least, 100'000'000'000));
}

double any_share() { return *rc::gen::inRange(0, 1000) * 0.001; }

double any_bandwidth() {
  switch (*rc::gen::inRange(0, 3)) {
    case 0: return NetworkModel::kUnlimited;
    case 1: return *rc::gen::inRange(8, 10'000) * 125.0;
    default: return 1 + static_cast<double>(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000)) / 7;
  }
}

Partition any_partition() {
  Partition partition{
      {}, 1, RoundId(*rc::gen::inRange<std::uint64_t>(1, 9)), any_duration(0), any_duration(1)};
  for (std::uint32_t j = 0; j < 6; ++j) {
    if (*rc::gen::arbitrary<bool>()) partition.workers.emplace_back(j);
  }
  if (partition.workers.empty()) partition.count = *rc::gen::inRange<std::size_t>(1, 9);
  return partition;
}

RC_GTEST_PROP(NetworkModel, ReadsItsOwnTextBack, ()) {
  NetworkModel network;
  network.latency = any_duration(0);
  network.bandwidth = any_bandwidth();
  network.server_bandwidth = any_bandwidth();
  network.loss = any_share();
  network.duplicate = any_share();
  network.reorder = any_share();
  if (*rc::gen::arbitrary<bool>()) network.resend = any_duration(1);
  for (int n = *rc::gen::inRange(0, 4); n > 0; --n) network.partitions.push_back(any_partition());

  for (const TimeUnits units : {TimeUnits::required, TimeUnits::optional}) {
    const auto again = NetworkModel::parse(network.text(), units);
    RC_ASSERT(again.ok());
    RC_ASSERT(again.value() == network);
  }
}

}  // namespace
}  // namespace gleaner
