#include "work/chunk_task.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/line_objective.h"

namespace gleaner {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

TEST(FirstBadNumber, SaysWhatAndWhere) {
  EXPECT_EQ(first_bad_number({}), "");
  EXPECT_EQ(first_bad_number(std::vector<float>{1, -2, std::numeric_limits<float>::max()}), "");
  EXPECT_EQ(first_bad_number(std::vector<float>{1, kNan, kInf}), "NaN at coordinate 1");
  EXPECT_EQ(first_bad_number(std::vector<float>{1, 2, -kInf, kNan}), "infinity at coordinate 2");
}

class StopAt final : public Pulse {
 public:
  explicit StopAt(double fraction) : fraction_(fraction) {}
  [[nodiscard]] bool tick(double fraction) override { return fraction < fraction_; }

 private:
  double fraction_;
};

TEST(ComputeChunk, FinishesStopsOrRejects) {
  const test::LineObjective line(3);
  std::vector<float> out(line.dimension());
  FreePulse free;
  const std::vector<float> start{0.5F, 0};
  const ChunkVerdict finished = compute_chunk(line, start, ChunkId(1), RoundId(1), out, free);
  EXPECT_EQ(finished.outcome, ChunkOutcome::finished);
  EXPECT_EQ(finished.why, "");
  EXPECT_EQ(out[line.parameters() + 2], 1.0F);  // one sample per chunk

  StopAt half(0.5);
  EXPECT_EQ(compute_chunk(line, start, ChunkId(1), RoundId(1), out, half).outcome, ChunkOutcome::stopped);

  const std::vector<float> far{3e38F, 3e38F};
  const ChunkVerdict rejected = compute_chunk(line, far, ChunkId(2), RoundId(1), out, free);
  EXPECT_EQ(rejected.outcome, ChunkOutcome::rejected);
  EXPECT_EQ(rejected.why, "infinity at coordinate 0");
}

}  // namespace
}  // namespace gleaner
