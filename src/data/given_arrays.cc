#include "data/given_arrays.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "data/label_column.h"
#include "data/open_data.h"

namespace gleaner {
namespace {

Status check_shapes(const GivenArray& features, const GivenArray& labels, const DataSpec& spec) {
  const std::size_t rows = features.shape.front();
  if (features.values.empty())
    return bad_input(fmt::format("{} has no samples", features.path.string()), "give a file with samples");
  if (labels.shape.front() != rows || labels.values.size() != rows)
    return bad_input(fmt::format("{} has {} samples, but {} has {} labels", features.path.string(), rows,
                                 labels.path.string(), labels.values.size()),
                     "give the samples and the labels of the same set, one number for each sample");
  const std::size_t width = features.values.size() / rows;
  if (!spec.schema || spec.schema->features == width) return {};
  return bad_input(fmt::format("{} has {} features, expected {} as in the training set",
                               features.path.string(), width, spec.schema->features),
                   "give a set of the same kind as the training set");
}

}  // namespace

Result<Dataset> dataset_of(GivenArray features, const GivenArray& labels, const DataSpec& spec) {
  if (Status s = check_shapes(features, labels, spec); !s) return s.error();
  Dataset data;
  data.features = features.values.size() / features.shape.front();
  for (std::size_t i = 0; i < features.values.size(); ++i) {
    if (std::isfinite(features.values[i])) continue;
    return unexpected({features.path, Place::Unit::row, i / data.features + 1},
                      fmt::format("{}", features.values[i]), "a finite number of single precision",
                      "fill in missing values, or leave such rows away, and scale what is too large");
  }
  data.dense = std::move(features.values);
  data.name = features.path.filename().string();
  LabelColumn column(labels.path, Place::Unit::row, label_options(spec));
  for (std::size_t i = 0; i < labels.values.size(); ++i) {
    if (Status s = column.add(static_cast<double>(labels.values[i]), i + 1); !s) return s.error();
  }
  if (Status s = column.finish(data); !s) return s.error();
  return data;
}

}  // namespace gleaner
