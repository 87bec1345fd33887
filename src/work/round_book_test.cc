#include "work/round_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "support/small_run.h"

namespace gleaner {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

Commit commit(std::uint64_t completed, std::uint64_t used, std::uint32_t epoch) {
  Commit c;
  c.selection = std::make_shared<const Selection>(Selection{{}, Epoch(epoch), {}});
  c.chunks_completed = completed;
  c.chunks_used = used;
  c.live_workers = 7;
  return c;
}

TEST(RoundBook, ARecordIsWhatWasFedSinceTheRoundBegan) {
  const RunSpec spec = test::SmallRun{}.spec();
  RoundBook book(spec);
  book.round_begins(RoundId(1));
  book.chunk_finished(WorkerId(5), ChunkId(5), milliseconds(9), milliseconds(8));
  book.round_begins(RoundId(2));
  book.chunk_finished(WorkerId(2), ChunkId(3), milliseconds(5), milliseconds(4));
  book.chunk_finished(WorkerId(1), ChunkId(0), milliseconds(6), Duration::zero());
  book.sent_to_worker(100);
  book.sent_to_worker(24);
  Commit c = commit(9, 6, 2);
  c.residual = 0.25;
  c.reencoded = {WorkerId(1), WorkerId(4)};
  const std::vector<std::uint64_t> bytes{0, 40, 8};
  const RoundRecord& r = book.round_ends(c, {milliseconds(30), {1.5, 0.75}, 1e-7, bytes});
  EXPECT_EQ(r.round, 2U);
  EXPECT_DOUBLE_EQ(r.seconds, 0.03);
  EXPECT_EQ(r.loss, 1.5);
  EXPECT_EQ(r.accuracy, 0.75);
  EXPECT_EQ(r.residual, 0.25);
  EXPECT_EQ(r.chunks_completed, 9U);
  EXPECT_EQ(r.chunks_used, 6U);
  EXPECT_EQ(r.bytes_to_workers, 124U);
  EXPECT_EQ(r.bytes_to_server, 48U);
  EXPECT_THAT(r.vector_bytes, ElementsAre(0U, 40U, 8U));
  EXPECT_EQ(r.gradient_error, 1e-7);
  EXPECT_EQ(r.epoch, 2U);
  EXPECT_EQ(r.reencoded, 2U);
  EXPECT_THAT(r.reencoded_workers, ElementsAre(WorkerId(1), WorkerId(4)));
  EXPECT_EQ(r.workers, 7U);
  ASSERT_EQ(r.chunk_times.size(), 2U);
  EXPECT_EQ(r.chunk_times[0].worker, WorkerId(2));
  EXPECT_EQ(r.chunk_times[0].chunk, ChunkId(3));
  EXPECT_DOUBLE_EQ(r.chunk_times[0].seconds, 0.005);
  EXPECT_DOUBLE_EQ(r.chunk_times[0].drawn_seconds, 0.004);
  EXPECT_TRUE(std::isnan(r.chunk_times[1].drawn_seconds));  // nothing was injected
}

TEST(RoundBook, TheSummarySumsTheRounds) {
  const RunSpec spec = test::SmallRun{}.spec();
  RoundBook book(spec);
  const std::vector<std::uint64_t> bytes{10, 20};
  const std::vector<double> errors{2e-7, 5e-7, 1e-7};
  for (std::uint64_t round = 1; round <= 3; ++round) {
    book.round_begins(RoundId(round));
    book.sent_to_worker(5);
    Commit c = commit(4 + round, 3, round == 2 ? 4 : 1);
    (void)book.round_ends(
        c, {milliseconds(10 * round), {1.0 / static_cast<double>(round), 0.5}, errors[round - 1], bytes});
  }
  book.worker_lost();
  book.round_begins(RoundId(4));  // begun and not ended: it does not count
  book.sent_to_worker(1000);
  const RunSummary s = book.close("interrupted", "asked to stop");
  EXPECT_EQ(s.method, "partial");
  EXPECT_EQ(s.policy, "static");
  EXPECT_EQ(s.status, "interrupted");
  EXPECT_EQ(s.reason, "asked to stop");
  EXPECT_EQ(s.seed, spec.seed);
  EXPECT_EQ(s.rounds, 3U);
  EXPECT_DOUBLE_EQ(s.loss, 1.0 / 3);
  EXPECT_EQ(s.accuracy, 0.5);
  EXPECT_EQ(s.chunks_completed, 5U + 6 + 7);
  EXPECT_EQ(s.chunks_used, 9U);
  EXPECT_EQ(s.bytes_to_server, 90U);
  EXPECT_EQ(s.bytes_to_workers, 15U);
  EXPECT_EQ(s.gradient_error_max, 5e-7);
  EXPECT_EQ(s.epochs_max, 4U);
  EXPECT_EQ(s.workers_lost, 1U);
  EXPECT_NEAR(s.seconds_per_round.mean, 0.02, 1e-12);
  EXPECT_NEAR(s.seconds_per_round.p95, 0.03, 1e-12);
}

TEST(RoundBook, WithoutARoundNothingWasMeasured) {
  const RunSpec spec = test::SmallRun{}.spec();
  RoundBook book(spec);
  const RunSummary s = book.close("failed", "why");
  EXPECT_EQ(s.rounds, 0U);
  EXPECT_TRUE(std::isnan(s.loss));
  EXPECT_TRUE(std::isnan(s.gradient_error_max));
  EXPECT_TRUE(std::isnan(s.seconds_per_round.mean));
}

TEST(RoundBook, WhatIsNotVerifiedStaysUnmeasured) {
  const RunSpec spec = test::SmallRun{}.spec();
  RoundBook book(spec);
  book.round_begins(RoundId(1));
  (void)book.round_ends(commit(1, 1, 1), {milliseconds(1), {1, 1}, kNotMeasured, {}});
  EXPECT_TRUE(std::isnan(book.close("completed", "").gradient_error_max));
}

}  // namespace
}  // namespace gleaner
