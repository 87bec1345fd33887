#include "data/idx.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "data/bytes.h"

namespace gleaner {
namespace {

struct IdxArray {
  std::vector<std::size_t> sizes;
  std::string bytes;       // the whole file
  std::size_t offset = 0;  // of the first element

  [[nodiscard]] std::string_view elements() const { return std::string_view(bytes).substr(offset); }
};

Error malformed(const std::filesystem::path& path, std::size_t offset, std::string_view problem) {
  return bad_input(fmt::format("{}: at byte {}: {}", path.string(), offset, problem),
                   "give an unbroken IDX file of unsigned bytes, plain or gzip");
}

std::uint8_t byte_at(const std::string& bytes, std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); }

// The product of the sizes, or more than `most` without overflowing.
std::size_t product_up_to(const std::vector<std::size_t>& sizes, std::size_t most) {
  if (std::find(sizes.begin(), sizes.end(), std::size_t{0}) != sizes.end()) return 0;
  std::size_t product = 1;
  for (const std::size_t size : sizes) {
    if (size > most / product) return most + 1;
    product *= size;
  }
  return product;
}

Result<IdxArray> read_array(const std::filesystem::path& path, std::size_t dims_min, std::size_t dims_max) {
  Result<std::string> read = read_bytes(path);
  if (!read) return read.error();
  IdxArray array;
  array.bytes = std::move(read).value();
  const std::string& bytes = array.bytes;

  if (bytes.size() < 4) return malformed(path, bytes.size(), "the file ends within its first 4 bytes");
  const std::size_t dims = byte_at(bytes, 3);
  if (byte_at(bytes, 0) != 0 || byte_at(bytes, 1) != 0 || byte_at(bytes, 2) != 8 || dims < dims_min ||
      dims > dims_max)
    return malformed(path, 0,
                     fmt::format("found {:02x} {:02x} {:02x} {:02x}, expected 00 00 08 {:02x}{} for {}",
                                 byte_at(bytes, 0), byte_at(bytes, 1), byte_at(bytes, 2), dims, dims_min,
                                 dims_max > dims_min ? fmt::format("..{:02x}", dims_max) : "",
                                 dims_max > dims_min ? "images" : "labels"));
  array.offset = 4 + 4 * dims;
  if (bytes.size() < array.offset) return malformed(path, bytes.size(), "the file ends within its header");
  for (std::size_t d = 0; d < dims; ++d) {
    std::size_t size = 0;
    for (std::size_t b = 0; b < 4; ++b) size = size * 256 + byte_at(bytes, 4 + 4 * d + b);
    array.sizes.push_back(size);
  }
  const std::size_t have = bytes.size() - array.offset;
  const std::size_t claimed = product_up_to(array.sizes, have);
  if (claimed != have)
    return malformed(path, bytes.size(),
                     fmt::format("found {} bytes of data, but the header promises {}", have,
                                 claimed > have ? std::string("more") : std::to_string(claimed)));
  return array;
}

}  // namespace

Result<Dataset> read_idx(const std::filesystem::path& images_path, const std::filesystem::path& labels_path) {
  Result<IdxArray> images = read_array(images_path, 2, 4);
  if (!images) return images.error();
  Result<IdxArray> labels = read_array(labels_path, 1, 1);
  if (!labels) return labels.error();
  const std::vector<std::size_t>& sizes = images.value().sizes;
  const std::size_t count = labels.value().sizes[0];
  if (sizes[0] != count)
    return bad_input(fmt::format("{} has {} images, but {} has {} labels", images_path.string(), sizes[0],
                                 labels_path.string(), count),
                     "give the images and the labels of the same set");

  const std::string_view pixels = images.value().elements();
  if (pixels.empty())
    return bad_input(fmt::format("{} has no images", images_path.string()), "give a file with images");
  Dataset data;
  data.name = images_path.filename().string();
  data.rows = count;
  data.features = pixels.size() / count;
  data.dense.resize(pixels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i)
    data.dense[i] = static_cast<float>(static_cast<std::uint8_t>(pixels[i])) / 255.0F;
  data.classes = 2;
  for (const char c : labels.value().elements()) {
    const auto label = static_cast<std::uint8_t>(c);
    data.labels.push_back(label);
    data.classes = std::max<std::size_t>(data.classes, label + std::size_t{1});
  }
  return data;
}

}  // namespace gleaner
