#include "training/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/check.h"
#include "training/atomic_file.h"
#include "training/digest.h"

namespace gleaner {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMetadata = "__metadata__";
constexpr std::string_view kFormat = "gleaner.format";
constexpr std::string_view kDigest = "gleaner.sha256";
constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kHeaderMax = 100'000'000;
constexpr int kDepthMax = 3;  // the header, a tensor, its shape: what is deeper could exhaust the stack

std::string text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string digest_of(const Json& header, std::string_view numbers) {
  const std::string plain = text(header);
  return hex(sha256(std::array<std::string_view, 2>{plain, numbers}));
}

struct Tensor {
  Objective::Part part;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

Error cannot_read(const std::filesystem::path& path, std::string_view why) {
  return bad_input(fmt::format("cannot read {}: {}", path.string(), why),
                   "name a .safetensors file that --model-out wrote");
}

std::optional<std::uint64_t> whole_number(const Json& json) {
  if (!json.is_number_unsigned()) return std::nullopt;
  return json.get<std::uint64_t>();
}

// A tensor of the header, whose numbers are among `bytes` bytes. Errors are predicates.
Result<Tensor> read_tensor(const std::string& name, const Json& json, std::uint64_t bytes) {
  const Error malformed = bad_input("is not described by dtype, shape and data_offsets");
  if (!json.is_object() || !json.contains("dtype") || !json.contains("shape") ||
      !json.contains("data_offsets"))
    return malformed;
  const Json& dtype = json["dtype"];
  if (!dtype.is_string()) return malformed;
  if (dtype != "F32")
    return bad_input(fmt::format("has the type {}, expected F32", dtype.get<std::string>()));
  const Json& offsets = json["data_offsets"];
  if (!json["shape"].is_array() || !offsets.is_array() || offsets.size() != 2) return malformed;
  const auto begin = whole_number(offsets[0]);
  const auto end = whole_number(offsets[1]);
  if (!begin || !end) return malformed;
  if (*begin > *end || *end > bytes) return bad_input("lies outside of the file");
  Tensor tensor{{name, {}}, *begin, *end};
  for (const Json& n : json["shape"]) {
    const auto size = whole_number(n);
    if (!size) return malformed;
    tensor.part.shape.push_back(*size);
  }
  const std::optional<std::size_t> count = count_of_shape(tensor.part.shape);
  if (!count || *count * sizeof(float) != *end - *begin) {
    return bad_input(fmt::format("has {} bytes, which do not fill the shape {}", *end - *begin,
                                 shape_text(tensor.part.shape)));
  }
  return tensor;
}

// The metadata without ours, after comparing the digest. Errors are sentences.
Result<Metadata> take_metadata(Json& header, std::string_view numbers) {
  if (!header.contains(kMetadata)) return Metadata{};
  Json& json = header[std::string(kMetadata)];
  if (!json.is_object()) return bad_input("__metadata__ is not an object");
  Metadata metadata;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) return bad_input(fmt::format("__metadata__: {} is not a string", key));
    metadata.emplace(key, value.get<std::string>());
  }
  const auto digest = metadata.find(std::string(kDigest));
  if (digest == metadata.end() && metadata.contains(std::string(kFormat)))
    return bad_input("it is damaged: its checksum is missing");
  if (digest != metadata.end()) {
    json.erase(std::string(kDigest));
    if (digest_of(header, numbers) != digest->second)
      return bad_input("it is damaged: its checksum is wrong");
    metadata.erase(digest);
  }
  metadata.erase(std::string(kFormat));
  return metadata;
}

Result<std::vector<Tensor>> read_tensors(const Json& header, std::uint64_t bytes) {
  std::vector<Tensor> tensors;
  for (const auto& [name, json] : header.items()) {
    if (name == kMetadata) continue;
    Result<Tensor> tensor = read_tensor(name, json, bytes);
    if (!tensor) return bad_input(fmt::format("tensor {} {}", name, tensor.error().what));
    tensors.push_back(std::move(tensor).value());
  }
  std::ranges::stable_sort(tensors, {}, [](const Tensor& t) { return std::pair(t.begin, t.end); });
  std::uint64_t next = 0;
  for (const Tensor& tensor : tensors) {
    if (tensor.begin != next)
      return bad_input(fmt::format("tensor {} does not follow the one before it", tensor.part.name));
    next = tensor.end;
  }
  if (next != bytes) return bad_input(fmt::format("it has {} bytes of numbers, its tensors {}", bytes, next));
  if (tensors.empty()) return bad_input("it holds no tensor");
  return tensors;
}

}  // namespace

Status save_safetensors(const std::filesystem::path& path, std::span<const Objective::Part> parts,
                        std::span<const float> parameters, const Metadata& metadata) {
  Json header = {{kMetadata, {{kFormat, "1"}}}};
  Json& kept = header[std::string(kMetadata)];
  for (const auto& [key, value] : metadata) kept[key] = value;
  std::uint64_t first = 0;
  for (const Objective::Part& part : parts) {
    GLEANER_CHECK(part.name != kMetadata, "a part with a reserved name");
    const std::uint64_t end = first + size_of(part) * sizeof(float);
    header[part.name] = {{"dtype", "F32"}, {"shape", part.shape}, {"data_offsets", {first, end}}};
    first = end;
  }
  GLEANER_CHECK(first == parameters.size_bytes(), "the shapes add up to the parameters");
  const std::string_view numbers = bytes_of_numbers(parameters);
  header[std::string(kMetadata)][std::string(kDigest)] = digest_of(Json::parse(text(header)), numbers);
  std::string start = text(header);
  start.append((kLengthBytes - start.size() % kLengthBytes) % kLengthBytes, ' ');
  const std::uint64_t length = start.size();
  std::string length_bytes(kLengthBytes, '\0');
  std::memcpy(length_bytes.data(), &length, kLengthBytes);
  return write_atomically(path, std::array<std::string_view, 3>{length_bytes, start, numbers});
}

Result<Model> read_safetensors(const std::filesystem::path& path) {
  const Result<std::string> file = read_whole_file(path);
  if (!file) return file.error();
  std::string_view bytes = file.value();
  std::uint64_t length = 0;
  if (bytes.size() < kLengthBytes) return cannot_read(path, "it is cut short");
  std::memcpy(&length, bytes.data(), kLengthBytes);
  bytes.remove_prefix(kLengthBytes);
  if (length > kHeaderMax || length > bytes.size())
    return cannot_read(path,
                       fmt::format("it is cut short or no .safetensors file: a header of {} bytes", length));
  bool deep = false;
  const auto watch_depth = [&deep](int depth, Json::parse_event_t, Json&) {
    deep = deep || depth > kDepthMax;
    return !deep;
  };
  Json header = Json::parse(bytes.substr(0, length), watch_depth, false);
  if (deep) return cannot_read(path, "its header is nested too deeply");
  if (!header.is_object()) return cannot_read(path, "its header is not a JSON object");
  const std::string_view numbers = bytes.substr(length);

  Result<Metadata> metadata = take_metadata(header, numbers);
  if (!metadata) return cannot_read(path, metadata.error().what);
  const Result<std::vector<Tensor>> tensors = read_tensors(header, numbers.size());
  if (!tensors) return cannot_read(path, tensors.error().what);
  Model model;
  model.source = path.string();
  model.metadata = std::move(metadata).value();
  for (const Tensor& tensor : tensors.value()) model.parts.push_back(tensor.part);
  model.parameters.resize(numbers.size() / sizeof(float));
  if (!numbers.empty()) std::memcpy(model.parameters.data(), numbers.data(), numbers.size());
  return model;
}

}  // namespace gleaner
