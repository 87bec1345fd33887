// Models as .npz files, which numpy.load reads: an uncompressed zip archive with one array NAME.npy per part
// (format 1.0, float32 little-endian, C order), and metadata.json, an object of strings, if there is
// metadata. The archive holds a CRC-32 of every entry.
#pragma once

#include <filesystem>
#include <span>

#include "base/result.h"
#include "training/model.h"

namespace gleaner {

/// Writes a model. Equal models give equal bytes. The file appears whole or not at all. Errors name the path.
/// REQUIRES: the shapes add up to parameters.size(); the names are distinct.
[[nodiscard]] Status save_npz(const std::filesystem::path& path, std::span<const Objective::Part> parts,
                              std::span<const float> parameters, const Metadata& metadata = {});

/// Reads what save_npz or numpy.savez (with float32 arrays in C order) wrote; finiteness is not looked at.
/// Errors name the path, the array, and what was expected of it.
[[nodiscard]] Result<Model> read_npz(const std::filesystem::path& path);

}  // namespace gleaner
