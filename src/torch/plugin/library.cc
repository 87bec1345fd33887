// Behind the door: what LibTorch is asked for.
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <torch/script.h>
#include <torch/version.h>

#include "base/process_memory.h"
#include "torch/plugin/charlm.h"
#include "torch/plugin/entry.h"
#include "torch/plugin/module_objective.h"
#include "torch/plugin/threads.h"

namespace gleaner {
namespace {

/// "1x28x28". Errors name the flag.
Result<std::vector<std::int64_t>> parse_shape(const std::string& text) {
  std::vector<std::int64_t> shape;
  std::int64_t n = 0;
  bool digits = false;
  for (const char c : text + "x") {
    if (std::isdigit(static_cast<unsigned char>(c)) != 0 && n < (std::int64_t{1} << 40)) {
      n = 10 * n + (c - '0');
      digits = true;
    } else if (c == 'x' && digits && n > 0) {
      shape.push_back(std::exchange(n, 0));
      digits = false;
    } else {
      return bad_input(fmt::format("--input-shape {} is no shape", text),
                       "give sizes from 1 on, like 1x28x28");
    }
  }
  return shape;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t n : shape) text += fmt::format("{}{}", text.empty() ? "" : "x", n);
  return text;
}

/// By the flag, by the module, or all features in a row.
Result<std::vector<std::int64_t>> input_shape_of(const TorchChoice& choice, const torch::jit::Module& module,
                                                 const std::string& name, std::size_t features) {
  std::vector<std::int64_t> shape{static_cast<std::int64_t>(features)};
  std::string said_by = "--input-shape";
  if (!choice.input_shape.empty()) {
    Result<std::vector<std::int64_t>> parsed = parse_shape(choice.input_shape);
    if (!parsed) return parsed.error();
    shape = std::move(parsed).value();
  } else if (module.hasattr("input_shape") && module.attr("input_shape").isIntList()) {
    shape = module.attr("input_shape").toIntVector();
    said_by = fmt::format("--module {}: its attribute input_shape", name);
  }
  std::int64_t numbers = 1;
  for (const std::int64_t n : shape)
    numbers = n > 0 && numbers <= (std::int64_t{1} << 40) / n ? numbers * n : -1;
  if (numbers == static_cast<std::int64_t>(features)) return shape;
  return bad_input(
      fmt::format("{} {} does not fit samples of {} features", said_by, shape_text(shape), features),
      "give a shape whose product is that number with --input-shape");
}

/// Tokens are whole numbers. Errors name the sample, from 1.
Status check_tokens(const Samples& samples) {
  const std::span<const float> numbers = samples.is_sparse() ? samples.values : samples.dense;
  const auto broken =
      std::find_if(numbers.begin(), numbers.end(), [](float x) { return x != std::trunc(x); });
  if (broken == numbers.end()) return {};
  const auto at = static_cast<std::uint64_t>(broken - numbers.begin());
  const std::uint64_t row =
      samples.is_sparse()
          ? static_cast<std::uint64_t>(std::upper_bound(samples.offsets.begin(), samples.offsets.end(), at) -
                                       samples.offsets.begin())
          : at / samples.features + 1;
  return bad_input(fmt::format("sample {} has {}, but the module takes tokens: whole numbers", row, *broken),
                   "give samples of whole numbers, or a module without input_tokens and --input float");
}

Result<Loss> parse_loss(const std::string& loss) {
  if (loss == "cross_entropy") return Loss::cross_entropy;
  if (loss == "mse") return Loss::mse;
  if (loss == "module") return Loss::own;
  return bad_input(fmt::format("--loss {} is none", loss), "name cross_entropy, mse or module");
}

class Library final : public TorchLibrary {
 public:
  /// `before`: memory in use before LibTorch was loaded.
  explicit Library(std::uint64_t before) {
    settle_library();
    const std::uint64_t now = resident_bytes();
    bytes_ = now > before ? now - before : 0;
  }

  std::string version() const override { return fmt::format("LibTorch {}", TORCH_VERSION); }

  Status check_device(std::string_view device) const override {
    if (device == "cpu") return {};
    if (device != "cuda")
      return bad_input(fmt::format("--device {} is none", device), "name cpu, cuda or auto");
    if (at::hasCUDA()) return {};
    return bad_input(fmt::format("--device cuda: {} sees no GPU", version()),
                     "use --device cpu, or a LibTorch built for CUDA on a machine that has a GPU");
  }

  Result<std::shared_ptr<const TorchModel>> make(const TorchChoice& choice, const std::string& name,
                                                 const Samples& samples, std::size_t classes,
                                                 std::vector<IndexRange> chunk_rows,
                                                 const MiniBatch& mini) const override {
    if (Status s = check_samples(samples, classes); !s) return s.error();
    const Result<Loss> loss = parse_loss(choice.loss);
    if (!loss) return loss.error();
    if (Status s = check_device(choice.device); !s) return s.error();
    Result<torch::jit::Module> module = read_module(*choice.module, name);
    if (!module) return module.error();
    Prototype prototype;
    prototype.module = std::move(module).value();
    prototype.name = name;
    prototype.loss = loss.value();
    prototype.classes = classes;
    prototype.device = c10::Device(choice.device == "cuda" ? at::kCUDA : at::kCPU);
    if (Status s = check_module(prototype.module, name, prototype.loss == Loss::own ? 2 : 1); !s)
      return s.error();
    Result<std::vector<std::int64_t>> shape =
        input_shape_of(choice, prototype.module, name, samples.features);
    if (!shape) return shape.error();
    prototype.input_shape = std::move(shape).value();
    prototype.tokens = choice.tokens || (prototype.module.hasattr("input_tokens") &&
                                         prototype.module.attr("input_tokens").isBool() &&
                                         prototype.module.attr("input_tokens").toBool());
    if (prototype.tokens)
      if (Status s = check_tokens(samples); !s) return s.error();
    prototype.draws = draws(prototype.module);
    const ModuleObjective::Setting setting{arithmetic_of(choice.threads, choice.device), choice.micro_batch,
                                           choice.threads, mini.seed};
    ::malloc_trim(0);  // else it would be tried out in what others have left
    const std::uint64_t before = resident_bytes(), peak_before = peak_resident_bytes();
    if (Status s = ModuleObjective::try_out(prototype, setting, samples); !s) return s.error();
    // On its way it may have had more than it has kept; that shows where it was the most so far.
    const std::uint64_t peak = peak_resident_bytes();
    const std::uint64_t after = std::max(resident_bytes(), peak > peak_before ? peak : 0);
    // Threads that compute take memory of their own; what this one has used is not for them to use again.
    ::malloc_trim(0);
    auto made = std::make_shared<ModuleObjective>(std::move(prototype), setting, samples,
                                                  std::move(chunk_rows), mini);
    made->takes(bytes_ + most_taken(after > before ? after - before : 0));
    return std::shared_ptr<const TorchModel>(std::move(made));
  }

  Result<ExtraFiles> extra_files(const std::string& module, const std::string& name,
                                 std::vector<std::string> wanted) const override {
    ExtraFiles files;
    for (std::string& file : wanted) files[std::move(file)] = "";
    const Result<torch::jit::Module> read = read_module(module, name, &files);
    if (!read) return read.error();
    std::erase_if(files, [](const auto& file) { return file.second.empty(); });
    return files;
  }

  Result<std::string> charlm(const CharlmShape& shape, std::uint64_t seed) const override {
    return charlm_module(shape, seed);
  }

  Result<TensorValues> read_tensor(const std::string& bytes, const std::string& name) const override {
    const std::string cure = "save one tensor with torch.save(tensor, FILE)";
    try {
      const c10::IValue value = torch::jit::pickle_load({bytes.begin(), bytes.end()});
      if (!value.isTensor())
        return bad_input(fmt::format("{}: it holds {}, no tensor", name, value.tagKind()), cure);
      const at::Tensor tensor = value.toTensor().detach();
      if (tensor.is_complex() || tensor.is_quantized() || tensor.layout() != at::kStrided ||
          tensor.dim() == 0)
        return bad_input(fmt::format("{}: a tensor of type {} and {} dimensions", name,
                                     c10::toString(tensor.scalar_type()), tensor.dim()),
                         "save plain numbers with at least one dimension");
      const at::Tensor numbers = tensor.to(at::kFloat).contiguous();
      TensorValues values;
      values.shape.assign(tensor.sizes().begin(), tensor.sizes().end());
      values.values.assign(numbers.data_ptr<float>(), numbers.data_ptr<float>() + numbers.numel());
      return values;
    } catch (const std::exception& e) {
      return bad_input(fmt::format("{}: no tensor of torch.save(): {}", name, words_of(e)), cure);
    }
  }

 private:
  // A module that is made again takes what the one before it has left.
  std::uint64_t most_taken(std::uint64_t bytes) const {
    std::uint64_t most = most_.load();
    while (bytes > most && !most_.compare_exchange_weak(most, bytes)) {
    }
    return std::max(bytes, most);
  }

  std::uint64_t bytes_ = 0;  // that LibTorch takes by itself
  mutable std::atomic<std::uint64_t> most_{0};
};

}  // namespace
}  // namespace gleaner

extern "C" __attribute__((visibility("default"))) const gleaner::TorchLibrary* gleaner_torch_plugin(
    const char* stamp, std::uint64_t resident_before) {
  static const gleaner::Library library(resident_before);
  return std::string_view(stamp) == GLEANER_TORCH_STAMP ? &library : nullptr;
}
