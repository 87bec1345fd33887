#include "study/setting.h"

#include <array>
#include <limits>

#include "coding/kernels.h"

namespace gleaner {
namespace {

constexpr std::array<std::string_view, 3> kSchemeNames = {"cyclic", "fractional-repetition", "regular-graph"};
constexpr std::array<std::size_t, 10> kReplications = {2, 3, 4, 5, 6, 8, 10, 12, 14, kReplicationMax};
constexpr std::array<std::size_t, 6> kBlocks = {1, 2, 3, 4, 6, 8};

bool is_new(Scheme scheme, std::size_t workers, std::size_t replication) {
  switch (scheme) {
    case Scheme::cyclic: return true;
    case Scheme::fractional_repetition: return replication < workers && workers % replication == 0;
    case Scheme::regular_graph: return replication + 1 < workers;  // else nearly everybody holds everything
  }
  return false;
}

void add_rules(const SettingLimits& limits, PlanSetting setting, std::vector<PlanSetting>& into) {
  into.push_back(setting);
  if (limits.residual <= 0 || (setting.method == Method::original && setting.blocks > 1)) return;
  setting.recovery.kind = Recovery::Kind::residual;
  setting.recovery.residual = limits.residual;
  into.push_back(setting);
}

}  // namespace

std::string_view name_of(Scheme scheme) { return kSchemeNames[static_cast<std::size_t>(scheme)]; }

std::uint64_t least_worker_memory(const SettingLimits& limits, std::size_t replication, std::size_t blocks) {
  const std::uint64_t load = (limits.chunks * replication + limits.workers - 1) / limits.workers;
  const std::uint64_t gradient = block_length(limits.dimension, blocks) * blocks * sizeof(float);
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  return gradient > most / load ? most : load * gradient;
}

SettingChoice settings_within(const SettingLimits& limits) {
  SettingChoice choice;
  for (const std::size_t g : kReplications) {
    if (g > limits.workers) break;
    for (const std::size_t l : kBlocks) {
      if (l + limits.losses > g) break;
      const bool fits = !limits.memory || least_worker_memory(limits, g, l) <= *limits.memory;
      for (const Scheme scheme : {Scheme::cyclic, Scheme::fractional_repetition, Scheme::regular_graph}) {
        if (!is_new(scheme, limits.workers, g)) continue;
        const PlanSetting partial{Method::partial, scheme, g, l, {}};
        if (!fits) {
          choice.too_large.push_back(partial);
          continue;
        }
        add_rules(limits, partial, choice.allowed);
        add_rules(limits, {Method::original, scheme, g, l, {}}, choice.allowed);
      }
    }
  }
  return choice;
}

}  // namespace gleaner
