// Headers of segments, parts of data and the setup of a run: there and back, and nothing else.
#include <cmath>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/wire_draws.h"
#include "support/wire_samples.h"

namespace gleaner {
namespace {

using ::testing::HasSubstr;

std::uint32_t crc_of(std::string_view text, std::uint32_t before = 0) {
  return crc32c(std::as_bytes(std::span(text)), before);
}
std::string bytes_of(const SegmentHeader& header) {
  const auto bytes = encode(header);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(Crc32c, HasItsCheckValueInOnePieceAndInTwo) {
  EXPECT_EQ(crc_of("123456789"), 0xE3069283U);
  EXPECT_EQ(crc_of("6789", crc_of("12345")), 0xE3069283U);
  EXPECT_EQ(crc_of(""), 0U);
  EXPECT_EQ(crc_of(std::string(32, '\0')), 0x8A9136AAU);  // RFC 3720, B.4
}

RC_GTEST_PROP(SegmentHeader, ComesBackAsItWas, ()) {
  const bool vector = test::any_flag();
  const SegmentHeader h{vector ? SegmentKind::vector : SegmentKind::parameters,
                        {test::any_stamp(), Epoch(vector ? test::any_number32() : 0)},
                        test::any_number32(),
                        test::any_number(),
                        test::any_number32(),
                        test::any_number32()};
  const auto back = decode_segment_header(bytes_of(h) + "the numbers follow");
  RC_ASSERT(back.ok());
  RC_ASSERT(back.value() == h);
}

TEST(SegmentHeader, IsRefusedWithAnyBitTurnedOrCutShort) {
  for (const auto& sample : test::segment_samples()) {
    const std::string bytes = bytes_of(sample.value);
    for (std::size_t k = 0; k < bytes.size() * 8; ++k) {
      std::string broken = bytes;
      broken[k / 8] = static_cast<char>(broken[k / 8] ^ (1 << (k % 8)));
      EXPECT_FALSE(decode_segment_header(broken).ok()) << sample.name << " bit " << k;
    }
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_FALSE(decode_segment_header(bytes.substr(0, size)).ok());
  }
}

// The bytes of a header with its own checksum made to fit again.
std::string mended(std::string bytes) {
  const std::uint32_t crc = crc_of(std::string_view(bytes).substr(0, 44));
  std::memcpy(bytes.data() + 44, &crc, sizeof crc);
  return bytes;
}

TEST(SegmentHeader, ErrorsNameTheField) {
  const std::string vector = bytes_of(test::segment_samples()[0].value);
  const auto with = [&](std::size_t at, char byte) {
    std::string b = vector;
    b[at] = byte;
    return decode_segment_header(mended(b)).error().what;
  };
  EXPECT_EQ(with(0, 'X'), "segment header: its start is not that of a segment");
  EXPECT_EQ(with(2, 3), "segment header: the kind is unknown");
  EXPECT_EQ(with(3, 1), "segment header: the reserved byte is not 0");
  EXPECT_EQ(with(2, 2), "segment header: the epoch of parameters is not 0");
}

RC_GTEST_PROP(DataParts, ComeBackAsTheyWere, ()) {
  const DataRequest request{ChunkId(test::any_number32()), test::any_number()};
  const auto asked = decode_data_request(encode(request));
  RC_ASSERT(asked.ok());
  RC_ASSERT(asked.value() == request);
  DataPart part{ChunkId(test::any_number32()), test::any_number(60), 0, *rc::gen::arbitrary<std::string>()};
  part.size = part.offset + part.bytes.size() + (part.bytes.empty() ? 0 : test::any_number(60));
  const auto back = decode_data_part(encode(part));
  RC_ASSERT(back.ok());
  RC_ASSERT(back.value() == part);
}

TEST(DataParts, TheLargestOneTravels) {
  const DataPart part{ChunkId(1), 0, kDataPartBytes, std::string(kDataPartBytes, 'x')};
  EXPECT_EQ(decode_data_part(encode(part)).value(), part);
}

TEST(DataParts, ThatMakeNoSenseAreRefused) {
  EXPECT_EQ(decode_data_part(encode(DataPart{ChunkId(1), 5, 7, "abc"})).error().what,
            "part of data: the bytes go beyond the 7 bytes of the chunk");
  EXPECT_EQ(decode_data_part(encode(DataPart{ChunkId(1), 5, 7, ""})).error().what,
            "part of data: the bytes are none, but more must follow");
  std::string bytes = encode(test::part_samples()[0].value);
  bytes[7] = 'x';
  EXPECT_EQ(decode_data_part(bytes).error().what, "part of data: the checksum does not fit");
}

RunSetup any_setup() {
  RunSetup s;
  s.plan = test::any_text();
  s.objective = test::any_text();
  s.hidden = test::any_text();
  if (test::any_between(0, 1) == 1) {
    s.module = {
        test::any_text() + "PK",      test::any_text(),         test::any_text(),        test::any_text(),
        test::any_between(0, 1) == 1, test::any_number(63) + 1, test::any_number(63) + 1};
  }
  s.speeds = test::any_text();
  s.speeds_table = test::any_text();
  for (std::uint64_t* n : {&s.seed, &s.batch, &s.features, &s.classes}) *n = test::any_number();
  s.local_steps = test::any_between(0, 3);
  if (s.local_steps > 0) {
    s.local_rate = static_cast<double>(test::any_number(50) + 1) / 1024;
    s.prox = static_cast<double>(test::any_number(50)) / 7;
    s.l2 = static_cast<double>(test::any_number(50)) / 3;
  }
  s.dimension = test::any_number(63) + 1;
  s.segment_floats = test::any_number(63) + 1;
  s.data_digest = "00ff00ff12345678";
  s.data_name = test::any_text();
  s.gradients = test::any_text();
  s.memory = test::any_number();
  for (std::size_t k = test::any_between(0, 20); k > 0; --k)
    s.chunks.push_back(
        {test::any_number(), test::any_number(63), test::any_number(63), test::any_number32()});
  return s;
}

RC_GTEST_PROP(RunSetup, ComesBackAsItWas, ()) {
  const RunSetup setup = any_setup();
  const auto back = decode_run_setup(encode(setup));
  RC_ASSERT(back.ok());
  RC_ASSERT(back.value() == setup);
}

TEST(RunSetup, ThatMakesNoSenseIsRefused) {
  const auto refusal = [](auto change) {
    RunSetup s = test::setup_samples()[0].value;
    change(s);
    return decode_run_setup(encode(s)).error().what;
  };
  EXPECT_EQ(refusal([](RunSetup& s) { s.dimension = 0; }), "setup of the run: the dimension is 0");
  EXPECT_EQ(refusal([](RunSetup& s) { s.local_rate = 0; }), "setup of the run: the local rate is 0");
  EXPECT_EQ(refusal([](RunSetup& s) { s.local_rate = HUGE_VAL; }),
            "setup of the run: the local rate is no number from 0 on");
  EXPECT_EQ(refusal([](RunSetup& s) { s.prox = -1; }),
            "setup of the run: the pull of local steps is no number from 0 on");
  EXPECT_EQ(refusal([](RunSetup& s) { s.l2 = std::nan(""); }),
            "setup of the run: the L2 of local steps is no number from 0 on");
  EXPECT_THAT(refusal([](RunSetup& s) { s.local_steps = 1'000'001; }), HasSubstr("the local steps"));
  EXPECT_EQ(refusal([](RunSetup& s) { s.segment_floats = 0; }),
            "setup of the run: the floats of a segment are 0");
  EXPECT_EQ(refusal([](RunSetup& s) { s.data_digest = "0123456789ABCDEF"; }),
            "setup of the run: the digest of the data is not 16 hexadecimal digits in lower case");
  EXPECT_EQ(refusal([](RunSetup& s) { s.chunks[1].offset = UINT64_MAX; }),
            "setup of the run: chunk 1 ends where no file can end");
}

TEST(Parts, AreRefusedWhereTheyAreCutOrGoOn) {
  const auto holds = [](const std::string& bytes, const auto& decode) {
    EXPECT_TRUE(decode(bytes).ok());
    for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode(bytes.substr(0, size)).ok());
    for (int more = 0; more < 256; ++more) EXPECT_FALSE(decode(bytes + static_cast<char>(more)).ok());
  };
  holds(encode(test::request_samples()[0].value), decode_data_request);
  for (const auto& s : test::part_samples()) holds(encode(s.value), decode_data_part);
  holds(encode(test::setup_samples()[0].value), decode_run_setup);
}

RC_GTEST_PROP(Parts, OfAnyBytesAreRefusedOrHaveTheseVeryBytes, ()) {
  std::string bytes = *rc::gen::oneOf(rc::gen::arbitrary<std::string>(), rc::gen::exec([] {
                                        std::string b = encode(any_setup());
                                        b[test::any_between(0, b.size() - 1)] = *rc::gen::arbitrary<char>();
                                        return b;
                                      }));
  if (const auto r = decode_data_request(bytes); r.ok()) RC_ASSERT(encode(r.value()) == bytes);
  if (const auto r = decode_data_part(bytes); r.ok()) RC_ASSERT(encode(r.value()) == bytes);
  if (const auto r = decode_run_setup(bytes); r.ok()) RC_ASSERT(encode(r.value()) == bytes);
}

}  // namespace
}  // namespace gleaner
