// The log that a run leaves behind, as a file.
#pragma once

#include <filesystem>
#include <fstream>
#include <span>

#include "training/run_log.h"

namespace gleaner::test {

/// Writes what `gleaner train --log` would, without a summary.
inline void write_log(const std::filesystem::path& path, std::size_t workers,
                      std::span<const RoundRecord> rounds) {
  StartRecord start;
  start.workers = workers;
  std::ofstream log(path, std::ios::binary);
  log << to_json(start) << '\n';
  for (const RoundRecord& round : rounds) log << to_json(round) << '\n';
}

}  // namespace gleaner::test
