#include "coding/code.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <Eigen/QR>

#include "coding/kernels.h"
#include "coding/test_cases.h"

namespace gleaner {
namespace {

using testing_cases::any_size;
using testing_cases::any_used;
using testing_cases::copies_in;

Plan plan_of(Method method, Assignment a, Frame frame) {
  Ordering ordering = Ordering::ascending(a);
  return Plan::make(method, std::move(a), std::move(ordering), std::move(frame)).value();
}

// Any assignment, 1..4 blocks, any frame that fits.
Plan any_plan(Method method) {
  const std::size_t blocks = any_size(1, 4);
  Assignment a = testing_cases::any_assignment(blocks, 8);
  const std::uint64_t seed = *rc::gen::inRange<std::uint64_t>(0, 5);
  const bool gaussian = *rc::gen::arbitrary<bool>();
  Frame frame = gaussian ? Frame::gaussian(a.workers(), blocks, seed) : Frame::coloured(a, blocks, seed);
  return plan_of(method, std::move(a), std::move(frame));
}

UsedSlots everything(const Plan& plan) {
  UsedSlots used;
  for (std::uint32_t j = 0; j < plan.workers(); ++j)
    used.push_back(SlotSet::first(plan.assignment().load(WorkerId(j))));
  return used;
}

// Every worker as its code counts it, after random progress.
UsedSlots any_counted(const Code& code, const Plan& plan) {
  UsedSlots used = any_used(plan.assignment());
  Random random = testing_cases::any_random();
  const double finished = random.uniform();
  for (std::uint32_t j = 0; j < plan.workers(); ++j) {
    if (random.uniform() < finished) used[j] = SlotSet::first(plan.assignment().load(WorkerId(j)));
    used[j] = code.counted(plan, WorkerId(j), used[j]);
  }
  return used;
}

// The l x l block of the operator that maps g_i to ghat: sum_j r_j u_{i,j}^T as the code says it, for every
// chunk, row-major.
std::vector<std::vector<double>> operator_of(const Code& code, const Plan& plan, const UsedSlots& used) {
  const std::size_t l = plan.blocks();
  std::vector<std::vector<double>> blocks(plan.chunks(), std::vector<double>(l * l, 0));
  for (std::uint32_t j = 0; j < plan.workers(); ++j) {
    if (used[j].empty()) continue;
    const auto u = code.encode_rows(plan, WorkerId(j), used);
    const auto r = code.decode_row(plan, WorkerId(j), used);
    RC_ASSERT(u.size() == used[j].count() * l);
    RC_ASSERT(r.size() == l);
    std::size_t s = 0;
    used[j].for_each([&](Slot slot) {
      auto& block = blocks[plan.assignment().chunk_at(WorkerId(j), slot).index()];
      for (std::size_t k = 0; k < l; ++k) {
        for (std::size_t q = 0; q < l; ++q) block[k * l + q] += r[k] * u[s * l + q];
      }
      ++s;
    });
  }
  return blocks;
}

double squared_distance_from_identity(const std::vector<std::vector<double>>& blocks, std::size_t l) {
  double sum = 0;
  for (const auto& block : blocks) {
    for (std::size_t k = 0; k < l * l; ++k) {
      const double difference = block[k] - (k % (l + 1) == 0 ? 1 : 0);
      sum += difference * difference;
    }
  }
  return sum;
}

// protocol.md section 4, for every method: the residual is what the rows that workers and server use make of
// the exact operator.
void residual_is_that_of_the_operator(Method method) {
  const Plan plan = any_plan(method);
  const auto code = code_for(method);
  const UsedSlots used = any_counted(*code, plan);
  const double residual = code->residual_squared(plan, used);
  const double distance = squared_distance_from_identity(operator_of(*code, plan, used), plan.blocks());
  RC_ASSERT(std::fabs(residual - distance) < 1e-7);
}
RC_GTEST_PROP(Code, PartialResidualIsThatOfItsOperator, ()) {
  residual_is_that_of_the_operator(Method::partial);
}
RC_GTEST_PROP(Code, OriginalResidualIsThatOfItsOperator, ()) {
  residual_is_that_of_the_operator(Method::original);
}

// protocol.md section 4: generic frames lose max(l - |S_i|, 0) per chunk.
RC_GTEST_PROP(Code, PartialResidualCountsMissingCopies, ()) {
  const Plan plan = any_plan(Method::partial);
  const UsedSlots used = any_used(plan.assignment());
  std::size_t missing = 0;
  for (const std::size_t copies : copies_in(plan.assignment(), used)) {
    missing += plan.blocks() - std::min(plan.blocks(), copies);
  }
  RC_ASSERT(code_for(Method::partial)->residual_squared(plan, used) == static_cast<double>(missing));
}

// Random gradients, encoded by every worker, decoded by the server, segment by segment.
struct Recovery {
  std::vector<double> exact;
  std::vector<float> decoded;
  double magnitude = 0;  // sum of |g_i|, the measure of gradient_error in cli.md
};

Recovery recover(const Code& code, const Plan& plan, const UsedSlots& used, std::size_t dimension,
                 Random& random) {
  std::vector<std::vector<float>> gradients(plan.chunks(), std::vector<float>(dimension));
  Recovery result{std::vector<double>(dimension, 0), std::vector<float>(dimension), 0};
  for (auto& gradient : gradients) {
    double norm = 0;
    for (std::size_t t = 0; t < dimension; ++t) {
      gradient[t] = static_cast<float>(random.normal());
      result.exact[t] += static_cast<double>(gradient[t]);
      norm += static_cast<double>(gradient[t]) * static_cast<double>(gradient[t]);
    }
    result.magnitude += std::sqrt(norm);
  }
  const std::size_t b = block_length(dimension, plan.blocks());
  std::vector<std::vector<float>> coded;
  std::vector<double> rows;
  for (std::uint32_t j = 0; j < plan.workers(); ++j) {
    if (used[j].empty()) continue;
    std::vector<std::span<const float>> kept;
    used[j].for_each([&](Slot slot) {
      kept.emplace_back(gradients[plan.assignment().chunk_at(WorkerId(j), slot).index()]);
    });
    encode_segment(kept, code.encode_rows(plan, WorkerId(j), used), plan.blocks(), 0, coded.emplace_back(b));
    const auto row = code.decode_row(plan, WorkerId(j), used);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  for (std::size_t first = 0; first < b; first += 5) {
    std::vector<std::span<const float>> segment;
    for (const auto& z : coded)
      segment.push_back(std::span(z).subspan(first, std::min<std::size_t>(5, b - first)));
    decode_segment(segment, rows, plan.blocks(), first, result.decoded);
  }
  return result;
}

double relative_error(const Recovery& recovery) {
  double sum = 0;
  for (std::size_t t = 0; t < recovery.exact.size(); ++t) {
    const double difference = static_cast<double>(recovery.decoded[t]) - recovery.exact[t];
    sum += difference * difference;
  }
  return std::sqrt(sum) / recovery.magnitude;
}

// Theorem of the paper (protocol.md section 3): l copies of every chunk suffice, wherever they are.
void recovers_exactly(Method method) {
  const Plan plan = any_plan(method);
  const auto code = code_for(method);
  UsedSlots used = any_used(plan.assignment());
  Random random = testing_cases::any_random();
  // Fill up to l copies: one more worker at a time, whole where whole workers count.
  for (std::uint32_t j = 0; j < plan.workers(); ++j) {
    used[j] = code->counted(plan, WorkerId(j), used[j]);
  }
  for (std::uint32_t i = 0; i < plan.chunks(); ++i) {
    for (const auto& [worker, slot] : plan.assignment().holders_of(ChunkId(i))) {
      if (copies_in(plan.assignment(), used)[i] >= plan.blocks()) break;
      used[worker.index()] |=
          method == Method::original ? SlotSet::first(plan.assignment().load(worker)) : SlotSet::single(slot);
    }
  }
  RC_ASSERT(code->residual_squared(plan, used) == 0);
  const double condition = worst_condition(plan.assignment(), plan.frame());
  const Recovery recovery = recover(*code, plan, used, any_size(1, 50), random);
  RC_ASSERT(relative_error(recovery) < 1e-6 * (1 + condition));
  // Coloured frames are well conditioned: as good as a plain sum in float32, a few bits aside.
  if (plan.frame().kind() == FrameKind::coloured) RC_ASSERT(relative_error(recovery) < 3e-5);
}
RC_GTEST_PROP(Code, PartialRecoversExactly, ()) { recovers_exactly(Method::partial); }
RC_GTEST_PROP(Code, OriginalRecoversExactly, ()) { recovers_exactly(Method::original); }

TEST(Code, UncodedIsAPlainSum) {
  const Plan plan = plan_of(Method::uncoded, Assignment::cyclic(5, 3, 1).value(), Frame::ones(3));
  const auto code = code_for(Method::uncoded);
  const UsedSlots used = everything(plan);
  EXPECT_EQ(code->name(), "uncoded");
  EXPECT_EQ(code->residual_squared(plan, used), 0);
  for (std::uint32_t j = 0; j < 3; ++j) {
    EXPECT_EQ(code->encode_rows(plan, WorkerId(j), used),
              std::vector<double>(plan.assignment().load(WorkerId(j)), 1.0));
    EXPECT_EQ(code->decode_row(plan, WorkerId(j), used), std::vector<double>{1.0});
  }
}

// encode_rows may look at nobody but the workers that share a selected chunk.
RC_GTEST_PROP(Code, PartialRowsDependOnNeighboursOnly, ()) {
  const Plan plan = any_plan(Method::partial);
  const auto code = code_for(Method::partial);
  const Assignment& a = plan.assignment();
  const UsedSlots used = any_used(a);
  const UsedSlots other = any_used(a);
  const WorkerId self(static_cast<std::uint32_t>(any_size(0, plan.workers() - 1)));
  RC_ASSERT(code->rows_are_local(plan, used));
  // What the others use of chunks that `self` does not use may change at will.
  UsedSlots changed = used;
  for (std::uint32_t j = 0; j < plan.workers(); ++j) {
    if (WorkerId(j) == self) continue;
    for (std::uint32_t s = 0; s < a.load(WorkerId(j)); ++s) {
      const auto own = a.slot_of(self, a.chunk_at(WorkerId(j), Slot(s)));
      if (own && used[self.index()].contains(*own)) continue;
      changed[j].erase(Slot(s));
      if (other[j].contains(Slot(s))) changed[j].insert(Slot(s));
    }
  }
  RC_ASSERT(code->encode_rows(plan, self, used) == code->encode_rows(plan, self, changed));
}

RC_GTEST_PROP(Code, PartialNeedsUnfinishedShortChunks, ()) {
  const Plan plan = any_plan(Method::partial);
  const auto code = code_for(Method::partial);
  const Assignment& a = plan.assignment();
  const UsedSlots done = any_used(a);
  Coverage coverage(plan.chunks(), plan.blocks());
  for (std::uint32_t j = 0; j < plan.workers(); ++j) coverage.add(a, WorkerId(j), done[j]);
  for (std::uint32_t j = 0; j < plan.workers(); ++j) {
    const SlotSet needed = code->needed(plan, WorkerId(j), done[j], coverage);
    RC_ASSERT(needed.extent() <= a.load(WorkerId(j)));
    for (std::uint32_t s = 0; s < a.load(WorkerId(j)); ++s) {
      const bool wanted = !done[j].contains(Slot(s)) && coverage.is_short(a.chunk_at(WorkerId(j), Slot(s)));
      RC_ASSERT(needed.contains(Slot(s)) == wanted);
    }
    RC_ASSERT(code->counted(plan, WorkerId(j), done[j]) == done[j]);
  }
}

TEST(Code, OriginalCountsWholeWorkers) {
  const Plan plan = plan_of(Method::original, Assignment::cyclic(4, 4, 2).value(), Frame::ones(4));
  const auto code = code_for(Method::original);
  EXPECT_EQ(code->name(), "original");
  EXPECT_TRUE(code->counted(plan, WorkerId(0), SlotSet::single(Slot(1))).empty());
  EXPECT_EQ(code->counted(plan, WorkerId(0), SlotSet::first(2)), SlotSet::first(2));

  // Worker 1 holds the chunks 0 and 1. Chunk 0 is short until worker 0 or 1 counts.
  Coverage coverage(4, 1);
  EXPECT_EQ(code->needed(plan, WorkerId(1), SlotSet::single(Slot(1)), coverage), SlotSet::single(Slot(0)));
  coverage.add(ChunkId(0));
  EXPECT_EQ(code->needed(plan, WorkerId(1), SlotSet::single(Slot(1)), coverage), SlotSet::single(Slot(0)))
      << "chunk 1 is short, and the worker counts only as a whole";
  coverage.add(ChunkId(1));
  EXPECT_TRUE(code->needed(plan, WorkerId(1), SlotSet::single(Slot(1)), coverage).empty());
}

// protocol.md section 5 for l = 1: min_x ||A_F x - 1|| over the finished workers F, by a dense decomposition.
RC_GTEST_PROP(Code, OriginalWeighsFinishedWorkersByLeastSquares, ()) {
  const Assignment a = testing_cases::any_assignment(1, 8);
  const Plan plan = plan_of(Method::original, a, Frame::ones(a.workers()));
  const auto code = code_for(Method::original);
  const UsedSlots used = any_counted(*code, plan);
  std::vector<std::uint32_t> finished;
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    if (!used[j].empty()) finished.push_back(j);
  }
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(a.chunks()),
                                                 static_cast<Eigen::Index>(finished.size()));
  for (std::size_t f = 0; f < finished.size(); ++f) {
    for (const ChunkId chunk : a.chunks_of(WorkerId(finished[f])))
      matrix(chunk.value, static_cast<Eigen::Index>(f)) = 1;
  }
  const Eigen::VectorXd ones = Eigen::VectorXd::Ones(matrix.rows());
  const Eigen::VectorXd x = finished.empty()
                                ? Eigen::VectorXd()
                                : Eigen::VectorXd(matrix.completeOrthogonalDecomposition().solve(ones));
  const double expected = finished.empty() ? ones.squaredNorm() : (matrix * x - ones).squaredNorm();
  const auto copies = copies_in(a, used);
  const bool complete = *std::min_element(copies.begin(), copies.end()) >= 1;
  RC_ASSERT(code->rows_are_local(plan, used) == complete);
  if (complete) {  // then the chunk-wise code is exact, which plain sums need not be
    RC_ASSERT(code->residual_squared(plan, used) == 0);
    return;
  }
  RC_ASSERT(std::fabs(code->residual_squared(plan, used) - expected) < 1e-9);
  for (std::size_t f = 0; f < finished.size(); ++f) {
    const WorkerId worker(finished[f]);
    RC_ASSERT(std::fabs(code->decode_row(plan, worker, used)[0] - x(static_cast<Eigen::Index>(f))) < 1e-7);
    RC_ASSERT(code->encode_rows(plan, worker, used) == std::vector<double>(a.load(worker), 1.0));
  }
}

}  // namespace
}  // namespace gleaner
