// Any frame within the limits of a plan. Call inside a property only.
#pragma once

#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <rapidcheck.h>

#include "support/draws.h"
#include "wire/codec.h"
#include "wire/fields.h"

namespace gleaner::test {

inline WireLimits any_limits() { return {any_between(1, 20), any_between(1, 200)}; }

/// Small and large numbers alike: so many bits as were drawn.
inline std::uint64_t any_number(std::size_t bits = 64) {
  const std::size_t kept = any_between(0, bits);
  const auto all = *rc::gen::resize(1000, rc::gen::arbitrary<std::uint64_t>());
  return kept == 0 ? 0 : all >> (64 - kept);
}
inline std::uint32_t any_number32() { return static_cast<std::uint32_t>(any_number(32)); }
inline bool any_flag() { return any_between(0, 1) == 1; }
inline Duration any_duration() {
  return Duration(static_cast<std::int64_t>(any_number() % (kLongestDuration.count() + 1)));
}
inline Stamp any_stamp() { return {Term(any_number()), RoundId(any_number())}; }
inline Slot any_slot(const WireLimits& l) {
  return Slot(static_cast<std::uint32_t>(any_between(0, l.slots - 1)));
}
inline WorkerId any_worker(const WireLimits& l) {
  return WorkerId(static_cast<std::uint32_t>(any_between(0, l.workers - 1)));
}
inline Peer any_peer(const WireLimits& l) { return {any_worker(l), Incarnation(any_number())}; }

inline SlotSet any_slots(const WireLimits& l) {
  SlotSet set;
  const std::size_t below = any_between(0, l.slots);
  for (std::uint32_t s = 0; s < below; ++s)
    if (any_flag()) set.insert(Slot(s));
  return set;
}
inline OrderRef any_order(const WireLimits& l) {
  if (any_flag()) return nullptr;
  std::vector<Slot> order;
  for (std::uint32_t s = 0; s < l.slots; ++s) order.emplace_back(s);
  for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[any_between(0, k - 1)]);
  order.resize(any_between(0, order.size()));
  return std::make_shared<const std::vector<Slot>>(std::move(order));
}
inline std::string any_text() {
  static const std::vector<std::string> kPieces{"a", " ", "\u00E9", "\u20AC", "\U0001F980", "\n", "\"", "0"};
  std::string text;
  for (std::size_t k = any_between(0, 40); k > 0; --k) text += kPieces[any_between(0, kPieces.size() - 1)];
  return text;
}

inline WorkerFrame any_worker_frame(const WireLimits& l) {
  switch (any_between(0, 6)) {
    case 0: {
      Knock f{1, kWireVersionLast, any_text(), {}, {}, any_text()};
      if (any_flag()) f.slot = any_worker(l);
      if (any_flag()) f.earlier = EarlierLife{any_peer(l), Term(any_number()), any_number()};
      return f;
    }
    case 1: return Leaving{};
    case 2: return Heartbeat{};
    case 3:
      return WorkNote{any_stamp(), any_slot(l), static_cast<WorkNote::Kind>(any_between(0, 3)),
                      any_duration(), any_duration()};
    case 4: return WorkerMessage(Hello{{any_text()}, any_stamp(), any_slots(l)});
    case 5: {
      Progress m{any_stamp(), any_slots(l)};
      if (any_flag()) m.pace = {any_duration(), static_cast<std::uint8_t>(any_between(0, kChunkParts))};
      if (any_flag()) {
        m.in_hand = any_slot(l);
        m.in_hand_for = any_duration();
      }
      return WorkerMessage(m);
    }
    default: return WorkerMessage(ChunkRejected{any_stamp(), any_slot(l), any_text()});
  }
}

inline ServerFrame any_server_frame(const WireLimits& l) {
  switch (any_between(0, 11)) {
    case 0: return Placed{1, any_peer(l), Term(any_number()), any_number(), any_duration() / 2 + Duration(1)};
    case 1: return TurnedAway{1, kWireVersionLast, any_text()};
    case 2: return Heartbeat{};
    case 3: return Waiting{any_text()};
    case 4: return Goodbye{any_text(), any_text()};
    case 5: return ServerMessage(Welcome{any_stamp()});
    case 6: return ServerMessage(Refused{any_text()});
    case 7: return ServerMessage(StartRound{any_stamp(), any_order(l), any_flag(), any_duration()});
    case 8: return ServerMessage(Report{any_stamp()});
    case 9: return ServerMessage(Todo{any_stamp(), any_number32(), any_slots(l), any_order(l)});
    case 10: {
      Selection s{any_stamp(), Epoch(any_number32()), UsedSlots(l.workers)};
      for (SlotSet& used : s.used)
        if (any_flag()) used = any_slots(l);
      return ServerMessage(Transmit{{any_stamp(), Epoch(any_number32())},
                                    std::make_shared<const Selection>(std::move(s)),
                                    any_number32(),
                                    any_number32()});
    }
    default: return ServerMessage(Committed{any_stamp()});
  }
}

}  // namespace gleaner::test
