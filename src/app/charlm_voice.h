// What charlm writes while it learns.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/charlm_spec.h"
#include "base/ids.h"
#include "data/dataset.h"
#include "torch/torch_model.h"

namespace gleaner {

/// Has a model write a line of text, which begins where a line of its text began. Thread safe.
class CharlmVoice {
 public:
  /// `data` is what it learns from.
  CharlmVoice(std::shared_ptr<const TorchModel> model, const CharlmShape& shape, const Dataset& data,
              std::uint64_t seed);

  /// In quotation marks, with line ends as blanks; one seed and round, one text.
  [[nodiscard]] std::string write(RoundId round, const std::vector<float>& parameters) const;

 private:
  std::shared_ptr<const TorchModel> model_;
  std::size_t context_;
  std::string characters_;
  std::uint64_t seed_;
};

}  // namespace gleaner
