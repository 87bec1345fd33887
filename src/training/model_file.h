// Saved models: writing them, reading them, and putting them to use.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "base/result.h"
#include "objective/objective.h"
#include "training/model.h"
#include "training/npz.h"  // IWYU pragma: export

namespace gleaner {

/// Whether `path` ends in .npz or .safetensors; the error names the flag (--model-out, --model) and both.
[[nodiscard]] Status check_model_path(std::string_view flag, const std::filesystem::path& path);

/// Writes the parts of a parameter vector (Objective::parts()), in the format that the path's end names
/// (npz.h, safetensors.h). The file appears whole or not at all. Errors name the path. REQUIRES:
/// check_model_path is ok; the shapes add up to parameters.size().
[[nodiscard]] Status save_model(const std::filesystem::path& path, std::span<const Objective::Part> parts,
                                std::span<const float> parameters, const Metadata& metadata = {});

/// Reads a model. Errors name the path, the part, and what was expected of it: no such format; a file that is
/// cut short or damaged; a number that is NaN or infinite.
[[nodiscard]] Result<Model> read_model(const std::filesystem::path& path);

/// The parameter vector of `objective` that `model` holds, its parts matched by name and shape. Errors name
/// the model's file and the part that is missing, has another shape, or has no place.
[[nodiscard]] Result<std::vector<float>> parameters_of(const Objective& objective, const Model& model);

/// Loss and accuracy of the model on samples that fit the objective. Errors: as parameters_of.
[[nodiscard]] Result<Tallies> evaluate_model(const Objective& objective, const Model& model,
                                             const Samples& samples);

}  // namespace gleaner
