#include "training/npz.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/check.h"
#include "training/atomic_file.h"
#include "training/digest.h"
#include "training/npy.h"

namespace gleaner {
namespace {

constexpr std::string_view kMetadata = "metadata.json";
constexpr zip_int64_t kEntriesMax = 10'000;

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_source_t* source) const { zip_source_free(source); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, Discard>;
using Source = std::unique_ptr<zip_source_t, Discard>;
using Entry = std::unique_ptr<zip_file_t, Discard>;

struct NamedBytes {
  std::string name;
  std::string bytes;
};

Error cannot(std::string_view verb, const std::filesystem::path& path, std::string_view why) {
  return bad_input(fmt::format("cannot {} {}: {}", verb, path.string(), why),
                   "name an .npz file that --model-out or numpy.savez wrote");
}

// Adds one entry; the bytes must live until the archive is closed. 1980-01-01 is the zip format's first day.
bool add_entry(zip_t* archive, const NamedBytes& item) {
  Source source(zip_source_buffer(archive, item.bytes.data(), item.bytes.size(), 0));
  if (!source) return false;
  const zip_int64_t index = zip_file_add(archive, item.name.c_str(), source.get(), ZIP_FL_ENC_UTF_8);
  if (index < 0) return false;
  (void)source.release();  // now the archive's
  constexpr zip_uint16_t kMidnight = 0;
  constexpr zip_uint16_t kFirstDay = (1 << 5) | 1;
  const auto entry = static_cast<zip_uint64_t>(index);
  return zip_set_file_compression(archive, entry, ZIP_CM_STORE, 0) == 0 &&
         zip_file_set_dostime(archive, entry, kMidnight, kFirstDay, 0) == 0;
}

// The archive is made in memory, so that the file can be put in place in one step.
bool pack(const std::vector<NamedBytes>& items, std::string& out) {
  Source target(zip_source_buffer_create(nullptr, 0, 0, nullptr));
  if (!target) return false;
  Archive archive(zip_open_from_source(target.get(), ZIP_TRUNCATE, nullptr));
  if (!archive) return false;
  zip_source_keep(target.get());  // one reference is the archive's, one is ours
  for (const NamedBytes& item : items) {
    if (!add_entry(archive.get(), item)) return false;
  }
  if (zip_close(archive.get()) != 0) return false;
  (void)archive.release();

  zip_stat_t stat;
  if (zip_source_stat(target.get(), &stat) != 0 || zip_source_open(target.get()) != 0) return false;
  out.resize(stat.size);
  const zip_int64_t got = zip_source_read(target.get(), out.data(), out.size());
  zip_source_close(target.get());
  return got == static_cast<zip_int64_t>(out.size());
}

// Reads by steps: the size that the archive tells is not to be believed.
Result<std::string> read_entry(zip_t* archive, zip_uint64_t index) {
  const auto broken = [](std::string_view why) { return bad_input(fmt::format("is damaged: {}", why)); };
  const Entry entry(zip_fopen_index(archive, index, 0));
  if (!entry) return broken(zip_strerror(archive));
  std::string bytes;
  constexpr std::size_t kStep = std::size_t{1} << 20U;
  for (zip_int64_t got = 1; got > 0;) {
    const std::size_t before = bytes.size();
    bytes.resize(before + std::max(kStep, before / 2));
    got = zip_fread(entry.get(), bytes.data() + before, bytes.size() - before);
    bytes.resize(before + static_cast<std::size_t>(std::max<zip_int64_t>(got, 0)));
    if (got < 0) return broken(zip_file_strerror(entry.get()));  // a wrong checksum among others
  }
  return bytes;
}

std::optional<Metadata> metadata_of(std::string_view text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  Metadata metadata;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) return std::nullopt;
    metadata.emplace(key, value.get<std::string>());
  }
  return metadata;
}

Status add_array(std::string name, const std::string& bytes, Model& model) {
  name.resize(name.size() - std::string_view(".npy").size());
  const auto same_name = [&name](const Objective::Part& part) { return part.name == name; };
  if (std::ranges::any_of(model.parts, same_name)) return bad_input("is there twice");
  const Result<NpyArray> array = parse_npy(bytes);
  if (!array) return array.error();
  model.parts.push_back({std::move(name), array.value().shape});
  const std::size_t first = model.parameters.size();
  const std::string_view numbers = array.value().numbers;
  model.parameters.resize(first + numbers.size() / sizeof(float));
  if (!numbers.empty()) std::memcpy(model.parameters.data() + first, numbers.data(), numbers.size());
  return {};
}

Status take_entry(const std::string& name, const std::string& bytes, Model& model) {
  if (name.ends_with(".npy")) return add_array(name, bytes, model);
  if (name != kMetadata) return bad_input("is no array");
  std::optional<Metadata> metadata = metadata_of(bytes);
  if (!metadata) return bad_input("is not an object of strings");
  model.metadata = std::move(*metadata);
  return {};
}

}  // namespace

Status save_npz(const std::filesystem::path& path, std::span<const Objective::Part> parts,
                std::span<const float> parameters, const Metadata& metadata) {
  std::vector<NamedBytes> items;
  std::size_t first = 0;
  for (const Objective::Part& part : parts) {
    GLEANER_CHECK(size_of(part) <= parameters.size() - first, "parts longer than the parameters");
    const std::span<const float> numbers = parameters.subspan(first, size_of(part));
    items.push_back({part.name + ".npy", npy_header(part.shape)});
    items.back().bytes += bytes_of_numbers(numbers);
    first += size_of(part);
  }
  GLEANER_CHECK(first == parameters.size(), "parts shorter than the parameters");
  if (!metadata.empty()) {
    const nlohmann::json json(metadata);
    items.push_back(
        {std::string(kMetadata), json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace)});
  }
  std::string archive;
  if (!pack(items, archive))
    return run_failed(fmt::format("cannot write {}: the zip library failed", path.string()));
  return write_atomically(path, archive);
}

Result<Model> read_npz(const std::filesystem::path& path) {
  int code = 0;
  const Archive archive(zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code));
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string why = zip_error_strerror(&error);
    zip_error_fini(&error);
    return cannot("read", path, why);
  }
  const zip_int64_t entries = zip_get_num_entries(archive.get(), 0);
  if (entries > kEntriesMax) return cannot("read", path, fmt::format("it has {} entries", entries));
  Model model;
  model.source = path.string();
  for (zip_uint64_t k = 0; k < static_cast<zip_uint64_t>(std::max<zip_int64_t>(entries, 0)); ++k) {
    const char* name = zip_get_name(archive.get(), k, ZIP_FL_ENC_GUESS);
    const std::string entry = name == nullptr ? fmt::format("entry {}", k) : std::string(name);
    const Result<std::string> bytes = read_entry(archive.get(), k);
    const Status taken = bytes ? take_entry(entry, bytes.value(), model) : Status(bytes.error());
    if (!taken) return cannot("read", path, fmt::format("{} {}", entry, taken.error().what));
  }
  if (model.parts.empty()) return cannot("read", path, "it holds no array");
  return model;
}

}  // namespace gleaner
