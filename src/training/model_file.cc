#include "training/model_file.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <memory>
#include <numeric>
#include <string>

#include "base/check.h"
#include "training/atomic_file.h"

namespace gleaner {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie in memory");

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_source_t* source) const { zip_source_free(source); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, Discard>;
using Source = std::unique_ptr<zip_source_t, Discard>;
using Entry = std::unique_ptr<zip_file_t, Discard>;

std::size_t size_of(const Objective::Part& part) {
  return std::accumulate(part.shape.begin(), part.shape.end(), std::size_t{1}, std::multiplies<>());
}

// numpy's format 1.0: magic, version, length of the header, a Python dictionary padded with blanks to a
// multiple of 64 bytes, then the numbers.
std::string npy_header(const Objective::Part& part) {
  std::string shape;
  for (const std::size_t n : part.shape) shape += fmt::format("{}, ", n);
  if (part.shape.size() > 1) shape.resize(shape.size() - 2);
  if (part.shape.size() == 1) shape.resize(shape.size() - 1);
  std::string text = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", shape);
  constexpr std::size_t kBefore = 10;
  text.append((64 - (kBefore + text.size() + 1) % 64) % 64, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 0xFF);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

std::string npy_bytes(const Objective::Part& part, std::span<const float> numbers) {
  std::string bytes = npy_header(part);
  const std::size_t start = bytes.size();
  bytes.resize(start + numbers.size_bytes());
  if (!numbers.empty()) std::memcpy(bytes.data() + start, numbers.data(), numbers.size_bytes());
  return bytes;
}

Error cannot(std::string_view verb, const std::filesystem::path& path, std::string_view why) {
  return bad_input(fmt::format("cannot {} {}: {}", verb, path.string(), why),
                   "name an .npz file written by --model-out");
}

// Adds one array; the bytes must live until the archive is closed. 1980-01-01 is the zip format's first day.
bool add_array(zip_t* archive, const std::string& name, const std::string& bytes) {
  Source source(zip_source_buffer(archive, bytes.data(), bytes.size(), 0));
  if (!source) return false;
  const zip_int64_t index = zip_file_add(archive, name.c_str(), source.get(), ZIP_FL_ENC_UTF_8);
  if (index < 0) return false;
  (void)source.release();  // now the archive's
  constexpr zip_uint16_t kMidnight = 0;
  constexpr zip_uint16_t kFirstDay = (1 << 5) | 1;
  const auto entry = static_cast<zip_uint64_t>(index);
  return zip_set_file_compression(archive, entry, ZIP_CM_STORE, 0) == 0 &&
         zip_file_set_dostime(archive, entry, kMidnight, kFirstDay, 0) == 0;
}

// The archive is made in memory, so that the file can be put in place in one step.
bool pack(std::span<const Objective::Part> parts, const std::vector<std::string>& arrays, std::string& out) {
  Source target(zip_source_buffer_create(nullptr, 0, 0, nullptr));
  if (!target) return false;
  Archive archive(zip_open_from_source(target.get(), ZIP_TRUNCATE, nullptr));
  if (!archive) return false;
  zip_source_keep(target.get());  // one reference is the archive's, one is ours
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!add_array(archive.get(), parts[i].name + ".npy", arrays[i])) return false;
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

// Compares the entry with the header that we would write; other spellings of it by numpy differ in
// blanks only.
bool same_but_blanks(std::string a, std::string b) {
  std::erase(a, ' ');
  std::erase(b, ' ');
  return a.substr(10) == b.substr(10);
}

Status read_array(zip_t* archive, const std::filesystem::path& path, const Objective::Part& part,
                  std::span<float> out) {
  const std::string name = part.name + ".npy";
  const std::string header = npy_header(part);
  const Entry entry(zip_fopen(archive, name.c_str(), 0));
  if (!entry) return cannot("read", path, "it has no array " + name);
  std::string start(header.size(), '\0');
  const zip_int64_t got = zip_fread(entry.get(), start.data(), start.size());
  if (got != static_cast<zip_int64_t>(start.size()) || !same_but_blanks(start, header))
    return cannot("read", path, fmt::format("{} is not of the type and shape {}", name, header.substr(10)));
  const auto bytes = static_cast<zip_int64_t>(out.size_bytes());
  if (zip_fread(entry.get(), out.data(), out.size_bytes()) != bytes)
    return cannot("read", path, name + " ends too early");
  char beyond = 0;  // asking for more makes the library compare the checksum
  if (zip_fread(entry.get(), &beyond, 1) != 0)
    return cannot("read", path, name + " is damaged or longer than its shape says");
  return {};
}

}  // namespace

Status save_npz(const std::filesystem::path& path, std::span<const Objective::Part> parts,
                std::span<const float> parameters) {
  std::vector<std::string> arrays;
  std::size_t first = 0;
  for (const Objective::Part& part : parts) {
    GLEANER_CHECK(size_of(part) <= parameters.size() - first, "parts longer than the parameters");
    arrays.push_back(npy_bytes(part, parameters.subspan(first, size_of(part))));
    first += size_of(part);
  }
  GLEANER_CHECK(first == parameters.size(), "parts shorter than the parameters");
  std::string archive;
  if (!pack(parts, arrays, archive)) return cannot("write", path, "the zip library failed");
  return write_atomically(path, archive);
}

Result<std::vector<float>> load_npz(const std::filesystem::path& path,
                                    std::span<const Objective::Part> parts) {
  int code = 0;
  const Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string why = zip_error_strerror(&error);
    zip_error_fini(&error);
    return cannot("read", path, why);
  }
  std::vector<float> parameters;
  for (const Objective::Part& part : parts) {
    const std::size_t first = parameters.size();
    parameters.resize(first + size_of(part));
    if (Status read = read_array(archive.get(), path, part, std::span(parameters).subspan(first)); !read)
      return read.error();
  }
  return parameters;
}

}  // namespace gleaner
