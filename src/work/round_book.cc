#include "work/round_book.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

namespace gleaner {

RoundBook::RoundBook(const RunSpec& spec) {
  summary_.method = std::string(spec.code->name());
  summary_.policy = name_of(policy_of(spec.plan->method(), spec.server.policy));
  summary_.seed = spec.seed;
}

void RoundBook::restore(const State& state) {
  const RunSummary names = summary_;
  summary_ = state.summary;
  summary_.method = names.method;
  summary_.policy = names.policy;
  summary_.seed = names.seed;
  seconds_ = state.seconds;
  current_.round = summary_.rounds;
  current_.accuracy = summary_.accuracy;
  current_.test_accuracy = test_accuracy_ = state.test_accuracy;
}

void RoundBook::round_begins(RoundId round) {
  current_ = RoundRecord{};
  current_.round = round.value;
}

void RoundBook::chunk_finished(WorkerId worker, ChunkId chunk, Duration took, Duration drawn) {
  current_.chunk_times.push_back(
      {worker, chunk, seconds(took), drawn > Duration::zero() ? seconds(drawn) : kNotMeasured});
}

const RoundRecord& RoundBook::round_ends(const Commit& commit, const Recovered& recovered) {
  RoundRecord& r = current_;
  r.seconds = seconds(recovered.took);
  r.loss = recovered.step.loss;
  r.accuracy = recovered.step.accuracy;
  r.test_accuracy = test_accuracy_ = recovered.test_accuracy;
  r.learning_rate = recovered.step.learning_rate;
  r.residual = commit.residual;
  r.chunks_completed = commit.chunks_completed;
  r.chunks_used = commit.chunks_used;
  r.gradient_error = recovered.gradient_error;
  r.epoch = commit.selection->epoch.value;
  r.reencoded = commit.reencoded.size();
  r.reencoded_workers = commit.reencoded;
  r.workers = commit.live_workers;
  r.vector_bytes.assign(recovered.vector_bytes.begin(), recovered.vector_bytes.end());
  r.bytes_to_server = std::accumulate(r.vector_bytes.begin(), r.vector_bytes.end(), std::uint64_t{0});

  r.bytes_to_workers = std::exchange(bytes_to_workers_, 0);
  r.ledger = recovered.ledger;

  seconds_.push_back(r.seconds);
  RunSummary& s = summary_;
  s.rounds = r.round;
  s.loss = r.loss;
  s.accuracy = r.accuracy;
  s.chunks_completed += r.chunks_completed;
  s.chunks_used += r.chunks_used;
  s.bytes_to_server += r.bytes_to_server;
  s.bytes_to_workers += r.bytes_to_workers;
  s.ledger += r.ledger;
  s.epochs_max = std::max(s.epochs_max, r.epoch);
  if (std::isnan(s.gradient_error_max) || r.gradient_error > s.gradient_error_max)
    s.gradient_error_max = r.gradient_error;
  return r;
}

RunSummary RoundBook::close(const std::string& status, const std::string& reason) {
  summary_.status = status;
  summary_.reason = reason;
  summary_.seconds_per_round = summarize_seconds(seconds_);
  return summary_;
}

}  // namespace gleaner
