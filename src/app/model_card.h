// What a saved model says of itself, so that it can be put to use without the flags it was trained with.
#pragma once

#include <string>

#include "base/result.h"
#include "data/dataset.h"
#include "torch/torch_model.h"
#include "training/model.h"

namespace gleaner {

/// The problem that a model solves.
struct ModelCard {
  std::string objective;  ///< as --objective names it
  std::string hidden;     ///< as --hidden names it; of a perceptron
  Schema schema;          ///< of the data that it was trained on
  Metadata module = {};   ///< of a module: how it is used, by the names of flags without dashes
};

/// "loss", "input-shape", .. of a module: what it takes to use it again.
[[nodiscard]] Metadata settings_of(const TorchChoice& choice);
/// The inverse, but for the module itself. Errors name the file and what its metadata lack.
[[nodiscard]] Result<TorchChoice> torch_choice_of(const Model& model);

[[nodiscard]] Metadata metadata_of(const ModelCard& card);

/// The card of a model that was read from a file. Errors name the file and what its metadata lack or have
/// wrong.
[[nodiscard]] Result<ModelCard> card_of(const Model& model);

}  // namespace gleaner
