// LibTorch, loaded when it is first asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "torch/torch_model.h"

namespace gleaner {

/// A character-level transformer (docs/models.md).
struct CharlmShape {
  std::size_t vocabulary = 0;  ///< different characters, >= 2
  std::size_t context = 64;    ///< characters that it sees
  std::size_t layers = 2;
  std::size_t heads = 4;
  std::size_t width = 64;  ///< a multiple of heads
};

/// A tensor that torch.save() wrote.
struct TensorValues {
  std::vector<std::size_t> shape;
  std::vector<float> values;  ///< row-major
};

/// LibTorch behind one door: nothing but src/torch/plugin sees its headers, and the program runs without it
/// until it is asked for. Thread safe.
class TorchLibrary {
 public:
  virtual ~TorchLibrary() = default;

  /// "LibTorch 1.13.1".
  [[nodiscard]] virtual std::string version() const = 0;
  /// Whether `cuda` can be computed on; the error says why not.
  [[nodiscard]] virtual Status check_device(std::string_view device) const = 0;

  /// A module over the chunks `chunk_rows` of `samples`, which must outlive it. `classes` is 0 for targets.
  /// Tries the module out on some samples. Errors name `name`, what of the module is not as it must be, and
  /// the cure: no TorchScript; parameters that are no float32; an input that it does not take; a loss that it
  /// does not give; what cannot be deterministic, with the reason.
  [[nodiscard]] virtual Result<std::shared_ptr<const TorchModel>> make(
      const TorchChoice& choice, const std::string& name, const Samples& samples, std::size_t classes,
      std::vector<IndexRange> chunk_rows, const MiniBatch& mini) const = 0;

  /// Extra files of a TorchScript file: those of these names that it has. Errors: no TorchScript.
  [[nodiscard]] virtual Result<ExtraFiles> extra_files(const std::string& module, const std::string& name,
                                                       std::vector<std::string> wanted) const = 0;
  /// A TorchScript file with a transformer of this shape, its start drawn from `seed`; for loss "module".
  /// Samples are context + 1 tokens; each of them but the first is to be foretold from those before it.
  [[nodiscard]] virtual Result<std::string> charlm(const CharlmShape& shape, std::uint64_t seed) const = 0;
  /// The tensor in a file of torch.save(). Errors name `name` and what it holds instead.
  [[nodiscard]] virtual Result<TensorValues> read_tensor(const std::string& bytes,
                                                         const std::string& name) const = 0;
};

/// Loads libgleaner_torch.so, which lies beside the program or in ../lib/gleaner, once. Errors: it is not
/// there, or LibTorch is not; with the cure.
[[nodiscard]] Result<const TorchLibrary*> torch_library();

}  // namespace gleaner
