#include "app/load_tensors.h"

#include <utility>

#include <fmt/format.h>

#include "data/given_arrays.h"
#include "data/open_data.h"
#include "torch/torch_library.h"
#include "training/atomic_file.h"

namespace gleaner {
namespace {

Result<GivenArray> read_array(const TorchLibrary& library, const std::filesystem::path& path) {
  const Result<std::string> bytes = read_whole_file(path);
  if (!bytes) return bytes.error();
  Result<TensorValues> tensor = library.read_tensor(bytes.value(), path.string());
  if (!tensor) return tensor.error();
  return GivenArray{path, std::move(tensor.value().shape), std::move(tensor.value().values)};
}

Result<Dataset> load_tensors(const DataSpec& spec) {
  const Result<const TorchLibrary*> library = torch_library();
  if (!library) return library.error();
  if (spec.labels.empty())
    return bad_input(fmt::format("{} has samples without labels", spec.data.string()),
                     "name their labels file with --labels (--test-labels for a test set)");
  Result<GivenArray> features = read_array(*library.value(), spec.data);
  if (!features) return features.error();
  const Result<GivenArray> labels = read_array(*library.value(), spec.labels);
  if (!labels) return labels.error();
  return dataset_of(std::move(features).value(), labels.value(), spec);
}

}  // namespace

Result<Dataset> load_any(const DataSpec& spec) {
  const Result<DataFormat> format = format_of(spec);
  if (!format) return format.error();
  return format.value() == DataFormat::tensor ? load_tensors(spec) : load_dataset(spec);
}

}  // namespace gleaner
