// The settings of a cluster that `gleaner advise` chooses from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "coding/plan.h"
#include "protocol/server_options.h"

namespace gleaner {

enum class Scheme : std::uint8_t { cyclic, fractional_repetition, regular_graph };
/// As --scheme spells it.
[[nodiscard]] std::string_view name_of(Scheme scheme);

/// What a user decides, and flags say. Value type.
struct PlanSetting {
  Method method = Method::partial;
  Scheme scheme = Scheme::cyclic;
  std::size_t replication = 1;  ///< G >= blocks; 1 for uncoded
  std::size_t blocks = 1;       ///< L
  Recovery recovery;

  /// G - L: any so many workers may be lost in one round.
  [[nodiscard]] std::size_t tolerated_losses() const { return replication - blocks; }
};

/// What bounds the choice.
struct SettingLimits {
  std::size_t workers = 1;
  std::size_t chunks = 1;
  std::size_t dimension = 1;            ///< floats of a gradient
  std::optional<std::uint64_t> memory;  ///< bytes that a worker has for chunk gradients
  std::size_t losses = 0;               ///< so many must be tolerated
  double residual = 0;                  ///< relative residual that is allowed; 0: exact recovery only
};

struct SettingChoice {
  std::vector<PlanSetting> allowed;    ///< but for uncoded
  std::vector<PlanSetting> too_large;  ///< beyond the memory; exact recovery by `partial` only
};

/// The largest replication that is looked at: beyond it nothing was ever gained that memory is worth.
inline constexpr std::size_t kReplicationMax = 16;

/// Bytes for the chunk gradients of the most loaded worker: at least ceil(N G / m) gradients of d floats,
/// padded to whole blocks. Saturates instead of overflowing.
[[nodiscard]] std::uint64_t least_worker_memory(const SettingLimits& limits, std::size_t replication,
                                                std::size_t blocks);

/// partial and original x schemes x replications up to 16 x blocks up to 8 x exact and, if allowed, the
/// residual (original: with one block, where it is defined). A scheme is left out where it would repeat
/// another: everybody holds everything, or groups that do not divide the workers.
[[nodiscard]] SettingChoice settings_within(const SettingLimits& limits);

}  // namespace gleaner
