#include "app/eval_command.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/exit_code.h"
#include "app/make_objective.h"
#include "app/model_card.h"
#include "app/words.h"
#include "data/load.h"
#include "training/model_file.h"
#include "training/samples.h"

namespace gleaner {
namespace {

Result<Dataset> load_for(const ModelCard& card, const EvalOptions& o) {
  const Result<DataFormat> format = parse_data_format(o.format);
  if (!format) return format.error();
  DataSpec spec;
  spec.format = format.value();
  spec.data = o.data;
  spec.labels = o.labels;
  spec.targets = card.objective == "linear";
  spec.schema = card.schema;
  return load_dataset(spec);
}

// The objective of the card over the samples, as one chunk.
Result<std::shared_ptr<const Objective>> objective_of(const std::string& source, const ModelCard& card,
                                                      const Dataset& data) {
  TrainOptions train;
  train.objective = card.objective;
  train.hidden = card.hidden;
  Result<std::shared_ptr<const Objective>> made = make_objective(train, data, 1);
  if (made) return made;
  return bad_input(fmt::format("{}: its metadata say what cannot be: {}", source, made.error().what),
                   "give a model that gleaner train --model-out wrote");
}

void print_report(const EvalOptions& o, const ModelCard& card, const Objective& objective, const Tallies& t) {
  const double loss = t.loss / t.samples;
  const double accuracy = t.correct / t.samples;
  if (o.json) {
    nlohmann::ordered_json j;
    j["model"] = o.model;
    j["objective"] = card.objective;
    j["samples"] = static_cast<std::uint64_t>(t.samples);
    j["loss"] = loss;
    j["accuracy"] = objective.classifies() ? nlohmann::ordered_json(accuracy) : nlohmann::ordered_json();
    fmt::print("{}\n", j.dump(2));
    return;
  }
  const auto line = [](std::string_view name, const std::string& value) {
    fmt::print("  {:<10} {}\n", name, value);
  };
  fmt::print("{} on {}\n", o.model, o.data);
  line("objective", card.objective);
  line("samples", fmt::format("{:.0f}", t.samples));
  line("loss", loss_text(loss));
  if (objective.classifies()) {
    line("accuracy", fmt::format("{:.4f}  ({:.0f} of {:.0f} right)", accuracy, t.correct, t.samples));
  } else {
    line("error", fmt::format("{}  (root mean square)", loss_text(std::sqrt(2 * loss))));
  }
}

}  // namespace

Result<int> eval_command(const EvalOptions& o) {
  if (o.model.empty()) return bad_input("--model is missing", "give the file that --model-out wrote");
  if (o.data.empty()) return bad_input("--data is missing", "give samples with their labels");
  if (Status s = check_model_path("--model", o.model); !s) return s.error();
  const Result<Model> model = read_model(o.model);
  if (!model) return model.error();
  const Result<ModelCard> card = card_of(model.value());
  if (!card) return card.error();
  const Result<Dataset> data = load_for(card.value(), o);
  if (!data) return data.error();
  const Result<std::shared_ptr<const Objective>> objective =
      objective_of(o.model, card.value(), data.value());
  if (!objective) return objective.error();
  const Result<Tallies> tallies = evaluate_model(*objective.value(), model.value(), samples_of(data.value()));
  if (!tallies) return tallies.error();
  print_report(o, card.value(), *objective.value(), tallies.value());
  return kExitDone;
}

}  // namespace gleaner
