#include "app/make_objective.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "data/split.h"
#include "training/samples.h"

namespace gleaner {

Result<std::shared_ptr<const Objective>> make_objective(const TrainOptions& o, const Dataset& train,
                                                        std::size_t chunks) {
  Result<std::vector<IndexRange>> rows = chunk_ranges(train.rows, chunks);
  if (!rows) return rows.error();
  const Samples samples = samples_of(train);
  const MiniBatch mini{o.batch, o.plan.seed};
  if (o.objective == "logistic" && train.classes > 2) {
    return bad_input(
        fmt::format("--objective logistic is for 2 classes, {} has {}", train.name, train.classes),
        "use --objective softmax");
  }
  const std::size_t classes = std::max<std::size_t>(2, train.classes);
  std::vector<IndexRange>& ranges = rows.value();
  const auto make = [&]() -> Result<std::unique_ptr<Objective>> {
    if (o.objective == "logistic") return make_logistic(samples, ranges, mini);
    if (o.objective == "linear") return make_linear(samples, ranges, mini);
    if (o.objective == "softmax") return make_softmax(samples, classes, ranges, mini);
    Result<std::vector<std::size_t>> hidden = parse_hidden(o.hidden);
    if (!hidden) return hidden.error();
    return make_mlp(samples, classes, std::move(hidden).value(), ranges, mini);
  };
  Result<std::unique_ptr<Objective>> made = make();
  if (!made) return made.error();
  return std::shared_ptr<const Objective>(std::move(made).value());
}

}  // namespace gleaner
