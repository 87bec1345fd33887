#include "work/worker_memory.h"

#include <gtest/gtest.h>

#include <memory>

#include "objective/objective.h"

namespace gleaner {
namespace {

constexpr std::size_t kFeatures = 500;
constexpr std::size_t kHidden = 300;
constexpr std::size_t kClasses = 4;
constexpr std::size_t kParameters = (kFeatures + 1) * kHidden + (kHidden + 1) * kClasses;

RunSpec spec_of(std::size_t workers, std::size_t replication, std::size_t blocks) {
  static const std::vector<float> numbers(workers * kFeatures, 1.0F);
  static const std::vector<float> labels(workers, 1.0F);
  Samples samples;
  samples.rows = workers;
  samples.features = kFeatures;
  samples.dense = numbers;
  samples.labels = labels;
  std::vector<IndexRange> chunks;
  for (std::size_t i = 0; i < workers; ++i) chunks.push_back({i, i + 1});
  const Assignment a = Assignment::cyclic(workers, workers, replication).value();
  const Frame frame = blocks == 1 ? Frame::ones(workers) : Frame::gaussian(workers, blocks, 1);
  RunSpec spec;
  spec.plan =
      std::make_shared<const Plan>(Plan::make(Method::partial, a, Ordering::ascending(a), frame).value());
  spec.objective = make_mlp(samples, kClasses, {kHidden}, chunks).value();
  spec.segment_floats = 1000;
  return spec;
}

TEST(WorkerMemory, CountsGradientsAsTheyAreKept) {
  const RunSpec spec = spec_of(5, 3, 2);
  constexpr std::uint64_t kVector = (kParameters + kTallies) * 4;
  EXPECT_EQ(worker_memory(spec, 3, Keeping::float32, {}).gradients, 3 * kVector);
  EXPECT_EQ(worker_memory(spec, 3, Keeping::bfloat16, {}).gradients,
            kVector + 3 * (kParameters * 2 + kTallies * 4));
  EXPECT_EQ(worker_memory(spec, 3, Keeping::spilled, {}).gradients, kVector);
  EXPECT_EQ(worker_memory(spec, 300, Keeping::spilled, {}).gradients, kVector);
}

TEST(WorkerMemory, AProcessHasProgramDataAndParametersToItself) {
  const RunSpec spec = spec_of(5, 3, 1);
  const WorkerMemory thread = worker_memory(spec, 3, Keeping::float32, {});
  EXPECT_EQ(thread.process + thread.data + thread.parameters, 0U);
  const WorkerMemory process = worker_memory(spec, 3, Keeping::float32, 12'345);
  EXPECT_EQ(process.process, kWorkerProcessBytes);
  EXPECT_EQ(process.data, 12'345U);
  EXPECT_EQ(process.parameters, 2 * kParameters * 4);
  EXPECT_EQ(process.gradients, thread.gradients);
  EXPECT_EQ(process.total(), process.process + process.data + process.parameters + process.gradients +
                                 process.computing + process.sending);
}

// Parameters and sums in double, what an mlp turns around, and one row of its layers.
TEST(WorkerMemory, AnObjectiveKnowsWhatItComputesWith) {
  const RunSpec spec = spec_of(5, 3, 1);
  const std::uint64_t turned = kParameters - kFeatures * kHidden;
  const std::uint64_t row = kFeatures + kHidden + kClasses + 2 * kHidden;
  EXPECT_EQ(worker_memory(spec, 3, Keeping::float32, {}).computing, 8 * (2 * kParameters + turned + row));
}

}  // namespace
}  // namespace gleaner
