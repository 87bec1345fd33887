#include "wire/frame_parts.h"

#include <fmt/format.h>

#include "wire/frames.h"

namespace gleaner::wire {

bool Versions::meet_ours() const { return first <= kWireVersionLast && last >= kWireVersionFirst; }
bool Versions::go_beyond_ours() const { return last > kWireVersionLast; }

void write(FieldWriter& out, Versions versions) {
  out.fixed(versions.first);
  out.fixed(versions.last);
}

Versions read_versions(FieldReader& in) {
  Versions v;
  v.first = in.fixed<std::uint16_t>("the first version");
  v.last = in.fixed<std::uint16_t>("the last version");
  if (in.ok() && v.first == 0) in.refuse("the first version", "is 0");
  if (in.ok() && v.last < v.first) in.refuse("the last version", "is below the first");
  return v;
}

void write(FieldWriter& out, Stamp stamp) {
  out.varint(stamp.term.value);
  out.varint(stamp.round.value);
}

Stamp read_stamp(FieldReader& in) {
  const Term term(in.varint("the term"));
  return {term, RoundId(in.varint("the round"))};
}

void write(FieldWriter& out, Peer peer) {
  out.varint(peer.worker.value);
  out.varint(peer.life.value);
}

WorkerId read_worker(FieldReader& in, std::string_view field, const WireLimits& limits) {
  const std::size_t workers = limits.workers == 0 ? kWorkersOfAnyPlan : limits.workers;
  const auto value = in.varint32(field);
  if (in.ok() && value >= workers)
    in.refuse(field, fmt::format("is {}, there are {} workers", value, workers));
  return in.ok() ? WorkerId(value) : WorkerId{};
}

Peer read_peer(FieldReader& in, const WireLimits& limits) {
  const WorkerId worker = read_worker(in, "the worker", limits);
  return {worker, Incarnation(in.varint("the incarnation"))};
}

void write(FieldWriter& out, const std::vector<Slot>& order) {
  out.varint(order.size());
  for (const Slot s : order) out.varint(s.value);
}

OrderRef read_order(FieldReader& in, const WireLimits& limits) {
  const std::size_t count = in.count("the length of the order", limits.slots);
  std::vector<Slot> order;
  order.reserve(count);
  SlotSet seen;
  for (std::size_t k = 0; k < count && in.ok(); ++k) {
    const Slot s = in.slot("a slot of the order", limits.slots);
    if (in.ok() && seen.contains(s)) in.refuse("the order", fmt::format("names slot {} twice", s.value));
    if (!in.ok()) break;
    seen.insert(s);
    order.push_back(s);
  }
  if (!in.ok()) return nullptr;
  return std::make_shared<const std::vector<Slot>>(std::move(order));
}

void skip_rest(FieldReader& in) { static_cast<void>(in.take("the end", in.left())); }

}  // namespace gleaner::wire
