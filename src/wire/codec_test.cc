#include "wire/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/wire_draws.h"
#include "support/wire_samples.h"
#include "support/wire_shown.h"

namespace gleaner {
namespace {

using test::shown_frame;

RC_GTEST_PROP(WorkerFrames, ComeBackAsTheyWere, ()) {
  const WireLimits limits = test::any_limits();
  const WorkerFrame frame = test::any_worker_frame(limits);
  const auto back = decode_worker_frame(encode(frame), limits);
  RC_ASSERT(back.ok());
  RC_ASSERT(shown_frame(back.value()) == shown_frame(frame));
}

RC_GTEST_PROP(ServerFrames, ComeBackAsTheyWere, ()) {
  const WireLimits limits = test::any_limits();
  const ServerFrame frame = test::any_server_frame(limits);
  const auto back = decode_server_frame(encode(frame), limits);
  RC_ASSERT(back.ok());
  RC_ASSERT(shown_frame(back.value()) == shown_frame(frame));
}

// Whatever is accepted has one spelling only.
RC_GTEST_PROP(Frames, AreRefusedOrHaveTheseVeryBytes, ()) {
  const WireLimits limits = test::any_limits();
  std::string bytes = *rc::gen::oneOf(rc::gen::arbitrary<std::string>(), rc::gen::exec([&] {
                                        std::string b = encode(test::any_server_frame(limits));
                                        b[test::any_between(0, b.size() - 1)] = *rc::gen::arbitrary<char>();
                                        return b;
                                      }),
                                      rc::gen::exec([&] {
                                        std::string b = encode(test::any_worker_frame(limits));
                                        b[test::any_between(0, b.size() - 1)] = *rc::gen::arbitrary<char>();
                                        return b;
                                      }));
  const auto w = decode_worker_frame(bytes, limits);
  const auto s = decode_server_frame(bytes, limits);
  const auto of_a_later_version = [](const auto* f) {
    return f != nullptr && f->last_version > kWireVersionLast;
  };
  if (w.ok() && !of_a_later_version(std::get_if<Knock>(&w.value()))) RC_ASSERT(encode(w.value()) == bytes);
  if (s.ok() && !of_a_later_version(std::get_if<TurnedAway>(&s.value())))
    RC_ASSERT(encode(s.value()) == bytes);
  RC_ASSERT(!w.ok() || !s.ok());
}

TEST(Frames, AreRefusedWhereTheyAreCutOrGoOn) {
  const auto holds = [](const auto& samples, const auto& decode) {
    for (const auto& sample : samples) {
      const std::string bytes = encode(sample.value);
      EXPECT_TRUE(decode(bytes)) << sample.name;
      for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(decode(bytes.substr(0, size))) << sample.name << " cut to " << size;
      for (int more = 0; more < 256; ++more)
        EXPECT_FALSE(decode(bytes + static_cast<char>(more))) << sample.name << " and " << more;
    }
  };
  holds(test::worker_samples(),
        [](const std::string& b) { return decode_worker_frame(b, test::kSampleLimits).ok(); });
  holds(test::server_samples(),
        [](const std::string& b) { return decode_server_frame(b, test::kSampleLimits).ok(); });
}

TEST(Frames, NothingBeyondTheLimitsIsTaken) {
  const auto transmit = test::server_samples()[11].value;
  EXPECT_TRUE(decode_server_frame(encode(transmit), {6, 80}).ok());
  EXPECT_EQ(decode_server_frame(encode(transmit), {5, 80}).error().what,
            "Transmit: a contributor is 5, there are 5 workers");
  EXPECT_EQ(decode_server_frame(encode(transmit), {6, 79}).error().what,
            "Transmit: the slots of a contributor reach to 80, the limit is 79");
  EXPECT_EQ(decode_server_frame(encode(transmit), {}).error().what,
            "Transmit: the selection comes before the plan is known");
}

std::string refusal(const std::string& bytes) {
  const auto w = decode_worker_frame(bytes, test::kSampleLimits);
  return w.ok() ? "accepted" : w.error().what;
}

TEST(Frames, ErrorsNameTheField) {
  EXPECT_EQ(refusal(""), "frame of a worker: its kind is cut short");
  EXPECT_EQ(refusal("\x7F"), "frame of a worker: its kind is unknown");
  EXPECT_EQ(refusal("\x03z"), "Heartbeat: the end is followed by 1 more bytes");
  EXPECT_EQ(refusal(std::string("\x11\x01\x80\x00\x00\x00", 6)),
            "Progress: the round is a number that is longer than it must be");
  EXPECT_EQ(refusal("\x11\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"),
            "Progress: the round does not fit into 64 bits");
  EXPECT_EQ(refusal("\x11\x01\x01\x03\x01"), "Progress: the finished slots do not end with the last one");
  EXPECT_EQ(refusal("\x12\x01\x01\x01\x02\xC3z"), "ChunkRejected: the reason is not plain UTF-8 text");
  EXPECT_EQ(refusal("\x12\x01\x01\x01\x01\x1B"), "ChunkRejected: the reason is not plain UTF-8 text");
  EXPECT_EQ(refusal(std::string("\x11\x01\x01\x00\x01\x00\x00", 7)),
            "Progress: the pace is told, but says nothing");
  EXPECT_EQ(refusal(std::string("\x11\x01\x01\x00\x01\x07\x11", 7)),
            "Progress: the parts of the pace are more than a chunk has");
  EXPECT_EQ(refusal(std::string("\x04\x01\x01\x02\x04\x00\x00", 7)), "WorkNote: the kind of note is unknown");
  const auto todo =
      decode_server_frame(std::string("\x94\x01\x01\x01\x00\x01\x02\x03\x03", 9), test::kSampleLimits);
  EXPECT_EQ(todo.error().what, "Todo: the order names slot 3 twice");
}

// A Transmit up to its contributors, and these.
std::string refused_contributors(std::string_view contributors) {
  const auto f = decode_server_frame(
      std::string("\x95\x01\x01\x01\x00\x00\x01\x01\x01", 9).append(contributors), test::kSampleLimits);
  return f.ok() ? "accepted" : f.error().what;
}

TEST(Frames, ContributorsAscendAndContribute) {
  EXPECT_EQ(refused_contributors({"\x02\x00\x01\x01\x05\x01\x01", 7}), "accepted");
  EXPECT_EQ(refused_contributors("\x02\x05\x01\x01\x04\x01\x01"), "Transmit: the contributors do not ascend");
  EXPECT_EQ(refused_contributors("\x02\x05\x01\x01\x05\x01\x01"), "Transmit: the contributors do not ascend");
  EXPECT_EQ(refused_contributors({"\x01\x05\x00", 3}), "Transmit: the slots of a contributor are none");
}

TEST(Frames, WordsForPeopleAreMadeCleanAndShort) {
  const auto back = decode_server_frame(
      encode(ServerFrame(Waiting{"a\xFF\x1B[2J\u20AC" + std::string(9999, 'x')})), test::kSampleLimits);
  const auto& why = std::get<Waiting>(back.value()).why;
  EXPECT_THAT(why, testing::StartsWith("a??[2J\u20ACxxx"));
  EXPECT_EQ(why.size(), 4096U);
}

TEST(Frames, OfTheSelectionOnlyNeighboursTravel) {
  const std::vector<WorkerId> neighbours{WorkerId(1), WorkerId(2), WorkerId(5)};
  const auto transmit = test::server_samples()[11].value;
  const auto back = decode_server_frame(encode(transmit, neighbours), test::kSampleLimits);
  const auto& used = std::get<Transmit>(std::get<ServerMessage>(back.value())).selection->used;
  EXPECT_EQ(test::shown(used), "6: 2={79} 5={0,1,2,3,4,5,6,7}");
}

// ---- peers of other versions

TEST(Versions, AKnockThatNobodyUnderstandsIsStillToldApart) {
  const std::string later = encode(WorkerFrame(Knock{7, 9, "2.0", {}, {}, "x"})) + "whatever comes then";
  const auto back = decode_worker_frame(later, {});
  ASSERT_TRUE(back.ok());
  const auto& knock = std::get<Knock>(back.value());
  EXPECT_EQ(knock.first_version, 7);
  EXPECT_EQ(knock.last_version, 9);
  EXPECT_EQ(knock.release, "2.0");
  EXPECT_EQ(knock.host, "");
}

TEST(Versions, APeerThatSpeaksMoreThanWeDoMayAddFields) {
  const Knock knock{1, 9, "2.0", WorkerId(4), {}, "x"};
  const auto back = decode_worker_frame(encode(WorkerFrame(knock)) + "more", {});
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(std::get<Knock>(back.value()), knock);
  const TurnedAway away{2, 3, "too old"};
  const auto refusal = decode_server_frame(encode(ServerFrame(away)) + "more", {});
  ASSERT_TRUE(refusal.ok());
  EXPECT_EQ(std::get<TurnedAway>(refusal.value()), away);
}

TEST(Versions, ThatMakeNoSenseAreRefused) {
  EXPECT_FALSE(decode_worker_frame(encode(WorkerFrame(Knock{0, 1, "", {}, {}, ""})), {}).ok());
  EXPECT_FALSE(decode_worker_frame(encode(WorkerFrame(Knock{2, 1, "", {}, {}, ""})), {}).ok());
  Placed placed = std::get<Placed>(test::server_samples()[0].value);
  EXPECT_TRUE(decode_server_frame(encode(ServerFrame(placed)), {}).ok());
  Placed silent = placed;
  silent.heartbeat = Duration::zero();
  EXPECT_EQ(decode_server_frame(encode(ServerFrame(silent)), {}).error().what,
            "Placed: the time between heartbeats is 0");
  placed.version = 2;
  EXPECT_EQ(decode_server_frame(encode(ServerFrame(placed)), {}).error().what,
            "Placed: the version is 2, which this build does not speak");
}

}  // namespace
}  // namespace gleaner
