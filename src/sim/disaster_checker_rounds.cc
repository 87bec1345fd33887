// The checker's account of rounds and of the model that they train.
#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "sim/disaster_checker.h"

namespace gleaner {
namespace {

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

}  // namespace

void DisasterChecker::on_life(Term term, RoundId durable) {
  if (term <= stamp_.term) {
    broken(Rule::rounds, fmt::format("life {} of the server follows life {}", term.value, stamp_.term.value));
  }
  if (durable != durable_) {
    broken(Rule::rounds, fmt::format("the server starts after round {}, but round {} is durable",
                                     durable.value, durable_.value));
  }
  if (stamp_.term.value > 0) {
    ++counts_.restarts;
    if (stamp_.round > committed_) ++counts_.restarts_in_round;
  }
  stamp_ = {term, durable};
  committed_ = durable;
  parameters_ = durable_parameters_;
  roll_.server_starts();
  wills_.server_starts();
  hopeless_since_.reset();
  wanted_.clear();
  selection_.reset();
  paused_ = true;
}

void DisasterChecker::on_begin(Stamp stamp, std::span<const float> parameters) {
  if (stamp.round.value != committed_.value + 1) {
    broken(Rule::rounds, fmt::format("round {} begins, but the last one committed is {}", stamp.round.value,
                                     committed_.value));
  }
  if (!same_bits(parameters, parameters_)) {
    broken(Rule::model, fmt::format("round {} begins with parameters that the commits before it do not give",
                                    stamp.round.value));
  }
  stamp_ = stamp;
  selection_.reset();
  wanted_.clear();
  announced_.clear();
  combined_under_.assign(layout_.count(), nullptr);
  combined_ = 0;
  paused_ = true;
}

void DisasterChecker::on_commit(const Commit& commit, std::span<const float> gradient, std::uint32_t combined,
                                std::span<const float> after) {
  if (commit.stamp != stamp_ || commit.stamp.round.value != committed_.value + 1) {
    broken(Rule::rounds,
           fmt::format("{} is committed while {} is under way and round {} was the last committed",
                       text(commit.stamp), text(stamp_), committed_.value));
  }
  if (combined != layout_.count()) {
    broken(Rule::vector, fmt::format("{} is committed with {} of {} segments combined", text(commit.stamp),
                                     combined, layout_.count()));
  } else {
    check_residual(commit);
    check_gradient(gradient);
  }
  model_.step(gradient, parameters_);
  if (!same_bits(after, parameters_)) {
    broken(Rule::model, fmt::format("after {} the parameters are not one step further", text(commit.stamp)));
  }
  counts_.inexact += commit.residual > 0 ? 1 : 0;
  counts_.recommitted += commit.stamp.round <= committed_ever_ ? 1 : 0;
  ++counts_.rounds;
  committed_ = commit.stamp.round;
  committed_ever_ = std::max(committed_ever_, committed_);
}

void DisasterChecker::on_checkpoint(RoundId round) {
  if (round != committed_) {
    broken(Rule::rounds, fmt::format("round {} is made durable while round {} was the last committed",
                                     round.value, committed_.value));
  }
  durable_ = round;
  durable_parameters_ = parameters_;
}

}  // namespace gleaner
