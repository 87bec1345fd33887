#include "app/torch_kit.h"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/build_plan.h"
#include "app/charlm_spec.h"
#include "app/choices.h"
#include "training/atomic_file.h"
#include "training/samples.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

// --device auto: a GPU where there is one.
std::string device_of(const TorchLibrary& library, const std::string& asked) {
  if (asked != "auto") return asked;
  return library.check_device("cuda").ok() ? "cuda" : "cpu";
}

TorchChoice choice_of(const TrainOptions& o, const TorchLibrary& library) {
  TorchChoice choice;
  choice.loss = o.objective == "charlm" ? "module" : o.loss;
  choice.input_shape = o.input_shape;
  choice.tokens = o.input == "tokens" || o.objective == "charlm";
  choice.micro_batch = o.micro_batch;
  choice.threads = o.threads;
  choice.device = device_of(library, o.device);
  return choice;
}

}  // namespace

bool is_torch(std::string_view objective) { return objective == "torchscript" || objective == "charlm"; }

Status check_torch_flags(const TrainOptions& o) {
  struct Meaning {
    const char* flag;
    bool has_one;
  };
  const bool module = o.objective == "torchscript";
  const bool charlm = o.objective == "charlm";
  const std::array<Meaning, 10> meanings{{{"--module", module},
                                          {"--loss", module},
                                          {"--input-shape", module},
                                          {"--input", module},
                                          {"--text", charlm},
                                          {"--transformer", charlm},
                                          {"--samples-every", charlm},
                                          {"--micro-batch", module || charlm},
                                          {"--threads", module || charlm},
                                          {"--device", module || charlm}}};
  for (const Meaning& m : meanings) {
    if (m.has_one || !o.plan.gave(m.flag)) continue;
    return bad_input(fmt::format("{} has no meaning for --objective {}", m.flag, o.objective),
                     fmt::format("leave {} away, or give another --objective", m.flag));
  }
  if (const auto r = choose("--loss", o.loss, kLosses); !r) return r.error();
  if (const auto r = choose("--input", o.input, kInputs); !r) return r.error();
  if (const auto r = choose("--device", o.device, kDevices); !r) return r.error();
  if (module && o.module.empty()) {
    return bad_input(
        "--objective torchscript without --module",
        "give a model that torch.jit.script(model).save(FILE) wrote, as examples/export_model.py does");
  }
  if (o.micro_batch == 0) return bad_input("--micro-batch 0 computes nothing", "give at least 1");
  if (o.threads == 0 || o.threads > 1024) {
    return bad_input(fmt::format("--threads {} is no number of threads", o.threads), "give 1 to 1024");
  }
  return {};
}

Result<TorchKit> TorchKit::make(const TrainOptions& o, const Dataset& train) {
  const Result<const TorchLibrary*> library = torch_library();
  if (!library) return library.error();
  TorchChoice choice = choice_of(o, *library.value());
  if (Status s = library.value()->check_device(choice.device); !s) return s.error();
  Result<std::string> module = std::string();
  if (o.objective == "charlm") {
    Result<CharlmShape> shape = parse_charlm(o.transformer);
    if (!shape) return shape.error();
    shape.value().vocabulary = train.classes;
    module = library.value()->charlm(shape.value(), o.plan.seed);
  } else {
    module = read_whole_file(o.module);
  }
  if (!module && o.objective == "torchscript")
    return bad_input(fmt::format("--module: {}", module.error().what), module.error().cure);
  if (!module) return module.error();
  choice.module = std::make_shared<const std::string>(std::move(module).value());
  return TorchKit(*library.value(), std::move(choice), o.objective == "charlm" ? "charlm" : o.module);
}

Result<TorchKit> TorchKit::make(TorchChoice choice, std::string name) {
  const Result<const TorchLibrary*> library = torch_library();
  if (!library) return library.error();
  return TorchKit(*library.value(), std::move(choice), std::move(name));
}

ObjectiveMaker TorchKit::maker() const {
  return [kit = *this](const Dataset& data, std::vector<IndexRange> chunk_rows,
                       const MiniBatch& mini) -> Result<std::shared_ptr<const Objective>> {
    Result<std::shared_ptr<const TorchModel>> made = kit.library_->make(
        kit.choice_, kit.name_, samples_of(data), data.classes, std::move(chunk_rows), mini);
    if (!made) return made.error();
    return std::shared_ptr<const Objective>(std::move(made).value());
  };
}

Result<std::shared_ptr<const TorchModel>> TorchKit::model_over(const Dataset& data) const {
  return library_->make(choice_, name_, samples_of(data), data.classes, {{0, data.rows}}, {});
}

bool is_module_path(const std::string& path) { return path.ends_with(".pt"); }

Result<SavedModule> read_saved_module(const std::string& path) {
  Result<std::string> bytes = read_whole_file(path);
  if (!bytes) return bytes.error();
  const Result<const TorchLibrary*> library = torch_library();
  if (!library) return library.error();
  const Result<ExtraFiles> files = library.value()->extra_files(bytes.value(), path, {kCardFile});
  if (!files) return files.error();
  const auto card = files.value().find(kCardFile);
  SavedModule saved{std::move(bytes).value(), {}};
  if (card != files.value().end()) {
    const nlohmann::json json = nlohmann::json::parse(card->second, nullptr, /*allow_exceptions=*/false);
    if (json.is_object()) {
      for (const auto& [name, value] : json.items())
        if (value.is_string()) saved.metadata[name] = value.get<std::string>();
    }
  }
  if (!saved.metadata.empty()) return saved;
  return bad_input(fmt::format("{}: there is no {} in it", path, kCardFile),
                   "give a model that gleaner train --model-out wrote");
}

Status save_module(const std::string& path, const TorchModel& model, std::span<const float> parameters,
                   const Metadata& metadata) {
  const nlohmann::json card(metadata);
  Result<std::string> bytes = model.exported(
      parameters, {{kCardFile, card.dump(2, ' ', false, nlohmann::json::error_handler_t::replace)}});
  if (!bytes) return bytes.error();
  return write_atomically(path, bytes.value());
}

}  // namespace gleaner
