#include "objective/row_objective.h"

#include <gtest/gtest.h>

#include "objective/test_samples.h"

namespace gleaner {
namespace {

// The same rows dense, where a micro-batch is a few rows, and sparse, where it is many: the losses are
// doubles here, in which another order of the sum would show.
TEST(RowObjective, LossesDoNotDependOnTheCutIntoBatches) {
  const test::RandomRows rows(300, 30000, 3, 0.01, 5);
  const Samples dense = rows.view();
  const CompressedRows compact = compress(dense);
  const Samples sparse = compact.view(dense);
  const std::shared_ptr<const Objective> softmax = std::move(make_softmax(dense, 3, {{0, 300}})).value();
  const std::shared_ptr<const Objective> mlp = std::move(make_mlp(dense, 3, {40}, {{0, 300}})).value();
  for (const auto& objective : {softmax, mlp}) {
    const std::vector<float> theta = test::random_parameters(objective->parameters(), 1, 6);
    EXPECT_EQ(objective->evaluate(theta, dense).loss, objective->evaluate(theta, sparse).loss)
        << objective->name();
  }
}

}  // namespace
}  // namespace gleaner
