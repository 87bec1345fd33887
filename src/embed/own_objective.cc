#include "embed/own_objective.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>

#include "work/chunk_task.h"

namespace gleaner::v1 {
namespace {

std::string problem_of(const Sums& sums, std::span<const float> gradient) {
  if (sums.gradient.data() != gradient.data() || sums.gradient.size() != gradient.size())
    return "the gradient function let Sums::gradient point elsewhere: write into it, with std::copy";
  if (std::string bad = first_bad_number(gradient); !bad.empty()) return bad + " of the gradient";
  const auto fits = [](double x) { return std::isfinite(static_cast<float>(x)); };
  if (!fits(sums.loss)) return fmt::format("the loss is {}", sums.loss);
  if (!fits(sums.correct) || sums.correct < 0) return fmt::format("correct is {}", sums.correct);
  if (!fits(sums.samples) || sums.samples < 0) return fmt::format("samples is {}", sums.samples);
  const bool anything =
      sums.loss != 0 || std::any_of(gradient.begin(), gradient.end(), [](float g) { return g != 0; });
  if (sums.samples == 0 && anything) return "samples is 0: set it to the number of samples in the sums";
  return {};
}

}  // namespace

gleaner::Status OwnObjective::check(const v1::Objective& o) {
  if (!o.chunk_gradient)
    return bad_input("the objective has no chunk_gradient", "give it a function that adds up one chunk");
  if (o.parameters == 0) return bad_input("the objective has 0 parameters", "set parameters to their number");
  if (o.chunks == 0) return bad_input("the objective has 0 chunks", "set chunks to the number of the plan");
  if (!o.start.empty() && o.start.size() != o.parameters)
    return bad_input(fmt::format("start has {} numbers for {} parameters", o.start.size(), o.parameters),
                     "give one for every parameter, or none for zeros");
  if (std::string bad = first_bad_number(o.start); !bad.empty())
    return bad_input("start has " + bad, "start from finite numbers");
  return {};
}

void OwnObjective::initial(std::uint64_t, std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.0F);
  std::copy(objective_.start.begin(), objective_.start.end(), out.begin());
}

OwnObjective::Call OwnObjective::call(std::span<const float> theta, ChunkId chunk, RoundId round,
                                      std::span<float> gradient, gleaner::Pulse& pulse) const {
  Call call;
  call.sums.gradient = gradient;
  std::fill(gradient.begin(), gradient.end(), 0.0F);
  const v1::Pulse tick = [&](double fraction) {
    if (!call.stopped) call.stopped = !pulse.tick(fraction >= 0 ? std::min(fraction, 1.0) : 0.0);
    return !call.stopped;
  };
  try {
    objective_.chunk_gradient(theta, chunk.value, round.value, call.sums, tick);
    call.failure = problem_of(call.sums, gradient);
  } catch (const std::exception& e) {
    call.failure = fmt::format("the gradient function threw: {}", e.what());
  } catch (...) {
    call.failure = "the gradient function threw something that is no std::exception";
  }
  return call;
}

bool OwnObjective::chunk_gradient(std::span<const float> theta, ChunkId chunk, RoundId round,
                                  std::span<float> out, gleaner::Pulse& pulse) const {
  const Call done = call(theta, chunk, round, out.first(parameters()), pulse);
  if (done.stopped) return false;  // also where it threw because it was to stop
  if (!done.failure.empty()) {
    remember(round, chunk, done.failure);
    std::fill(out.begin(), out.end(), std::numeric_limits<float>::quiet_NaN());
    return true;
  }
  out[parameters()] = static_cast<float>(done.sums.loss);
  out[parameters() + 1] = static_cast<float>(done.sums.correct);
  out[parameters() + 2] = static_cast<float>(done.sums.samples);
  return true;
}

Tallies OwnObjective::reference_chunk(std::span<const float> theta, ChunkId chunk, RoundId round,
                                      std::span<double> gradient) const {
  std::vector<float> one(parameters());
  FreePulse pulse;
  const Call done = call(theta, chunk, round, one, pulse);
  if (!done.failure.empty()) remember(round, chunk, done.failure);
  for (std::size_t p = 0; p < one.size(); ++p) gradient[p] += one[p];
  return {done.sums.loss, done.sums.correct, done.sums.samples};
}

Tallies OwnObjective::evaluate(std::span<const float>, const Samples&) const { return {}; }

std::vector<gleaner::Objective::Part> OwnObjective::parts() const { return {{"parameters", {parameters()}}}; }

void OwnObjective::remember(RoundId round, ChunkId chunk, const std::string& failure) const {
  const std::scoped_lock lock(mutex_);
  failures_.emplace(std::pair(round, chunk), failure);
}

std::string OwnObjective::why(RoundId round, ChunkId chunk) const {
  const std::scoped_lock lock(mutex_);
  const auto it = failures_.find({round, chunk});
  return it == failures_.end() ? "" : it->second;
}

std::string OwnObjective::first_failure() const {
  const std::scoped_lock lock(mutex_);
  if (failures_.empty()) return {};
  const auto& [where, what] = *failures_.begin();
  return fmt::format("round {}: chunk {}: {}", where.first.value, where.second.value, what);
}

}  // namespace gleaner::v1
