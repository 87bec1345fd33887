// Frames of the server: server -> worker.
#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "base/check.h"
#include "wire/frame_parts.h"

namespace gleaner {
namespace {

using wire::Kind;

// Of a StartRound and a Todo: whether an order follows.
constexpr std::uint8_t kHasOrder = 1;
// Of a StartRound.
constexpr std::uint8_t kListens = 2;

// Writes the fields of a frame; `neighbours` as for encode().
struct Writer {
  FieldWriter& out;
  std::span<const WorkerId> neighbours;

  Kind operator()(const Placed& f) const {
    out.fixed(f.version);
    wire::write(out, f.peer);
    out.varint(f.term.value);
    out.fixed(f.token);
    out.duration(f.heartbeat);
    return Kind::placed;
  }
  Kind operator()(const TurnedAway& f) const {
    wire::write(out, wire::Versions{f.first_version, f.last_version});
    out.words(f.why, kSentenceBytesMax);
    return Kind::turned_away;
  }
  Kind operator()(const Waiting& f) const {
    out.words(f.why, kSentenceBytesMax);
    return Kind::waiting;
  }
  Kind operator()(const Heartbeat& /*f*/) const { return Kind::server_heartbeat; }
  Kind operator()(const Goodbye& f) const {
    out.words(f.status, kNameBytesMax);
    out.words(f.reason, kSentenceBytesMax);
    return Kind::goodbye;
  }
  Kind operator()(const ServerMessage& message) const { return std::visit(*this, message); }

  Kind operator()(const Welcome& m) const {
    wire::write(out, m.stamp);
    return Kind::welcome;
  }
  Kind operator()(const Refused& m) const {
    out.words(m.why, kSentenceBytesMax);
    return Kind::refused;
  }
  Kind operator()(const StartRound& m) const {
    wire::write(out, m.stamp);
    out.fixed<std::uint8_t>((m.order ? kHasOrder : 0) | (m.listens ? kListens : 0));
    if (m.order) wire::write(out, *m.order);
    out.duration(m.report_after);
    return Kind::start_round;
  }
  Kind operator()(const Report& m) const {
    wire::write(out, m.stamp);
    return Kind::report;
  }
  Kind operator()(const Todo& m) const {
    wire::write(out, m.stamp);
    out.varint(m.revision);
    out.slots(m.wanted);
    out.fixed<std::uint8_t>(m.order ? kHasOrder : 0);
    if (m.order) wire::write(out, *m.order);
    return Kind::todo;
  }
  Kind operator()(const Transmit& m) const {
    GLEANER_CHECK(m.selection != nullptr, "a signal without a selection");
    wire::write(out, m.ticket.stamp);
    out.varint(m.ticket.epoch.value);
    out.varint(m.first_segment);
    out.varint(m.revision);
    wire::write(out, m.selection->stamp);
    out.varint(m.selection->epoch.value);
    write_used(m.selection->used);
    return Kind::transmit;
  }
  Kind operator()(const Committed& m) const {
    wire::write(out, m.stamp);
    return Kind::committed;
  }

  // Who contributes what: only those who do, and of them only neighbours.
  void write_used(const UsedSlots& used) const {
    std::vector<std::uint32_t> told;
    const auto tell = [&](std::size_t j) {
      if (j < used.size() && !used[j].empty()) told.push_back(static_cast<std::uint32_t>(j));
    };
    if (neighbours.empty())
      for (std::size_t j = 0; j < used.size(); ++j) tell(j);
    else
      for (const WorkerId w : neighbours) tell(w.index());
    GLEANER_CHECK(std::ranges::is_sorted(told), "neighbours must ascend");
    out.varint(told.size());
    for (const std::uint32_t j : told) {
      out.varint(j);
      out.slots(used[j]);
    }
  }
};

Placed read_placed(FieldReader& in, const WireLimits& limits) {
  Placed f;
  f.version = in.fixed<std::uint16_t>("the version");
  if (in.ok() && !wire::Versions{f.version, f.version}.meet_ours())
    in.refuse("the version", fmt::format("is {}, which this build does not speak", f.version));
  f.peer = wire::read_peer(in, limits);
  f.term = Term(in.varint("the term"));
  f.token = in.fixed<std::uint64_t>("the token");
  f.heartbeat = in.duration("the time between heartbeats");
  if (in.ok() && f.heartbeat == Duration::zero()) in.refuse("the time between heartbeats", "is 0");
  return f;
}

TurnedAway read_turned_away(FieldReader& in) {
  const wire::Versions versions = wire::read_versions(in);
  TurnedAway f{versions.first, versions.last, in.text("the reason", kSentenceBytesMax)};
  if (!versions.meet_ours() || versions.go_beyond_ours()) wire::skip_rest(in);
  return f;
}

Goodbye read_goodbye(FieldReader& in) {
  Goodbye f;
  f.status = in.text("the status", kNameBytesMax);
  f.reason = in.text("the reason", kSentenceBytesMax);
  return f;
}

StartRound read_start(FieldReader& in, const WireLimits& limits) {
  StartRound m;
  m.stamp = wire::read_stamp(in);
  const std::uint8_t there = in.bits("the flags", kHasOrder | kListens);
  m.listens = (there & kListens) != 0;
  if ((there & kHasOrder) != 0) m.order = wire::read_order(in, limits);
  m.report_after = in.duration("the time of the report");
  return m;
}

Todo read_todo(FieldReader& in, const WireLimits& limits) {
  Todo m;
  m.stamp = wire::read_stamp(in);
  m.revision = in.varint32("the revision");
  m.wanted = in.slots("the wanted slots", limits.slots);
  if ((in.bits("the flags", kHasOrder) & kHasOrder) != 0) m.order = wire::read_order(in, limits);
  return m;
}

UsedSlots read_used(FieldReader& in, const WireLimits& limits) {
  const std::size_t count = in.count("the number of contributors", limits.workers, 2);
  if (!in.ok()) return {};
  UsedSlots used(limits.workers);
  std::uint32_t next = 0;
  for (std::size_t k = 0; k < count && in.ok(); ++k) {
    const WorkerId worker = wire::read_worker(in, "a contributor", limits);
    if (in.ok() && worker.value < next) in.refuse("the contributors", "do not ascend");
    SlotSet slots = in.slots("the slots of a contributor", limits.slots);
    if (in.ok() && slots.empty()) in.refuse("the slots of a contributor", "are none");
    if (!in.ok()) break;
    next = worker.value + 1;
    used[worker.index()] = std::move(slots);
  }
  return used;
}

Transmit read_transmit(FieldReader& in, const WireLimits& limits) {
  Transmit m;
  m.ticket.stamp = wire::read_stamp(in);
  m.ticket.epoch = Epoch(in.varint32("the epoch"));
  m.first_segment = in.varint32("the first segment");
  m.revision = in.varint32("the revision");
  if (in.ok() && limits.workers == 0) in.refuse("the selection", "comes before the plan is known");
  Selection selection;
  selection.stamp = wire::read_stamp(in);
  selection.epoch = Epoch(in.varint32("the epoch of the selection"));
  selection.used = read_used(in, limits);
  m.selection = std::make_shared<const Selection>(std::move(selection));
  return m;
}

ServerFrame read_frame(FieldReader& in, const WireLimits& limits) {
  const auto named = [&](std::string_view name) { in.call_it(name); };
  switch (static_cast<Kind>(in.fixed<std::uint8_t>("its kind"))) {
    case Kind::placed: named("Placed"); return read_placed(in, limits);
    case Kind::turned_away: named("TurnedAway"); return read_turned_away(in);
    case Kind::server_heartbeat: named("Heartbeat"); return Heartbeat{};
    case Kind::waiting: named("Waiting"); return Waiting{in.text("the reason", kSentenceBytesMax)};
    case Kind::goodbye: named("Goodbye"); return read_goodbye(in);
    case Kind::welcome: named("Welcome"); return ServerMessage(Welcome{wire::read_stamp(in)});
    case Kind::refused:
      named("Refused");
      return ServerMessage(Refused{in.text("the reason", kSentenceBytesMax)});
    case Kind::start_round: named("StartRound"); return ServerMessage(read_start(in, limits));
    case Kind::report: named("Report"); return ServerMessage(Report{wire::read_stamp(in)});
    case Kind::todo: named("Todo"); return ServerMessage(read_todo(in, limits));
    case Kind::transmit: named("Transmit"); return ServerMessage(read_transmit(in, limits));
    case Kind::committed: named("Committed"); return ServerMessage(Committed{wire::read_stamp(in)});
    default: in.refuse("its kind", "is unknown"); return Heartbeat{};
  }
}

}  // namespace

std::string encode(const ServerFrame& frame, std::span<const WorkerId> readers_neighbours) {
  FieldWriter fields;
  const Kind kind = std::visit(Writer{fields, readers_neighbours}, frame);
  return static_cast<char>(kind) + fields.take();
}

Result<ServerFrame> decode_server_frame(std::string_view bytes, const WireLimits& limits) {
  FieldReader in("frame of the server", bytes);
  ServerFrame frame = read_frame(in, limits);
  if (Status s = in.finish(); !s) return s.error();
  return frame;
}

}  // namespace gleaner
