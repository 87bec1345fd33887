// Models as .safetensors files: the length of the header (8 bytes, little-endian), the header (a JSON object:
// tensor name -> dtype, shape, data_offsets; "__metadata__" -> an object of strings; blanks up to a multiple
// of 8), then the numbers of all tensors without gaps.
//
// The format has no checksum. Files written here carry one in their metadata, under "gleaner.sha256", of the
// header without it and the numbers; it is compared when it is there, and it must be there where
// "gleaner.format" is.
#pragma once

#include <filesystem>
#include <span>

#include "base/result.h"
#include "training/model.h"

namespace gleaner {

/// Writes a model, float32. Equal models give equal bytes. The file appears whole or not at all. Errors name
/// the path. REQUIRES: as save_npz; no part is called "__metadata__".
[[nodiscard]] Status save_safetensors(const std::filesystem::path& path,
                                      std::span<const Objective::Part> parts,
                                      std::span<const float> parameters, const Metadata& metadata = {});

/// Reads a file of F32 tensors, by whomever written; finiteness is not looked at. The parts come in the order
/// of their numbers. Errors name the path, the tensor, and what was expected of it.
[[nodiscard]] Result<Model> read_safetensors(const std::filesystem::path& path);

}  // namespace gleaner
