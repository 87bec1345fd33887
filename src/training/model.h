// A trained model as a value, as files hold it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "objective/objective.h"

namespace gleaner {

/// What is known of a model besides its numbers, by name: objective, classes, features, hidden, labels, ..
using Metadata = std::map<std::string, std::string>;

/// Named arrays of floats. All numbers are finite.
struct Model {
  std::string source;                  ///< the file that it was read from, for errors
  std::vector<Objective::Part> parts;  ///< their shapes add up to parameters.size()
  std::vector<float> parameters;       ///< part after part, each row-major
  Metadata metadata;
};

/// Product of the shape; 1 for a scalar.
[[nodiscard]] std::size_t size_of(const Objective::Part& part);
/// The same for a shape that a file tells: nothing if so many floats could not be counted in bytes.
[[nodiscard]] std::optional<std::size_t> count_of_shape(const std::vector<std::size_t>& shape);
/// "(784, 10)".
[[nodiscard]] std::string shape_text(const std::vector<std::size_t>& shape);

}  // namespace gleaner
