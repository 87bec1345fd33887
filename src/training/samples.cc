#include "training/samples.h"

#include <array>
#include <cstdint>

#include "training/digest.h"

namespace gleaner {

Samples samples_of(const Dataset& data) {
  return {.rows = data.rows,
          .features = data.features,
          .dense = data.dense,
          .offsets = data.offsets,
          .columns = data.columns,
          .values = data.values,
          .labels = data.targets.empty() ? data.labels : data.targets};
}

std::string fingerprint_of(const Samples& samples) {
  const std::array<std::uint64_t, 3> sizes{samples.rows, samples.features, samples.is_sparse() ? 1U : 0U};
  const std::string digest = sha256(std::array<std::string_view, 6>{
      bytes_of_numbers(std::span<const std::uint64_t>(sizes)), bytes_of_numbers(samples.dense),
      bytes_of_numbers(samples.offsets), bytes_of_numbers(samples.columns), bytes_of_numbers(samples.values),
      bytes_of_numbers(samples.labels)});
  return hex(std::string_view(digest).substr(0, 8));
}

}  // namespace gleaner
