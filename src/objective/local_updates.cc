#include "objective/local_updates.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace gleaner {
namespace {

// The part of a pulse that belongs to step k = 0, 1, .. of K.
class PulseOfStep final : public Pulse {
 public:
  PulseOfStep(Pulse& whole, std::size_t step, std::size_t steps)
      : whole_(whole), step_(static_cast<double>(step)), steps_(static_cast<double>(steps)) {}
  [[nodiscard]] bool tick(double fraction) override { return whole_.tick((step_ + fraction) / steps_); }

 private:
  Pulse& whole_;
  double step_, steps_;
};

// Calls visit(i) for i in [first, last), with a pulse between pieces of it.
template <class Visit>
bool for_entries(std::size_t first, std::size_t last, Pulse& pulse, const Visit& visit) {
  for (std::size_t begin = first; begin < last; begin += kPulseEntries) {
    const std::size_t end = std::min(begin + kPulseEntries, last);
    for (std::size_t i = begin; i < end; ++i) visit(i);
    if (!pulse.tick(1)) return false;
  }
  return true;
}

class LocalObjective final : public Objective {
 public:
  LocalObjective(std::shared_ptr<const Objective> inner, const LocalUpdates& local,
                 std::vector<std::size_t> chunk_rows)
      : inner_(std::move(inner)), local_(local), chunk_rows_(std::move(chunk_rows)) {}

  std::string_view name() const override { return inner_->name(); }
  std::size_t parameters() const override { return inner_->parameters(); }
  std::size_t buffers() const override { return inner_->buffers(); }
  std::size_t chunks() const override { return inner_->chunks(); }
  void initial(std::uint64_t seed, std::span<float> p) const override { inner_->initial(seed, p); }
  Tallies evaluate(std::span<const float> p, const Samples& s) const override {
    return inner_->evaluate(p, s);
  }
  bool classifies() const override { return inner_->classifies(); }
  bool has_l2() const override { return true; }
  std::string arithmetic() const override { return inner_->arithmetic(); }
  std::vector<Part> parts() const override { return inner_->parts(); }
  std::uint64_t working_bytes() const override {
    return inner_->working_bytes() + parameters() * sizeof(float) + inner_->trained() * sizeof(double);
  }
  std::string trouble(ChunkId chunk, RoundId round) const override {
    std::string reason;
    for (std::size_t k = 0; k < local_.steps && reason.empty(); ++k)
      reason = inner_->trouble(chunk, round_of(round, k));
    return reason;
  }

  bool chunk_gradient(std::span<const float> theta, ChunkId chunk, RoundId round, std::span<float> out,
                      Pulse& pulse) const override;
  Tallies reference_chunk(std::span<const float> theta, ChunkId chunk, RoundId round,
                          std::span<double> gradient) const override;

 private:
  // By how much step k moves an entry that has gone `gone` from `start`, towards less.
  double move(double mean, float start, double gone) const {
    return local_.learning_rate * (mean - local_.prox * gone + local_.l2 * (start - gone));
  }
  RoundId round_of(RoundId round, std::size_t k) const {
    return RoundId((round.value - 1) * local_.steps + k + 1);
  }
  double rows_of(ChunkId chunk) const { return static_cast<double>(chunk_rows_[chunk.index()]); }

  std::shared_ptr<const Objective> inner_;
  LocalUpdates local_;
  std::vector<std::size_t> chunk_rows_;
};

struct Scratch {
  std::vector<float> theta;  // theta_k as inner sees it, buffers included
  std::vector<double> gone;  // theta_0 - theta_k of the trained entries
};

bool LocalObjective::chunk_gradient(std::span<const float> theta, ChunkId chunk, RoundId round,
                                    std::span<float> out, Pulse& pulse) const {
  const std::size_t d = parameters();
  const std::size_t trained = inner_->trained();
  GLEANER_CHECK(theta.size() == d && out.size() == dimension(), "vectors of another model");
  const double rows = rows_of(chunk);
  if (rows == 0) {
    std::fill(out.begin(), out.end(), 0.0F);
    return pulse.tick(1);
  }
  thread_local Scratch s;
  s.theta.assign(theta.begin(), theta.end());
  s.gone.assign(trained, 0);
  Tallies first;
  for (std::size_t k = 0; k < local_.steps; ++k) {
    PulseOfStep part(pulse, k, local_.steps);
    if (!inner_->chunk_gradient(s.theta, chunk, round_of(round, k), out, part)) return false;
    const double samples = out[d + 2];
    if (k == 0) first = {out[d], out[d + 1], samples};
    const bool done = for_entries(0, trained, part, [&](std::size_t i) {
      s.gone[i] += move(out[i] / samples, theta[i], s.gone[i]);
      s.theta[i] = static_cast<float>(theta[i] - s.gone[i]);
    });
    if (!done) return false;
    for (std::size_t i = trained; i < d; ++i) s.theta[i] = static_cast<float>(out[i] / samples);
  }
  for (std::size_t i = trained; i < d; ++i) out[i] = static_cast<float>(rows * s.theta[i]);
  out[d] = static_cast<float>(rows * (first.loss / first.samples));
  out[d + 1] = static_cast<float>(rows * (first.correct / first.samples));
  out[d + 2] = static_cast<float>(rows);
  return for_entries(0, trained, pulse,
                     [&](std::size_t i) { out[i] = static_cast<float>(rows * s.gone[i]); });
}

// In doubles, except for what inner's twin takes.
Tallies LocalObjective::reference_chunk(std::span<const float> theta, ChunkId chunk, RoundId round,
                                        std::span<double> gradient) const {
  const std::size_t d = parameters();
  const std::size_t trained = inner_->trained();
  const double rows = rows_of(chunk);
  if (rows == 0) return {};
  std::vector<double> at(theta.begin(), theta.end());
  std::vector<double> g(d);
  Tallies first;
  for (std::size_t k = 0; k < local_.steps; ++k) {
    const std::vector<float> seen(at.begin(), at.end());
    std::fill(g.begin(), g.end(), 0.0);
    const Tallies t = inner_->reference_chunk(seen, chunk, round_of(round, k), g);
    if (k == 0) first = t;
    for (std::size_t i = 0; i < trained; ++i) {
      const double pull = local_.prox * (at[i] - theta[i]) + local_.l2 * at[i];
      at[i] -= local_.learning_rate * (g[i] / t.samples + pull);
    }
    for (std::size_t i = trained; i < d; ++i) at[i] = g[i] / t.samples;
  }
  for (std::size_t i = 0; i < trained; ++i) gradient[i] += rows * (theta[i] - at[i]);
  for (std::size_t i = trained; i < d; ++i) gradient[i] += rows * at[i];
  return {rows * (first.loss / first.samples), rows * (first.correct / first.samples), rows};
}

}  // namespace

Status check(const LocalUpdates& local) {
  if (local.steps > kLocalStepsMax)
    return bad_input(fmt::format("--local-steps {} never end", local.steps),
                     fmt::format("give at most {}", kLocalStepsMax));
  if (!(local.learning_rate > 0) || !std::isfinite(local.learning_rate))
    return bad_input(fmt::format("--local-lr is {}, expected a number above 0", local.learning_rate),
                     "give --local-lr a value above 0");
  if (!(local.prox >= 0) || !std::isfinite(local.prox))
    return bad_input(fmt::format("--prox {} is not a weight", local.prox), "give 0 or more");
  if (!(local.l2 >= 0) || !std::isfinite(local.l2))
    return bad_input(fmt::format("--l2 {} is not a weight", local.l2), "give 0 or more");
  if (local.prox > 0 && local.steps == 1)
    return bad_input(fmt::format("--prox {} has nothing to pull at in a single local step", local.prox),
                     "give --local-steps 2 or more, or leave --prox away");
  // A pull that overshoots by more than it corrects swings up whatever the data are.
  if (const double pull = local.prox + local.l2; local.learning_rate * pull >= 2)
    return bad_input(fmt::format("--local-lr {} times {} of --prox and --l2 overshoots at every step",
                                 local.learning_rate, pull),
                     fmt::format("lower --local-lr below {:.2g}, or the pull", 1 / pull));
  return {};
}

Result<std::shared_ptr<const Objective>> make_local_updates(std::shared_ptr<const Objective> inner,
                                                            const LocalUpdates& local,
                                                            std::vector<std::size_t> chunk_rows) {
  GLEANER_CHECK(inner && local.on(), "local steps of an objective");
  GLEANER_CHECK(chunk_rows.size() == inner->chunks(), "every chunk has a number of rows");
  GLEANER_CHECK(!inner->has_l2(), "L2 would be in the vectors twice");
  if (Status s = check(local); !s) return s.error();
  return std::shared_ptr<const Objective>(
      std::make_shared<LocalObjective>(std::move(inner), local, std::move(chunk_rows)));
}

}  // namespace gleaner
