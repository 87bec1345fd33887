#include "app/model_card.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/choices.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

using nlohmann::json;

// More features than any file may have would only waste memory.
constexpr std::uint64_t kFeaturesMax = 1ULL << 32;

std::string names_text(const std::vector<std::string>& names) {
  return json(names).dump(-1, ' ', false, json::error_handler_t::replace);
}

Error lacking(const Model& model, std::string_view name, std::string_view problem) {
  return bad_input(fmt::format("{}: its metadata {} \"{}\"", model.source, problem, name),
                   "give a model that gleaner train --model-out wrote");
}

Result<std::string> text_of(const Model& model, const std::string& name) {
  const auto at = model.metadata.find(name);
  if (at == model.metadata.end()) return lacking(model, name, "lack");
  return at->second;
}

Result<std::vector<std::string>> names_of(const Model& model, const std::string& name) {
  const Result<std::string> text = text_of(model, name);
  if (!text) return text.error();
  const json list = json::parse(text.value(), nullptr, /*allow_exceptions=*/false);
  std::vector<std::string> names;
  if (!list.is_array()) return lacking(model, name, "have no list of names under");
  for (const json& item : list) {
    if (!item.is_string()) return lacking(model, name, "have no list of names under");
    names.push_back(item.get<std::string>());
  }
  return names;
}

Result<std::size_t> count_of(const Model& model, const std::string& name) {
  const Result<std::string> text = text_of(model, name);
  if (!text) return text.error();
  const auto number = parse_count(text.value());
  if (!number || *number > kFeaturesMax) return lacking(model, name, "have no sensible number under");
  return static_cast<std::size_t>(*number);
}

}  // namespace

Metadata settings_of(const TorchChoice& choice) {
  return {{"loss", choice.loss},
          {"input-shape", choice.input_shape},
          {"input", choice.tokens ? "tokens" : "float"},
          {"micro-batch", fmt::format("{}", choice.micro_batch)}};
}

Result<TorchChoice> torch_choice_of(const Model& model) {
  TorchChoice choice;
  const Result<std::string> loss = text_of(model, "loss");
  if (!loss) return loss.error();
  const Result<std::string> shape = text_of(model, "input-shape");
  if (!shape) return shape.error();
  const Result<std::string> input = text_of(model, "input");
  if (!input) return input.error();
  choice.loss = loss.value();
  choice.input_shape = shape.value();
  choice.tokens = input.value() == "tokens";
  return choice;
}

Metadata metadata_of(const ModelCard& card) {
  Metadata metadata{{"objective", card.objective},
                    {"features", fmt::format("{}", card.schema.features)},
                    {"class_names", names_text(card.schema.class_names)},
                    {"feature_names", names_text(card.schema.feature_names)}};
  metadata.insert(card.module.begin(), card.module.end());
  if (card.objective == "mlp") metadata["hidden"] = card.hidden;
  if (card.schema.label_column) metadata["label_column"] = fmt::format("{}", *card.schema.label_column);
  return metadata;
}

Result<ModelCard> card_of(const Model& model) {
  ModelCard card;
  const Result<std::string> objective = text_of(model, "objective");
  if (!objective) return objective.error();
  if (std::find(kObjectives.begin(), kObjectives.end(), objective.value()) == kObjectives.end()) {
    return lacking(model, "objective", fmt::format("have \"{}\", which is none, under", objective.value()));
  }
  card.objective = objective.value();
  if (card.objective == "mlp") {
    const Result<std::string> hidden = text_of(model, "hidden");
    if (!hidden) return hidden.error();
    card.hidden = hidden.value();
  }
  const Result<std::size_t> features = count_of(model, "features");
  if (!features) return features.error();
  Result<std::vector<std::string>> classes = names_of(model, "class_names");
  if (!classes) return classes.error();
  Result<std::vector<std::string>> columns = names_of(model, "feature_names");
  if (!columns) return columns.error();
  card.schema = {features.value(), std::move(classes).value(), std::move(columns).value(), std::nullopt};
  if (model.metadata.contains("label_column")) {
    const Result<std::size_t> column = count_of(model, "label_column");
    if (!column) return column.error();
    card.schema.label_column = column.value();
  }
  return card;
}

}  // namespace gleaner
