#include "training/samples.h"

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

}  // namespace gleaner
