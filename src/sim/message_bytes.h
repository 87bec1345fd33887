// How many bytes a message takes on the wire, for the books and for links of limited bandwidth. Internal to
// cluster.h.
//
// The messages of today travel within one process, so these are estimates of a plain binary format: 24 bytes
// of kind, length and stamp before everything, one bit per slot, 32 bytes of fingerprint. A signal tells a
// worker the sets of those that share a chunk with it: one bit per copy of its chunks (beyond.md section 8).
#pragma once

#include <cstddef>
#include <string>
#include <variant>

#include "coding/plan.h"
#include "protocol/messages.h"

namespace gleaner {

inline constexpr std::size_t kFrameBytes = 24;

[[nodiscard]] inline std::size_t message_bytes(const Welcome&) { return kFrameBytes; }
[[nodiscard]] inline std::size_t message_bytes(const StartRound&) { return kFrameBytes; }
[[nodiscard]] inline std::size_t message_bytes(const Committed&) { return kFrameBytes; }
[[nodiscard]] inline std::size_t message_bytes(const Refused& m) { return kFrameBytes + m.why.size(); }

[[nodiscard]] inline std::size_t slot_bytes(const Plan& plan, WorkerId worker) {
  return (plan.assignment().load(worker) + 7) / 8;
}

/// Without the parameters that ride ahead of StartRound.
[[nodiscard]] inline std::size_t message_bytes(const Plan& plan, WorkerId to, const ServerMessage& message) {
  const auto order_bytes = [&](const OrderRef& order) { return order ? order->size() : 0; };
  if (const auto* todo = std::get_if<Todo>(&message)) {
    return kFrameBytes + 4 + slot_bytes(plan, to) + order_bytes(todo->order);
  }
  if (const auto* start = std::get_if<StartRound>(&message)) {
    return kFrameBytes + (start->report_after > Duration::zero() ? 8 : 0) + order_bytes(start->order);
  }
  if (std::holds_alternative<Transmit>(message)) {
    std::size_t copies = 0;
    for (const ChunkId chunk : plan.assignment().chunks_of(to))
      copies += plan.assignment().replication(chunk);
    return kFrameBytes + 12 + (copies + 7) / 8;
  }
  if (const auto* refused = std::get_if<Refused>(&message)) return message_bytes(*refused);
  return kFrameBytes;
}

[[nodiscard]] inline std::size_t message_bytes(const Plan& plan, WorkerId from,
                                               const WorkerMessage& message) {
  if (std::holds_alternative<Hello>(message)) return kFrameBytes + 32 + slot_bytes(plan, from);
  if (const auto* p = std::get_if<Progress>(&message)) {
    const bool tells_its_pace = p->pace.elapsed > Duration::zero() || p->in_hand;
    return kFrameBytes + (tells_its_pace ? 11 : 2) + slot_bytes(plan, from);
  }
  return kFrameBytes + 4 + std::get<ChunkRejected>(message).why.size();
}

/// A segment of `floats` numbers.
[[nodiscard]] inline std::size_t segment_bytes(std::size_t floats) { return kFrameBytes + 8 + 4 * floats; }

}  // namespace gleaner
