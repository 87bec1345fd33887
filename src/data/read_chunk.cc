#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "base/byte_stream.h"
#include "data/chunk_bytes.h"

namespace gleaner {
namespace {

constexpr std::string_view kCure = "the bytes are damaged, or of another data set";

struct Header {
  std::uint32_t version = 0;
  bool sparse = false;
  bool regression = false;
  std::uint64_t rows = 0;
  std::uint64_t features = 0;
  std::uint64_t classes = 0;
  std::uint64_t entries = 0;
};

/// Takes numbers off the front of the bytes.
class Reader {
 public:
  Reader(std::string_view bytes, std::string_view name) : rest_(bytes), name_(name) {}

  [[nodiscard]] Error wrong(std::string_view what) const {
    return bad_input(fmt::format("{}: {}", name_, what), std::string(kCure));
  }
  [[nodiscard]] Result<Header> header();
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

  /// REQUIRES: `count` numbers are left.
  template <class T>
  std::vector<T> numbers(std::size_t count) {
    std::vector<T> items(count);
    if (count > 0) std::memcpy(items.data(), rest_.data(), count * sizeof(T));
    rest_.remove_prefix(count * sizeof(T));
    return items;
  }

 private:
  std::string_view rest_;
  std::string_view name_;
};

constexpr std::size_t kHeaderBytes = 48;

Result<Header> Reader::header() {
  if (rest_.size() < kHeaderBytes)
    return wrong(fmt::format("{} bytes are too few for a chunk", rest_.size()));
  if (!rest_.starts_with("GLNCHUNK")) return wrong("it does not begin with GLNCHUNK");
  ByteReader in(rest_.substr(8, kHeaderBytes - 8));
  Header h;
  h.version = in.number<std::uint32_t>();
  if (h.version != kChunkVersion)
    return wrong(fmt::format("is of version {}, expected {}", h.version, kChunkVersion));
  h.sparse = in.flag();
  h.regression = in.flag();
  const bool reserved = in.number<std::uint16_t>() == 0;
  if (!in.ok() || !reserved) return wrong("its header has flags that nobody knows");
  h.rows = in.number<std::uint64_t>();
  h.features = in.number<std::uint64_t>();
  h.classes = in.number<std::uint64_t>();
  h.entries = in.number<std::uint64_t>();
  rest_.remove_prefix(kHeaderBytes);
  return h;
}

// Whether `left` bytes are just what the header speaks of. Nothing is multiplied that could overflow.
bool fits(const Header& h, std::uint64_t left) {
  constexpr std::uint64_t kWord = sizeof(float);
  if (left % kWord != 0 || left / kWord < h.rows) return false;
  const std::uint64_t words = left / kWord - h.rows;
  if (!h.sparse) {
    if (h.rows == 0 || h.features == 0) return words == 0;
    return h.entries == 0 && words % h.rows == 0 && words / h.rows == h.features;
  }
  const std::uint64_t offsets = 2 * (h.rows + 1);  // rows <= 2^62
  return words >= offsets && (words - offsets) % 2 == 0 && (words - offsets) / 2 == h.entries;
}

Status check_shape(const Reader& in, const Header& h, const ChunkShape& shape) {
  const auto differs = [&](std::string_view what, std::uint64_t has, std::uint64_t expected) {
    return in.wrong(fmt::format("has {} {}, expected {}", has, what, expected));
  };
  if (h.rows != shape.rows) return differs("rows", h.rows, shape.rows);
  if (h.features != shape.features) return differs("features", h.features, shape.features);
  if (h.classes != shape.classes) return differs("classes", h.classes, shape.classes);
  if (h.regression != (h.classes == 0)) return in.wrong("its header speaks of classes and of targets");
  if (!h.sparse && h.entries != 0) return in.wrong("its header speaks of entries of dense rows");
  if (!fits(h, in.left()))
    return in.wrong(fmt::format("{} bytes after the header are not what {} {} rows take", in.left(), h.rows,
                                h.sparse ? "sparse" : "dense"));
  return {};
}

Status check_labels(const Reader& in, const Header& h, std::span<const float> labels) {
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const float y = labels[row];
    if (h.regression && !std::isfinite(y))
      return in.wrong(fmt::format("row {} has the target {}, expected a finite number", row, y));
    if (!h.regression && !(y >= 0 && y < static_cast<float>(h.classes) && std::floor(y) == y))
      return in.wrong(
          fmt::format("row {} has the label {}, expected a whole number below {}", row, y, h.classes));
  }
  return {};
}

Status check_numbers(const Reader& in, std::span<const float> numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!std::isfinite(numbers[i]))
      return in.wrong(fmt::format("feature value {} is {}, expected a finite number", i, numbers[i]));
  }
  return {};
}

Status check_columns(const Reader& in, const Dataset& d) {
  if (d.offsets.front() != 0 || d.offsets.back() != d.columns.size())
    return in.wrong(fmt::format("its row offsets do not go from 0 to {}", d.columns.size()));
  for (std::size_t row = 0; row < d.rows; ++row) {
    if (d.offsets[row] > d.offsets[row + 1] || d.offsets[row + 1] > d.columns.size())
      return in.wrong(fmt::format("row {} ends before it begins, or beyond the chunk", row));
  }
  for (std::size_t row = 0; row < d.rows; ++row) {
    for (std::uint64_t i = d.offsets[row]; i < d.offsets[row + 1]; ++i) {
      if (d.columns[i] >= d.features)
        return in.wrong(fmt::format("row {} has feature {} of {}", row, d.columns[i], d.features));
      if (i > d.offsets[row] && d.columns[i - 1] >= d.columns[i])
        return in.wrong(fmt::format("row {} has feature {} after feature {}, expected them to ascend", row,
                                    d.columns[i], d.columns[i - 1]));
    }
  }
  return {};
}

}  // namespace

Result<Dataset> read_chunk(std::string_view bytes, const ChunkShape& shape, std::string_view name) {
  Reader in(bytes, name);
  const Result<Header> read = in.header();
  if (!read) return read.error();
  const Header& h = read.value();
  if (Status s = check_shape(in, h, shape); !s) return s.error();
  Dataset d;
  d.rows = h.rows;
  d.features = h.features;
  d.classes = h.classes;
  std::vector<float>& labels = h.regression ? d.targets : d.labels;
  labels = in.numbers<float>(h.rows);
  if (Status s = check_labels(in, h, labels); !s) return s.error();
  if (!h.sparse) {
    d.dense = in.numbers<float>(h.rows * h.features);
    if (Status s = check_numbers(in, d.dense); !s) return s.error();
    return d;
  }
  d.offsets = in.numbers<std::uint64_t>(h.rows + 1);
  d.columns = in.numbers<std::uint32_t>(h.entries);
  d.values = in.numbers<float>(h.entries);
  if (Status s = check_columns(in, d); !s) return s.error();
  if (Status s = check_numbers(in, d.values); !s) return s.error();
  return d;
}

}  // namespace gleaner
