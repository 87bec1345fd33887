// What both directions of frames are made of. Internal to wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "protocol/messages.h"
#include "wire/codec.h"
#include "wire/fields.h"

namespace gleaner::wire {

/// First byte of a frame. A frame of the server has the highest bit, so that none is taken for one of the
/// other direction. A number is never used for something else in a later version.
enum class Kind : std::uint8_t {
  knock = 0x01,
  leaving = 0x02,
  worker_heartbeat = 0x03,
  work_note = 0x04,
  hello = 0x10,
  progress = 0x11,
  chunk_rejected = 0x12,
  placed = 0x81,
  turned_away = 0x82,
  server_heartbeat = 0x83,
  waiting = 0x84,
  goodbye = 0x85,
  welcome = 0x90,
  refused = 0x91,
  start_round = 0x92,
  report = 0x93,
  todo = 0x94,
  transmit = 0x95,
  committed = 0x96,
};

/// Largest number of workers that a plan can have (coding/limits.h).
inline constexpr std::size_t kWorkersOfAnyPlan = std::size_t{1} << 24U;

/// First and last version of a peer; the same bytes in every version.
struct Versions {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  [[nodiscard]] bool meet_ours() const;
  /// What follows the fields that we know may be of a later version.
  [[nodiscard]] bool go_beyond_ours() const;
};
void write(FieldWriter& out, Versions versions);
[[nodiscard]] Versions read_versions(FieldReader& in);

void write(FieldWriter& out, Stamp stamp);
[[nodiscard]] Stamp read_stamp(FieldReader& in);
void write(FieldWriter& out, Peer peer);
[[nodiscard]] Peer read_peer(FieldReader& in, const WireLimits& limits);
/// Before the plan is known (no workers in `limits`) any plan's.
[[nodiscard]] WorkerId read_worker(FieldReader& in, std::string_view field, const WireLimits& limits);
void write(FieldWriter& out, const std::vector<Slot>& order);
[[nodiscard]] OrderRef read_order(FieldReader& in, const WireLimits& limits);

/// Takes what a later version added to the end.
void skip_rest(FieldReader& in);

}  // namespace gleaner::wire
