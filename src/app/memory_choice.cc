#include "app/memory_choice.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "app/build_plan.h"
#include "app/choices.h"
#include "app/words.h"
#include "objective/row_objective.h"
#include "training/samples.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

Error no_room(std::uint64_t limit, Keeping how, const WorkerMemory& needs, std::string cure) {
  return bad_input(
      fmt::format("--memory {} is too little for a worker whose gradients are {}: it needs about {}",
                  byte_text(static_cast<double>(limit)), name_of(how), memory_text(needs)),
      std::move(cure));
}

}  // namespace

Result<MemorySettings> read_memory(const TrainOptions& o) {
  MemorySettings settings;
  settings.folder = o.spill_folder;
  settings.folder_is_here = o.cluster.listen.empty();
  if (!o.memory.empty()) {
    const Result<std::uint64_t> limit = parse_bytes(o.memory);
    if (!limit) return bad_input(fmt::format("--memory: {}", limit.error().what), limit.error().cure);
    settings.limit = limit.value();
  }
  const Result<std::string_view> chosen = choose("--gradients", o.gradients, kGradients);
  if (!chosen) return chosen.error();
  settings.keeping = keeping_of(chosen.value());
  return settings;
}

std::uint64_t row_bytes(const Dataset& data) {
  std::uint64_t bytes =
      sizeof(float) * (data.dense.size() + data.values.size() + data.labels.size() + data.targets.size()) +
      sizeof(std::uint32_t) * data.columns.size() + sizeof(std::uint64_t) * data.offsets.size();
  const double nonzero = data.is_sparse() ? 1 : nonzero_share(samples_of(data));
  if (nonzero < kSparseShare)
    bytes += static_cast<std::uint64_t>(nonzero * static_cast<double>(data.dense.size() * 2 * sizeof(float)));
  return bytes;
}

WorkerMemory expected_memory(const RunSpec& spec, const Dataset& data, bool processes, Keeping how) {
  const std::size_t slots = spec.plan->assignment().load_max();
  std::optional<std::uint64_t> rows;
  if (processes) rows = row_bytes(data) * slots / spec.plan->chunks();
  return worker_memory(spec, slots, how, rows);
}

Status choose_keeping(const MemorySettings& settings, const Dataset& data, bool processes, RunSpec& spec) {
  spec.gradients.exact_tail = spec.objective->exact_tail();
  spec.gradients.folder = settings.folder;
  spec.memory = settings.limit.value_or(0);
  const auto needs = [&](Keeping how) { return expected_memory(spec, data, processes, how); };
  const auto fits = [&](Keeping how) { return !settings.limit || needs(how).total() <= *settings.limit; };
  Keeping& how = spec.gradients.how;
  how = settings.keeping.value_or(fits(Keeping::float32) ? Keeping::float32 : Keeping::spilled);
  if (!fits(how)) {
    std::vector<std::string> cures;
    for (const Keeping other : {Keeping::bfloat16, Keeping::spilled}) {
      if (other != how && fits(other)) cures.push_back(fmt::format("--gradients {}", name_of(other)));
    }
    const std::string more =
        fmt::format("--memory {} or more", byte_text(1.05 * static_cast<double>(needs(how).total())));
    return no_room(*settings.limit, how, needs(how),
                   cures.empty() ? fmt::format("give {}, or a smaller model", more)
                                 : fmt::format("give {}, or {}", fmt::join(cures, " or "), more));
  }
  return how == Keeping::spilled && settings.folder_is_here ? check_spill_folder(settings.folder) : Status();
}

std::string memory_text(const WorkerMemory& m) {
  const std::array<std::pair<const char*, std::uint64_t>, 6> parts{{{"the program", m.process},
                                                                    {"data", m.data},
                                                                    {"parameters", m.parameters},
                                                                    {"gradients", m.gradients},
                                                                    {"computing", m.computing},
                                                                    {"sending", m.sending}}};
  std::vector<std::string> words;
  for (const auto& [name, bytes] : parts) {
    if (bytes > 0) words.push_back(fmt::format("{} {}", name, byte_text(static_cast<double>(bytes))));
  }
  return fmt::format("{} ({})", byte_text(static_cast<double>(m.total())), fmt::join(words, ", "));
}

std::string limit_text(std::uint64_t limit) {
  return limit == 0 ? "" : fmt::format("; --memory {}", byte_text(static_cast<double>(limit)));
}

}  // namespace gleaner
