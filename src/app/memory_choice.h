// --memory and --gradients: what a worker needs, and how it keeps its gradients so that it has it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "app/options.h"
#include "base/result.h"
#include "data/dataset.h"
#include "work/run_spec.h"
#include "work/worker_memory.h"

namespace gleaner {

struct MemorySettings {
  std::optional<std::uint64_t> limit;  ///< bytes of each worker
  std::optional<Keeping> keeping;      ///< nothing: auto
  std::filesystem::path folder;        ///< empty: spill_folder()
  bool folder_is_here = true;          ///< false: workers are elsewhere, and look at theirs
};

/// Errors name the flag.
[[nodiscard]] Result<MemorySettings> read_memory(const TrainOptions& options);

/// Bytes of these rows as an objective over them has them: where most features are 0, in sparse form as well.
[[nodiscard]] std::uint64_t row_bytes(const Dataset& data);

/// What the worker with the most chunks of this run needs. Processes have the rows of their own chunks of
/// `data`, threads share them.
[[nodiscard]] WorkerMemory expected_memory(const RunSpec& spec, const Dataset& data, bool processes,
                                           Keeping how);

/// Sets how workers of the run keep their gradients: as asked for; else as float32 if there is room for that,
/// or spilled. Nobody gets rounded gradients who has not asked for them. Errors: there is no room, with what
/// needs how much; the folder cannot be used.
[[nodiscard]] Status choose_keeping(const MemorySettings& settings, const Dataset& data, bool processes,
                                    RunSpec& spec);

/// "263MB (gradients 78MB, computing 117MB, ..)".
[[nodiscard]] std::string memory_text(const WorkerMemory& memory);
/// "; --memory 2GiB" where there is a limit.
[[nodiscard]] std::string limit_text(std::uint64_t limit);

}  // namespace gleaner
