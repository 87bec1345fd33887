// Frames of a worker: worker -> server.
#include <variant>

#include "wire/frame_parts.h"

namespace gleaner {
namespace {

using wire::Kind;

// Of a Knock: which of its fields are there.
constexpr std::uint8_t kWantsSlot = 1;
constexpr std::uint8_t kLivedBefore = 2;
// Of a Progress.
constexpr std::uint8_t kTellsPace = 1;
constexpr std::uint8_t kHasInHand = 2;

// ---- links

Kind write(FieldWriter& out, const Knock& f) {
  wire::write(out, wire::Versions{f.first_version, f.last_version});
  out.words(f.release, kNameBytesMax);
  out.fixed<std::uint8_t>((f.slot ? kWantsSlot : 0) | (f.earlier ? kLivedBefore : 0));
  if (f.slot) out.varint(f.slot->value);
  if (f.earlier) {
    wire::write(out, f.earlier->peer);
    out.varint(f.earlier->term.value);
    out.fixed(f.earlier->token);
  }
  out.words(f.host, kNameBytesMax);
  return Kind::knock;
}

EarlierLife read_earlier(FieldReader& in, const WireLimits& limits) {
  EarlierLife e;
  e.peer = wire::read_peer(in, limits);
  e.term = Term(in.varint("the term"));
  e.token = in.fixed<std::uint64_t>("the token");
  return e;
}

Knock read_knock(FieldReader& in, const WireLimits& limits) {
  const wire::Versions versions = wire::read_versions(in);
  Knock f;
  f.first_version = versions.first;
  f.last_version = versions.last;
  f.release = in.text("the release", kNameBytesMax);
  // The rest may look different in versions that this build does not speak.
  if (versions.meet_ours()) {
    const std::uint8_t there = in.bits("the flags", kWantsSlot | kLivedBefore);
    if ((there & kWantsSlot) != 0) f.slot = wire::read_worker(in, "the place", limits);
    if ((there & kLivedBefore) != 0) f.earlier = read_earlier(in, limits);
    f.host = in.text("the host", kNameBytesMax);
  }
  if (!versions.meet_ours() || versions.go_beyond_ours()) wire::skip_rest(in);
  return f;
}

Kind write(FieldWriter& /*out*/, const Leaving& /*f*/) { return Kind::leaving; }
Kind write(FieldWriter& /*out*/, const Heartbeat& /*f*/) { return Kind::worker_heartbeat; }

// ---- work

Kind write(FieldWriter& out, const WorkNote& f) {
  wire::write(out, f.stamp);
  out.varint(f.slot.value);
  out.fixed(static_cast<std::uint8_t>(f.kind));
  out.duration(f.took);
  out.duration(f.drawn);
  return Kind::work_note;
}

WorkNote read_note(FieldReader& in, const WireLimits& limits) {
  WorkNote f;
  f.stamp = wire::read_stamp(in);
  f.slot = in.slot("the slot", limits.slots);
  const auto kind = in.fixed<std::uint8_t>("the kind of note");
  if (in.ok() && kind > static_cast<std::uint8_t>(WorkNote::Kind::rejected))
    in.refuse("the kind of note", "is unknown");
  f.kind = static_cast<WorkNote::Kind>(in.ok() ? kind : 0);
  f.took = in.duration("the time taken");
  f.drawn = in.duration("the time drawn");
  return f;
}

// ---- messages

Kind write(FieldWriter& out, const Hello& m) {
  out.words(m.plan.hex, kNameBytesMax);
  wire::write(out, m.stamp);
  out.slots(m.kept);
  return Kind::hello;
}

Hello read_hello(FieldReader& in, const WireLimits& limits) {
  Hello m;
  m.plan.hex = in.text("the fingerprint of the plan", kNameBytesMax);
  m.stamp = wire::read_stamp(in);
  m.kept = in.slots("the kept slots", limits.slots);
  return m;
}

Kind write(FieldWriter& out, const Progress& m) {
  const bool paced = m.pace != Pace{};
  wire::write(out, m.stamp);
  out.slots(m.done);
  out.fixed<std::uint8_t>((paced ? kTellsPace : 0) | (m.in_hand ? kHasInHand : 0));
  if (paced) {
    out.duration(m.pace.elapsed);
    out.fixed(m.pace.parts);
  }
  if (m.in_hand) {
    out.varint(m.in_hand->value);
    out.duration(m.in_hand_for);
  }
  return Kind::progress;
}

Progress read_progress(FieldReader& in, const WireLimits& limits) {
  Progress m;
  m.stamp = wire::read_stamp(in);
  m.done = in.slots("the finished slots", limits.slots);
  const std::uint8_t there = in.bits("the flags", kTellsPace | kHasInHand);
  if ((there & kTellsPace) != 0) {
    m.pace.elapsed = in.duration("the time of the pace");
    m.pace.parts = in.fixed<std::uint8_t>("the parts of the pace");
    if (m.pace.parts > kChunkParts) in.refuse("the parts of the pace", "are more than a chunk has");
    if (in.ok() && m.pace == Pace{}) in.refuse("the pace", "is told, but says nothing");
  }
  if ((there & kHasInHand) != 0) {
    m.in_hand = in.slot("the slot in hand", limits.slots);
    m.in_hand_for = in.duration("the time in hand");
  }
  return m;
}

Kind write(FieldWriter& out, const ChunkRejected& m) {
  wire::write(out, m.stamp);
  out.varint(m.slot.value);
  out.words(m.why, kSentenceBytesMax);
  return Kind::chunk_rejected;
}

ChunkRejected read_rejected(FieldReader& in, const WireLimits& limits) {
  ChunkRejected m;
  m.stamp = wire::read_stamp(in);
  m.slot = in.slot("the slot", limits.slots);
  m.why = in.text("the reason", kSentenceBytesMax);
  return m;
}

Kind write(FieldWriter& out, const WorkerMessage& message) {
  return std::visit([&](const auto& m) { return write(out, m); }, message);
}

WorkerFrame read_frame(FieldReader& in, const WireLimits& limits) {
  const auto named = [&](std::string_view name) { in.call_it(name); };
  switch (static_cast<Kind>(in.fixed<std::uint8_t>("its kind"))) {
    case Kind::knock: named("Knock"); return read_knock(in, limits);
    case Kind::leaving: named("Leaving"); return Leaving{};
    case Kind::worker_heartbeat: named("Heartbeat"); return Heartbeat{};
    case Kind::work_note: named("WorkNote"); return read_note(in, limits);
    case Kind::hello: named("Hello"); return WorkerMessage(read_hello(in, limits));
    case Kind::progress: named("Progress"); return WorkerMessage(read_progress(in, limits));
    case Kind::chunk_rejected: named("ChunkRejected"); return WorkerMessage(read_rejected(in, limits));
    default: in.refuse("its kind", "is unknown"); return Leaving{};
  }
}

}  // namespace

std::string encode(const WorkerFrame& frame) {
  FieldWriter fields;
  const Kind kind = std::visit([&](const auto& f) { return write(fields, f); }, frame);
  return static_cast<char>(kind) + fields.take();
}

Result<WorkerFrame> decode_worker_frame(std::string_view bytes, const WireLimits& limits) {
  FieldReader in("frame of a worker", bytes);
  WorkerFrame frame = read_frame(in, limits);
  if (Status s = in.finish(); !s) return s.error();
  return frame;
}

}  // namespace gleaner
