#include "app/eval_command.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/charlm_spec.h"
#include "app/exit_code.h"
#include "app/load_tensors.h"
#include "app/make_objective.h"
#include "app/model_card.h"
#include "app/words.h"
#include "data/load.h"
#include "data/text.h"
#include "training/model_file.h"
#include "training/samples.h"

namespace gleaner {
namespace {

Result<Dataset> load_for(const ModelCard& card, const std::string& loss, const EvalOptions& o) {
  if (card.objective == "charlm") {
    const Result<std::vector<std::filesystem::path>> files = text_files(paths_of_text(o.data));
    if (!files) return files.error();
    return load_characters(files.value(), std::max<std::size_t>(card.schema.features, 2) - 1,
                           card.schema.class_names);
  }
  const Result<DataFormat> format = parse_data_format(o.format);
  if (!format) return format.error();
  DataSpec spec;
  spec.format = format.value();
  spec.data = o.data;
  spec.labels = o.labels;
  spec.targets = card.objective == "linear" || loss == "mse";
  spec.schema = card.schema;
  return load_any(spec);
}

// A model, put to use on data.
struct Subject {
  ModelCard card;
  Tallies tallies;
  bool classifies = false;
  /// The mean square of its errors is so many times its loss; 0: its loss is something else.
  double squares = 0;
};

// A trained module, which holds its own code.
Result<Subject> evaluate_module(const EvalOptions& o) {
  Result<SavedModule> saved = read_saved_module(o.model);
  if (!saved) return saved.error();
  const Model named{o.model, {}, {}, saved.value().metadata};
  const Result<ModelCard> card = card_of(named);
  if (!card) return card.error();
  Result<TorchChoice> choice = torch_choice_of(named);
  if (!choice) return choice.error();
  choice.value().module = std::make_shared<const std::string>(std::move(saved.value().bytes));
  const Result<Dataset> data = load_for(card.value(), choice.value().loss, o);
  if (!data) return data.error();
  const Result<TorchKit> torch = TorchKit::make(choice.value(), o.model);
  if (!torch) return torch.error();
  const Result<std::shared_ptr<const TorchModel>> model = torch.value().model_over(data.value());
  if (!model) return model.error();
  std::vector<float> parameters(model.value()->parameters());
  model.value()->initial(0, parameters);
  return Subject{card.value(), model.value()->evaluate(parameters, samples_of(data.value())),
                 model.value()->classifies(), choice.value().loss == "mse" ? 1.0 : 0.0};
}

// The objective of the card over the samples, as one chunk.
Result<std::shared_ptr<const Objective>> objective_of(const std::string& source, const ModelCard& card,
                                                      const Dataset& data) {
  if (is_torch(card.objective)) {
    return bad_input(fmt::format("{} has the parameters of a module, but not its code", source),
                     "give the .pt file that --model-out wrote");
  }
  TrainOptions train;
  train.objective = card.objective;
  train.hidden = card.hidden;
  Result<std::shared_ptr<const Objective>> made = make_objective(train, nullptr, data, 1);
  if (made) return made;
  return bad_input(fmt::format("{}: its metadata say what cannot be: {}", source, made.error().what),
                   "give a model that gleaner train --model-out wrote");
}

void print_report(const EvalOptions& o, const Subject& subject) {
  const ModelCard& card = subject.card;
  const Tallies& t = subject.tallies;
  const double loss = t.loss / t.samples;
  const double accuracy = t.correct / t.samples;
  if (o.json) {
    nlohmann::ordered_json j;
    j["model"] = o.model;
    j["objective"] = card.objective;
    j["samples"] = static_cast<std::uint64_t>(t.samples);
    j["loss"] = loss;
    j["accuracy"] = subject.classifies ? nlohmann::ordered_json(accuracy) : nlohmann::ordered_json();
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
  if (subject.classifies) {
    line("accuracy", fmt::format("{:.4f}  ({:.0f} of {:.0f} right)", accuracy, t.correct, t.samples));
  } else if (subject.squares > 0) {
    line("error", fmt::format("{}  (root mean square)", loss_text(std::sqrt(subject.squares * loss))));
  }
}

}  // namespace

Result<int> eval_command(const EvalOptions& o) {
  if (o.model.empty()) return bad_input("--model is missing", "give the file that --model-out wrote");
  if (o.data.empty()) return bad_input("--data is missing", "give samples with their labels");
  if (is_module_path(o.model)) {
    const Result<Subject> subject = evaluate_module(o);
    if (!subject) return subject.error();
    print_report(o, subject.value());
    return kExitDone;
  }
  if (Status s = check_model_path("--model", o.model); !s) return s.error();
  const Result<Model> model = read_model(o.model);
  if (!model) return model.error();
  const Result<ModelCard> card = card_of(model.value());
  if (!card) return card.error();
  const Result<Dataset> data = load_for(card.value(), "", o);
  if (!data) return data.error();
  const Result<std::shared_ptr<const Objective>> objective =
      objective_of(o.model, card.value(), data.value());
  if (!objective) return objective.error();
  const Result<Tallies> tallies = evaluate_model(*objective.value(), model.value(), samples_of(data.value()));
  if (!tallies) return tallies.error();
  print_report(o, {card.value(), tallies.value(), objective.value()->classifies(), 2});
  return kExitDone;
}

}  // namespace gleaner
