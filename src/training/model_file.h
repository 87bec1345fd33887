// Models as .npz files, which numpy.load reads.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "base/result.h"
#include "objective/objective.h"

namespace gleaner {

/// Writes the parts of a parameter vector (Objective::parts()) as an uncompressed .npz: a zip archive with
/// one array NAME.npy per part, float32 little-endian, C order. Equal models give equal bytes. The file
/// appears whole or not at all. Errors name the path. REQUIRES: the shapes add up to parameters.size().
[[nodiscard]] Status save_npz(const std::filesystem::path& path, std::span<const Objective::Part> parts,
                              std::span<const float> parameters);

/// Reads back what save_npz (or numpy.savez with float32 arrays in C order) wrote. Errors name the path and
/// the array that is missing or has another shape or type than `parts` expects.
[[nodiscard]] Result<std::vector<float>> load_npz(const std::filesystem::path& path,
                                                  std::span<const Objective::Part> parts);

}  // namespace gleaner
