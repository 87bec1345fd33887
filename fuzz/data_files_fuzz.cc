// Files of samples in every format, plain or gzip, read whole and row by row. An input is one byte of
// options, two of the length of the first file, the first file, and the second one.
#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "data/load.h"
#include "data/row_index.h"
#include "fuzz/fuzz_target.h"
#include "fuzz/memory_file.h"

namespace gleaner {
namespace {

constexpr std::array kFormats{DataFormat::csv, DataFormat::libsvm, DataFormat::idx, DataFormat::npy};
constexpr std::size_t kRowsComparedMax = 200;

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return std::ranges::equal(a, b, {}, std::bit_cast<std::uint32_t, float>,
                            std::bit_cast<std::uint32_t, float>);
}
bool same(const Dataset& a, const Dataset& b) {
  return a.rows == b.rows && a.features == b.features && same_bits(a.dense, b.dense) &&
         a.offsets == b.offsets && a.columns == b.columns && same_bits(a.values, b.values) &&
         same_bits(a.labels, b.labels) && same_bits(a.targets, b.targets) && a.class_names == b.class_names;
}

}  // namespace

GLEANER_FUZZ_TARGET(data_files) {
  if (bytes.size() < 3) return;
  const auto options = static_cast<unsigned char>(bytes[0]);
  const auto option = [&](unsigned bit) { return ((options >> bit) & 1U) != 0; };
  DataSpec spec;
  spec.format = kFormats.at((option(0) ? 1U : 0U) + (option(1) ? 2U : 0U));
  if (option(2)) spec.format = DataFormat::automatic;
  spec.targets = option(3);
  if (option(4)) spec.label_column = "kind";
  const std::size_t cut =
      static_cast<unsigned char>(bytes[1]) + std::size_t{256} * static_cast<unsigned char>(bytes[2]);
  bytes.remove_prefix(3);
  const fuzz::MemoryFile first(bytes.substr(0, cut));
  const fuzz::MemoryFile second(bytes.substr(std::min(cut, bytes.size())));
  spec.data = first.path();
  if (option(5)) spec.labels = second.path();

  const auto data = load_dataset(spec);
  const auto index = index_rows(spec);
  if (!data) {
    fuzz::expect(!data.error().what.empty(), "an error says something");
    if (index && index.value().rows < kRowsComparedMax)
      fuzz::expect(!read_rows(spec, index.value(), {0, index.value().rows}),
                   "what is refused whole is refused");
    return;
  }
  fuzz::expect(index.ok(), "what can be read has rows that are found");
  fuzz::expect(index.value().rows == data.value().rows, "all of them");
  const auto rows = read_rows(spec, index.value(), {0, data.value().rows});
  fuzz::expect(rows.ok() && same(rows.value(), data.value()), "they read as the whole does");
}

}  // namespace gleaner
