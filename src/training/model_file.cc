#include "training/model_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "training/safetensors.h"

namespace gleaner {
namespace {

bool is_npz(const std::filesystem::path& path) { return path.extension() == ".npz"; }
bool is_safetensors(const std::filesystem::path& path) { return path.extension() == ".safetensors"; }

std::string names_of(const std::vector<Objective::Part>& parts) {
  std::string names;
  for (const Objective::Part& part : parts) names += (names.empty() ? "" : ", ") + part.name;
  return names;
}

Error does_not_fit(const Objective& objective, const Model& model, std::string_view why) {
  const auto trained = model.metadata.find("objective");
  const std::string cure =
      trained != model.metadata.end() && trained->second != objective.name()
          ? fmt::format("the model was trained with --objective {}", trained->second)
          : "use the objective, the features and the classes that the model was trained with";
  return bad_input(
      fmt::format("the model {} does not fit the objective {}: {}", model.source, objective.name(), why),
      cure);
}

Status check_finite(const Model& model) {
  std::size_t first = 0;
  for (const Objective::Part& part : model.parts) {
    const auto begin = model.parameters.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = begin + static_cast<std::ptrdiff_t>(size_of(part));
    const auto bad = std::find_if(begin, end, [](float x) { return !std::isfinite(x); });
    if (bad != end) {
      return bad_input(fmt::format("the model {} is unusable: number {} of {} is {}", model.source,
                                   bad - begin, part.name, std::isnan(*bad) ? "NaN" : "infinite"),
                       "train it again, with a smaller --lr if the training diverged");
    }
    first += size_of(part);
  }
  return {};
}

}  // namespace

std::size_t size_of(const Objective::Part& part) {
  return std::accumulate(part.shape.begin(), part.shape.end(), std::size_t{1}, std::multiplies<>());
}

std::optional<std::size_t> count_of_shape(const std::vector<std::size_t>& shape) {
  std::size_t count = 1;
  for (const std::size_t n : shape) {
    if (n != 0 && count > std::numeric_limits<std::size_t>::max() / sizeof(float) / n) return std::nullopt;
    count *= n;
  }
  return count;
}

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text;
  for (const std::size_t n : shape) text += fmt::format("{}{}", text.empty() ? "" : ", ", n);
  return shape.size() == 1 ? "(" + text + ",)" : "(" + text + ")";
}

Status check_model_path(std::string_view flag, const std::filesystem::path& path) {
  if (is_npz(path) || is_safetensors(path)) return {};
  return bad_input(fmt::format("{} {}: a model file ends in .npz or .safetensors", flag, path.string()),
                   fmt::format("give {} {}.npz", flag, path.stem().empty() ? "model" : path.stem().string()));
}

Status save_model(const std::filesystem::path& path, std::span<const Objective::Part> parts,
                  std::span<const float> parameters, const Metadata& metadata) {
  if (is_safetensors(path)) return save_safetensors(path, parts, parameters, metadata);
  return save_npz(path, parts, parameters, metadata);
}

Result<Model> read_model(const std::filesystem::path& path) {
  if (Status s = check_model_path("--model", path); !s) return s.error();
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    return bad_input(fmt::format("cannot read {}: it is a folder", path.string()), "give a file");
  Result<Model> model = is_npz(path) ? read_npz(path) : read_safetensors(path);
  if (!model) return model;
  if (Status s = check_finite(model.value()); !s) return s.error();
  return model;
}

Result<std::vector<float>> parameters_of(const Objective& objective, const Model& model) {
  const std::vector<Objective::Part> wanted = objective.parts();
  std::vector<float> parameters;
  for (const Objective::Part& part : wanted) {
    std::size_t first = 0;
    auto found = model.parts.begin();
    for (; found != model.parts.end() && found->name != part.name; ++found) first += size_of(*found);
    if (found == model.parts.end()) {
      return does_not_fit(objective, model,
                          fmt::format("it has no part {}, it has {}", part.name, names_of(model.parts)));
    }
    if (found->shape != part.shape) {
      return does_not_fit(objective, model,
                          fmt::format("{} has the shape {}, expected {}", part.name, shape_text(found->shape),
                                      shape_text(part.shape)));
    }
    const auto begin = model.parameters.begin() + static_cast<std::ptrdiff_t>(first);
    parameters.insert(parameters.end(), begin, begin + static_cast<std::ptrdiff_t>(size_of(part)));
  }
  if (model.parts.size() > wanted.size()) {
    return does_not_fit(
        objective, model,
        fmt::format("it has the parts {}, expected {}", names_of(model.parts), names_of(wanted)));
  }
  GLEANER_CHECK(parameters.size() == objective.parameters(), "the parts make up the parameters");
  return parameters;
}

Result<Tallies> evaluate_model(const Objective& objective, const Model& model, const Samples& samples) {
  const Result<std::vector<float>> parameters = parameters_of(objective, model);
  if (!parameters) return parameters.error();
  return objective.evaluate(parameters.value(), samples);
}

}  // namespace gleaner
