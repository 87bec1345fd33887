// Data sets of all kinds, for tests of what cuts and sends them.
#pragma once

#include <cstdint>
#include <ostream>

#include "base/random.h"
#include "data/dataset.h"

namespace gleaner::test {

struct DataKind {
  bool sparse = false;
  std::size_t rows = 1;
  std::size_t features = 1;
  std::size_t classes = 0;  ///< 0: regression
  double nonzero = 1;       ///< share of features
  std::uint64_t seed = 1;

  friend std::ostream& operator<<(std::ostream& out, const DataKind& k) {
    return out << (k.sparse ? "sparse " : "dense ") << k.rows << " x " << k.features << ", " << k.classes
               << " classes, nonzero " << k.nonzero << ", seed " << k.seed;
  }
};

inline Dataset random_dataset(const DataKind& kind) {
  gleaner::Random random({.seed = kind.seed, .purpose = Purpose::test});
  Dataset d;
  d.rows = kind.rows;
  d.features = kind.features;
  d.classes = kind.classes;
  d.name = "random";
  for (std::size_t c = 0; c < kind.classes; ++c) d.class_names.push_back(std::to_string(c));
  if (kind.sparse) d.offsets.push_back(0);
  for (std::size_t row = 0; row < kind.rows; ++row) {
    for (std::size_t j = 0; j < kind.features; ++j) {
      const bool zero = random.uniform() >= kind.nonzero;
      const auto value = static_cast<float>(2 * random.uniform() - 1);
      if (!kind.sparse) {
        d.dense.push_back(zero ? 0.0F : value);
      } else if (!zero) {
        d.columns.push_back(static_cast<std::uint32_t>(j));
        d.values.push_back(value);
      }
    }
    if (kind.sparse) d.offsets.push_back(d.columns.size());
    if (kind.classes > 0) d.labels.push_back(static_cast<float>(random.below(kind.classes)));
    if (kind.classes == 0) d.targets.push_back(static_cast<float>(random.normal()));
  }
  return d;
}

}  // namespace gleaner::test
