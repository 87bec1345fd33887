// What a run needs of LibTorch: its module, and what becomes of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/options.h"
#include "base/result.h"
#include "data/dataset.h"
#include "torch/torch_library.h"
#include "training/build_objective.h"
#include "training/model.h"

namespace gleaner {

/// Whether the objective of this name is a module of LibTorch.
[[nodiscard]] bool is_torch(std::string_view objective);

/// Errors: a flag for modules where there is none (names it); torchscript without --module; no such device.
[[nodiscard]] Status check_torch_flags(const TrainOptions& options);

/// The module that the flags name, and the settings that go with it. Immutable; thread safe.
class TorchKit {
 public:
  /// Reads --module, or makes the transformer for the characters of `train`. Errors name the flag; no
  /// LibTorch.
  [[nodiscard]] static Result<TorchKit> make(const TrainOptions& options, const Dataset& train);
  /// With the choice that a server has made.
  [[nodiscard]] static Result<TorchKit> make(TorchChoice choice, std::string name);

  [[nodiscard]] const TorchChoice& choice() const { return choice_; }
  /// How errors call the module.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] ObjectiveMaker maker() const;
  /// The module over some samples as one chunk.
  [[nodiscard]] Result<std::shared_ptr<const TorchModel>> model_over(const Dataset& data) const;

 private:
  TorchKit(const TorchLibrary& library, TorchChoice choice, std::string name)
      : library_(&library), choice_(std::move(choice)), name_(std::move(name)) {}

  const TorchLibrary* library_;
  TorchChoice choice_;
  std::string name_;
};

/// Whether a path names a TorchScript file (.pt).
[[nodiscard]] bool is_module_path(const std::string& path);

/// The file of a TorchScript module that holds what Gleaner knows of it.
inline constexpr const char* kCardFile = "gleaner.json";

/// Writes the trained module to `path`, with `metadata` in kCardFile. Errors name --model-out.
/// What save_module() wrote: bytes, and the metadata. Errors name the file: no such file, no such card in it.
struct SavedModule {
  std::string bytes;
  Metadata metadata;
};
[[nodiscard]] Result<SavedModule> read_saved_module(const std::string& path);

[[nodiscard]] Status save_module(const std::string& path, const TorchModel& model,
                                 std::span<const float> parameters, const Metadata& metadata);

}  // namespace gleaner
