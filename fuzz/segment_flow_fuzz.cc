// Parameters on their way into a worker: segments cut into slices anywhere, between messages that wait for
// them. As they are, and with lengths and checksums that fit, so that the fuzzer comes behind those.
//
// The input is a row of steps. A message: 0, then its kind and round. A segment: a byte that says what is
// mended, the number of cuts and as many lengths, its own length (16 bit), its bytes.
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include <grpcpp/support/byte_buffer.h>

#include "fuzz/fuzz_target.h"
#include "net/buffers.h"
#include "net/parameter_gate.h"

namespace gleaner {
namespace {

constexpr std::size_t kFloatsMax = 2000;
constexpr std::uint8_t kSegment = 1, kMendLength = 2, kMendNumbers = 4, kMendHeader = 8;
constexpr std::size_t kFloatsAt = 36, kCrcAt = 40, kHeaderCrcAt = 44;

class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  std::string_view take(std::size_t n) {
    const std::string_view taken = rest_.substr(0, n);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::uint8_t byte() {
    const std::string_view one = take(1);
    return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one[0]);
  }

 private:
  std::string_view rest_;
};

/// Knows what has come, and compares what is handed on with it.
class Ear final : public WorkerSink {
 public:
  void on_parameters(Stamp stamp, SharedVector p) override {
    fuzz::expect(whole() && stamp == header.ticket.stamp, "parameters are whole, and those that came last");
    fuzz::expect(p->size() * sizeof(float) == bytes.size(), "as many as were sent");
    fuzz::expect(std::memcmp(p->data(), bytes.data(), bytes.size()) == 0, "the same numbers");
  }
  void on_message(ServerMessage message) override {
    ++messages;
    if (const auto* start = std::get_if<StartRound>(&message))
      fuzz::expect(whole() && start->stamp == header.ticket.stamp, "a round starts with its own parameters");
  }
  [[nodiscard]] bool whole() const { return !came || bytes.size() == header.total * sizeof(float); }

  SegmentHeader header;  // of the segment that came last
  std::string bytes;     // of all segments of that vector
  bool came = false;
  std::size_t messages = 0;
};

std::string mended(std::string_view raw, std::uint8_t what) {
  std::string segment(raw);
  if (segment.size() < kSegmentHeaderBytes) return segment;
  const auto put = [&](std::size_t at, std::uint32_t value) {
    std::memcpy(segment.data() + at, &value, sizeof value);
  };
  const std::span<const std::byte> bytes = std::as_bytes(std::span(segment));
  const auto numbers = bytes.subspan(kSegmentHeaderBytes);
  if ((what & kMendLength) != 0) {
    segment.resize(segment.size() - numbers.size() % sizeof(float));
    put(kFloatsAt, static_cast<std::uint32_t>(numbers.size() / sizeof(float)));
  }
  const auto now = std::as_bytes(std::span(segment));
  if ((what & kMendNumbers) != 0) put(kCrcAt, crc32c(now.subspan(kSegmentHeaderBytes)));
  if ((what & kMendHeader) != 0) put(kHeaderCrcAt, crc32c(now.first(kHeaderCrcAt)));
  return segment;
}

grpc::ByteBuffer cut(std::string_view segment, std::string_view lengths) {
  std::vector<grpc::Slice> slices;
  Input rest(segment);
  for (const char length : lengths) {
    const std::string_view part = rest.take(static_cast<std::uint8_t>(length));
    slices.emplace_back(part.data(), part.size());
  }
  const std::string_view last = rest.take(segment.size());
  slices.emplace_back(last.data(), last.size());
  return {slices.data(), slices.size()};
}

// False: the link would be closed.
bool take_segment(const std::string& segment, std::string_view lengths, ParameterGate& gate, Ear& ear) {
  const auto reader = SegmentReader::open(cut(segment, lengths));
  const auto header = decode_segment_header(segment);
  if (!reader) return false;
  fuzz::expect(header.ok() && reader.value().header() == header.value(), "the header, however it is cut");
  const std::string_view numbers = std::string_view(segment).substr(kSegmentHeaderBytes);
  fuzz::expect(numbers.size() == header.value().floats * sizeof(float), "the length that was announced");
  const bool sound = crc32c(std::as_bytes(std::span(numbers))) == header.value().crc;
  // What the gate hands on while it takes the segment is compared with it.
  const Status taken = gate.segment(header.value(), [&](std::vector<float>& onto) {
    const std::size_t before = onto.size();
    Status read = reader.value().append_to(onto);
    fuzz::expect(read.ok() == sound, "the checksum decides");
    if (!read) return read;
    fuzz::expect(onto.size() - before == header.value().floats, "so many numbers");
    if (header.value().index == 0) ear.bytes.clear();
    ear.came = true;
    ear.header = header.value();
    ear.bytes += numbers;
    return read;
  });
  fuzz::expect(!taken || ear.bytes.size() <= kFloatsMax * sizeof(float), "not more than a model");
  return taken.ok();
}

}  // namespace

GLEANER_FUZZ_TARGET(segment_flow) {
  Ear ear;
  ParameterGate gate(ear, kFloatsMax);
  Input input(bytes);
  std::size_t messages = 0;
  while (!input.empty()) {
    const std::uint8_t step = input.byte();
    if ((step & kSegment) == 0) {
      const std::uint8_t kind = input.byte();
      const Stamp stamp{Term(1), RoundId(kind / 4U)};
      ++messages;
      if (kind % 4 == 0)
        gate.message(Committed{stamp});
      else if (kind % 4 == 1)
        gate.message(Transmit{{stamp, Epoch(1)}, nullptr});
      else
        gate.message(StartRound{stamp});
    } else {
      const std::string_view lengths = input.take(input.byte() % 8U);
      const std::size_t low = input.byte();
      const std::string segment = mended(input.take(low + 256U * input.byte()), step);
      if (!take_segment(segment, lengths, gate, ear)) return;
    }
    fuzz::expect(ear.messages <= messages, "no message comes twice");
  }
}

}  // namespace gleaner
