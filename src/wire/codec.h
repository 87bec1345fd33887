// Frames as bytes and back. The format is described in docs/wire-format.md and held by golden files.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/frames.h"

namespace gleaner {

/// A frame as bytes: a kind and its fields. Words for people (why, reason, host, release) are made clean
/// UTF-8 and cut to what a peer takes. REQUIRES: durations from 0 to kLongestDuration (fields.h); a Transmit
/// has a selection. Pure functions; safe from any thread.
[[nodiscard]] std::string encode(const WorkerFrame& frame);

/// `readers_neighbours`: of a Transmit only what these workers contribute is written, all others read as
/// empty: the coefficients of a worker depend on its neighbours alone (itself included). Ascending. Empty
/// span: everybody's.
[[nodiscard]] std::string encode(const ServerFrame& frame, std::span<const WorkerId> readers_neighbours = {});

/// What a peer must not exceed, so that a few bytes cannot ask for much memory. As long as the plan is not
/// known it is {}: then a Placed or Knock may name any worker, and a Transmit, or any slot, is refused.
struct WireLimits {
  std::size_t workers = 0;  ///< of the plan: ids and lists are below
  std::size_t slots = 0;    ///< largest load of a worker
};

/// Errors name the field. Nothing is believed: trailing bytes, unknown kinds, numbers beyond the limits,
/// text that is no UTF-8 and orders that name a slot twice are refused. Of a Knock from a peer that speaks
/// none of our versions only versions and release are read; what later versions may add to its end is
/// skipped.
[[nodiscard]] Result<WorkerFrame> decode_worker_frame(std::string_view bytes, const WireLimits& limits);
[[nodiscard]] Result<ServerFrame> decode_server_frame(std::string_view bytes, const WireLimits& limits);

}  // namespace gleaner
