// Identifiers as distinct types: a worker can never be passed where a chunk is meant.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace gleaner {

/// A number with a meaning. Ordered, hashable, trivially copyable; the explicit `value` is the only way out.
template <class Tag, class Rep>
struct Id {
  Rep value{};

  constexpr Id() = default;
  constexpr explicit Id(Rep v) : value(v) {}
  [[nodiscard]] constexpr std::size_t index() const { return static_cast<std::size_t>(value); }
  constexpr auto operator<=>(const Id&) const = default;
};

/// W_j: 0-based number of a worker in the plan.
using WorkerId = Id<struct WorkerTag, std::uint32_t>;
/// D_i: 0-based number of a chunk.
using ChunkId = Id<struct ChunkTag, std::uint32_t>;
/// s: 0-based place of a chunk among the chunks of ONE worker, in ascending chunk id. Never a place in an
/// order.
using Slot = Id<struct SlotTag, std::uint32_t>;
/// t: number of a round; the first is 1, 0 means "none yet".
using RoundId = Id<struct RoundTag, std::uint64_t>;
/// One life of a server; the first is 1.
using Term = Id<struct TermTag, std::uint64_t>;
/// One start of a worker process; the first is 1, 0 means "none yet".
using Incarnation = Id<struct IncarnationTag, std::uint64_t>;
/// Within a round: number of the selection in which a worker's coefficients last changed; the first is 1.
using Epoch = Id<struct EpochTag, std::uint32_t>;

}  // namespace gleaner

template <class Tag, class Rep>
struct std::hash<gleaner::Id<Tag, Rep>> {
  std::size_t operator()(gleaner::Id<Tag, Rep> id) const noexcept { return std::hash<Rep>{}(id.value); }
};
