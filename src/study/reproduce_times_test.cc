// Times and residuals against slow twins that know no protocol: when does each copy exist?
#include "study/reproduce_times.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "study/reproduce_residuals.h"
#include "study/trials.h"

namespace gleaner {
namespace {

constexpr std::uint64_t kTrials = 15;
constexpr std::uint64_t kSeed = 11;

ReproducedScheme small(const std::string& key) {
  return {key, key,
          key == "cyclic" ? Assignment::cyclic(20, 20, 8).value()
                          : Assignment::regular_graph(20, 20, 8, 4).value()};
}

Trial trial_number(const Assignment& a, std::size_t lost, std::uint64_t k) {
  TrialsSpec spec;
  spec.cluster.plan = std::make_shared<const Plan>(paper_plan(a, PaperMethod::original, 1, kSeed).value());
  spec.faults = lost_at_start(lost);
  spec.seed = kSeed;
  return trial_of(spec, k).value();
}

// For every chunk the times at which its copies count, ascending.
std::vector<std::vector<double>> copies_of(const Assignment& a, const Trial& trial, PaperMethod method) {
  const Ordering order =
      method == PaperMethod::random_order ? Ordering::random(a, trial.seed) : Ordering::optimal(a);
  std::vector<std::vector<double>> copies(a.chunks());
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    const bool lost = std::any_of(trial.faults.begin(), trial.faults.end(),
                                  [&](const Fault& f) { return f.worker == WorkerId(j); });
    if (lost) continue;
    const double s = seconds(paper_speeds().chunk_time(trial.seed, trial.first_round, WorkerId(j), 0));
    for (std::size_t p = 0; p < a.load(WorkerId(j)); ++p) {
      const std::size_t done = method == PaperMethod::original ? a.load(WorkerId(j)) : p + 1;
      copies[a.chunk_at(WorkerId(j), order.of(WorkerId(j))[p]).index()].push_back(static_cast<double>(done) *
                                                                                  s);
    }
  }
  for (auto& of_chunk : copies) std::sort(of_chunk.begin(), of_chunk.end());
  return copies;
}

double time_by_hand(const Assignment& a, const TimeRow& row) {
  double sum = 0;
  for (std::uint64_t k = 0; k < kTrials; ++k) {
    double last = 0;
    for (const auto& copies : copies_of(a, trial_number(a, row.lost, k), row.method)) {
      last = std::max(last, copies.at(row.blocks - 1));
    }
    sum += row.grid == Grid::integer ? std::ceil(last) : last;
  }
  return sum / static_cast<double>(kTrials);
}

ReproduceOptions options(std::size_t threads = 1) {
  ReproduceOptions o;
  o.seed = kSeed;
  o.threads = threads;
  return o;
}

TEST(ReproducedTimes, AreWhenTheLastChunkGetsItsLastCopy) {
  const std::vector<ReproducedScheme> schemes{small("cyclic"), small("graph")};
  const ReproduceOptions o = options();
  ReproduceSteps steps(o, 1);
  const std::vector<TimeRow> rows = study_times(o, schemes, kTrials, steps).value();
  ASSERT_EQ(rows.size(), count_times(2));
  for (const TimeRow& row : rows) {
    const Assignment& a = (row.scheme == "cyclic" ? schemes[0] : schemes[1]).assignment;
    EXPECT_NEAR(row.time.mean, time_by_hand(a, row), 1e-7)
        << row.scheme << " " << name_of(row.method) << " " << row.blocks << " lost " << row.lost;
    EXPECT_EQ(row.time.count, kTrials);
  }
  // 8 - l are lost, and nobody in the runs that the paper has of cyclic.
  EXPECT_EQ(rows[0].lost, 0U);
  EXPECT_EQ(rows[9].lost, 7U);
  EXPECT_EQ(rows[11].lost, 5U);
}

TEST(ReproducedResiduals, AreTheCopiesThatAreMissing) {
  const Assignment a = small("graph").assignment;
  const ReproduceOptions o = options(2);
  ReproduceSteps steps(o, 1);
  const std::vector<ResidualRow> rows = study_residuals(o, a, kTrials, steps).value();
  ASSERT_EQ(rows.size(), 2 * kPaperBlocks * std::size(kPaperDeadlines));
  for (const ResidualRow& row : rows) {
    double norm = 0;
    double square = 0;
    for (std::uint64_t k = 0; k < kTrials; ++k) {
      std::size_t missing = 0;
      for (const auto& copies : copies_of(a, trial_number(a, kPaperLost, k), row.method)) {
        const auto there = static_cast<std::size_t>(
            std::count_if(copies.begin(), copies.end(), [&](double t) { return t <= row.deadline; }));
        missing += row.blocks - std::min(row.blocks, there);
      }
      norm += std::sqrt(static_cast<double>(missing)) / static_cast<double>(kTrials);
      square += static_cast<double>(missing) / static_cast<double>(kTrials);
    }
    EXPECT_NEAR(row.norm.mean, norm, 1e-9) << name_of(row.method) << row.blocks << " " << row.deadline;
    EXPECT_NEAR(row.square.mean, square, 1e-9);
  }
}

// Where a chunk is missing both solve the same least squares; else only fixed sums leave something.
TEST(ReproducedResiduals, FixedSumsAreNeverBetterThanEncodingLate) {
  const Assignment a = small("graph").assignment;
  const ReproduceOptions o = options();
  ReproduceSteps steps(o, 1);
  const std::vector<ResidualRow> fixed = study_fixed_sums(o, a, kTrials);
  const std::vector<ResidualRow> late = study_shipping_original(o, a, kTrials, steps).value();
  ASSERT_EQ(fixed.size(), late.size());
  bool differs = false;
  for (std::size_t d = 0; d < fixed.size(); ++d) {
    EXPECT_GE(fixed[d].norm.mean, late[d].norm.mean - 1e-9);
    differs = differs || fixed[d].norm.mean > late[d].norm.mean + 0.01;
  }
  EXPECT_TRUE(differs);
}

TEST(ReproducedTimes, ThreadsChangeNothingAndAStopEndsThem) {
  const std::vector<ReproducedScheme> schemes{small("cyclic")};
  std::vector<double> means[2];
  for (const std::size_t threads : {1, 3}) {
    const ReproduceOptions o = options(threads);
    ReproduceSteps steps(o, 1);
    const Result<std::vector<TimeRow>> rows = study_times(o, schemes, kTrials, steps);
    for (const TimeRow& row : rows.value()) {
      means[threads == 1 ? 0 : 1].push_back(row.time.mean);
    }
  }
  EXPECT_EQ(means[0], means[1]);
  ReproduceOptions stopped = options();
  stopped.keep_going = [] { return false; };
  ReproduceSteps steps(stopped, 1);
  EXPECT_FALSE(study_times(stopped, schemes, kTrials, steps).ok());
  EXPECT_FALSE(study_residuals(stopped, schemes[0].assignment, kTrials, steps).ok());
}

}  // namespace
}  // namespace gleaner
