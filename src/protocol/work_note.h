// What a worker tells about its work for the books alone: log and ledger. The machines never see it.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/time.h"
#include "protocol/messages.h"

namespace gleaner {

/// A chunk gradient was begun, or ended in one of three ways.
struct WorkNote {
  enum class Kind : std::uint8_t { begun, finished, stopped, rejected };
  Stamp stamp;
  Slot slot;
  Kind kind{};
  Duration took{};   ///< 0 for begun
  Duration drawn{};  ///< what it is to take at least; 0: nothing was injected
  bool operator==(const WorkNote&) const = default;
};

}  // namespace gleaner
