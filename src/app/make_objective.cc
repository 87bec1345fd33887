#include "app/make_objective.h"

#include <utility>
#include <vector>

#include "data/split.h"
#include "training/build_objective.h"

namespace gleaner {

Result<std::shared_ptr<const Objective>> make_objective(const TrainOptions& o, const TorchKit* torch,
                                                        const Dataset& train, std::size_t chunks,
                                                        const LocalUpdates& local) {
  Result<std::vector<IndexRange>> rows = chunk_ranges(train.rows, chunks);
  if (!rows) return rows.error();
  ObjectiveChoice choice{o.objective, o.hidden, {o.batch, o.plan.seed}, local};
  if (torch != nullptr) choice.maker = torch->maker();
  return build_objective(choice, train, std::move(rows).value());
}

}  // namespace gleaner
