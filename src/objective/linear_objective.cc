#include "objective/linear_objective.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "objective/linear_kernels.h"

namespace gleaner {
namespace {

// Above this share of nonzeros, walking all features in order is quicker than following column numbers.
constexpr double kSparseShare = 0.3;
// Between two pulses: at most 128 rows, and about 0.2 ms of multiplications.
constexpr std::size_t kBatchRows = 128;
constexpr std::size_t kBatchProducts = std::size_t{1} << 20;
// Model entries converted between two pulses, for models so large that this alone takes milliseconds.
constexpr std::size_t kSlice = std::size_t{1} << 18;
// A model of 8 GB: what asks for more is a slip in the data rather than a wish.
constexpr std::size_t kParametersMax = std::size_t{1} << 31;

struct Scratch {
  std::vector<double> theta, gradient, scores;
};
Scratch& scratch_of_thread() {
  thread_local Scratch scratch;
  return scratch;
}

bool convert(std::span<const float> from, std::vector<double>& to, Pulse& pulse) {
  to.resize(from.size());
  for (std::size_t first = 0; first < from.size(); first += kSlice) {
    if (!pulse.tick(0)) return false;
    const std::size_t last = std::min(first + kSlice, from.size());
    for (std::size_t i = first; i < last; ++i) to[i] = from[i];
  }
  return true;
}

bool write(std::span<const double> from, std::span<float> to, Pulse& pulse) {
  for (std::size_t first = 0; first < from.size(); first += kSlice) {
    const std::size_t last = std::min(first + kSlice, from.size());
    for (std::size_t i = first; i < last; ++i) to[i] = static_cast<float>(from[i]);
    if (!pulse.tick(1)) return false;
  }
  return true;
}

void add(Tallies& tallies, const Link::Outcome& outcome) {
  tallies.loss += outcome.loss;
  tallies.correct += outcome.correct ? 1 : 0;
  tallies.samples += 1;
}

struct Entry {
  std::size_t column;
  double value;
};

std::vector<Entry> entries_of(const Samples& samples, std::size_t row) {
  std::vector<Entry> entries;
  if (samples.is_sparse()) {
    for (std::uint64_t e = samples.offsets[row]; e < samples.offsets[row + 1]; ++e)
      entries.push_back({samples.columns[e], samples.values[e]});
  } else {
    for (std::size_t j = 0; j < samples.features; ++j)
      entries.push_back({j, samples.dense[row * samples.features + j]});
  }
  return entries;
}

}  // namespace

Result<std::unique_ptr<Objective>> LinearObjective::make(std::unique_ptr<Link> link, const Samples& samples,
                                                         std::size_t classes, std::size_t outputs,
                                                         std::vector<IndexRange> chunk_rows) {
  if (Status checked = check_samples(samples, classes); !checked) return checked.error();
  if (samples.features >= kParametersMax / outputs)
    return bad_input(fmt::format("{} features and {} outputs make a model of more than {} numbers",
                                 samples.features, outputs, kParametersMax),
                     "give data with fewer features or classes");
  for (std::size_t i = 0; i < chunk_rows.size(); ++i) {
    const IndexRange& r = chunk_rows[i];
    if (r.first > r.last || r.last > samples.rows)
      return bad_input(
          fmt::format("chunk {} covers the rows {}..{} of {} samples", i, r.first, r.last, samples.rows),
          "give chunks that lie within the samples");
  }
  return std::unique_ptr<Objective>(
      new LinearObjective(std::move(link), samples, outputs, std::move(chunk_rows)));
}

LinearObjective::LinearObjective(std::unique_ptr<Link> link, const Samples& samples, std::size_t outputs,
                                 std::vector<IndexRange> chunk_rows)
    : link_(std::move(link)),
      samples_(samples),
      quick_(samples),
      outputs_(outputs),
      chunk_rows_(std::move(chunk_rows)) {
  if (!samples.is_sparse() && nonzero_share(samples) < kSparseShare) {
    compact_ = compress(samples);
    quick_ = compact_.view(samples);
  }
  batch_ = rows_per_batch(quick_);
}

std::size_t LinearObjective::rows_per_batch(const Samples& samples) const {
  const std::size_t numbers = samples.is_sparse() ? samples.values.size() : samples.dense.size();
  const std::size_t per_row = numbers / std::max<std::size_t>(samples.rows, 1) * outputs_;
  return std::clamp<std::size_t>(kBatchProducts / std::max<std::size_t>(per_row, 1), 1, kBatchRows);
}

void LinearObjective::initial(std::uint64_t, std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.0F);
}

bool LinearObjective::chunk_gradient(std::span<const float> theta, ChunkId chunk, RoundId,
                                     std::span<float> out, Pulse& pulse) const {
  GLEANER_CHECK(theta.size() == parameters() && out.size() == dimension(), "vectors of another model");
  const IndexRange rows = chunk_rows_[chunk.index()];
  Scratch& scratch = scratch_of_thread();
  if (!convert(theta, scratch.theta, pulse)) return false;
  scratch.gradient.assign(parameters(), 0);
  scratch.scores.resize(batch_ * outputs_);

  Tallies tallies;
  for (std::size_t first = rows.first; first < rows.last; first += batch_) {
    const IndexRange batch{first, std::min(first + batch_, rows.last)};
    score_rows(quick_, batch, outputs_, scratch.theta.data(), scratch.scores.data());
    for (std::size_t i = batch.first; i < batch.last; ++i) {
      const std::span<double> scores(scratch.scores.data() + (i - batch.first) * outputs_, outputs_);
      add(tallies, link_->slopes(scores, samples_.labels[i]));
    }
    add_outer_products(quick_, batch, outputs_, scratch.scores.data(), scratch.gradient.data());
    const auto done = static_cast<double>(batch.last - rows.first) / static_cast<double>(rows.size());
    if (batch.last < rows.last && !pulse.tick(done)) return false;
  }
  out[parameters()] = static_cast<float>(tallies.loss);
  out[parameters() + 1] = static_cast<float>(tallies.correct);
  out[parameters() + 2] = static_cast<float>(tallies.samples);
  return write(scratch.gradient, out, pulse);
}

Tallies LinearObjective::add_reference(std::span<const float> theta, IndexRange rows,
                                       std::span<double> gradient) const {
  const std::size_t k = outputs_;
  const std::size_t bias = samples_.features * k;
  Tallies tallies;
  std::vector<double> s(k);
  for (std::size_t i = rows.first; i < rows.last; ++i) {
    const std::vector<Entry> x = entries_of(samples_, i);
    for (std::size_t c = 0; c < k; ++c) {
      s[c] = theta[bias + c];
      for (const Entry& e : x) s[c] += e.value * theta[e.column * k + c];
    }
    add(tallies, link_->plain_slopes(s, samples_.labels[i]));
    for (std::size_t c = 0; c < k; ++c) {
      for (const Entry& e : x) gradient[e.column * k + c] += e.value * s[c];
      gradient[bias + c] += s[c];
    }
  }
  return tallies;
}

Tallies LinearObjective::reference(std::span<const float> theta, RoundId, std::span<double> gradient) const {
  GLEANER_CHECK(theta.size() == parameters() && gradient.size() == parameters(), "vectors of another model");
  std::fill(gradient.begin(), gradient.end(), 0.0);
  Tallies total;
  for (const IndexRange& rows : chunk_rows_) {
    const Tallies part = add_reference(theta, rows, gradient);
    total.loss += part.loss;
    total.correct += part.correct;
    total.samples += part.samples;
  }
  return total;
}

double LinearObjective::reference_chunk_norm(std::span<const float> theta, ChunkId chunk, RoundId) const {
  std::vector<double> gradient(parameters(), 0);
  add_reference(theta, chunk_rows_[chunk.index()], gradient);
  double squares = 0;
  for (const double g : gradient) squares += g * g;
  return std::sqrt(squares);
}

Tallies LinearObjective::evaluate(std::span<const float> theta, const Samples& samples) const {
  GLEANER_CHECK(theta.size() == parameters(), "a vector of another model");
  GLEANER_CHECK(samples.features == samples_.features, "widen the test set to the features of the model");
  const std::vector<double> wide(theta.begin(), theta.end());
  const std::size_t batch_rows = rows_per_batch(samples);
  std::vector<double> scores(batch_rows * outputs_);
  Tallies tallies;
  for (std::size_t first = 0; first < samples.rows; first += batch_rows) {
    const IndexRange batch{first, std::min(first + batch_rows, samples.rows)};
    score_rows(samples, batch, outputs_, wide.data(), scores.data());
    for (std::size_t i = batch.first; i < batch.last; ++i) {
      const std::span<double> s(scores.data() + (i - batch.first) * outputs_, outputs_);
      add(tallies, link_->slopes(s, samples.labels[i]));
    }
  }
  return tallies;
}

std::vector<Objective::Part> LinearObjective::parts() const {
  if (outputs_ == 1) return {{"weights", {samples_.features}}, {"bias", {1}}};
  return {{"weights", {samples_.features, outputs_}}, {"bias", {outputs_}}};
}

}  // namespace gleaner
