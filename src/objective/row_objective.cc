#include "objective/row_objective.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <utility>

namespace gleaner {
namespace {

// Between two pulses.
constexpr std::size_t kBatchRows = 128;

bool convert(std::span<const float> from, std::vector<double>& to, Pulse& pulse) {
  to.resize(from.size());
  for (std::size_t first = 0; first < from.size(); first += kPulseEntries) {
    if (!pulse.tick(0)) return false;
    const std::size_t last = std::min(first + kPulseEntries, from.size());
    for (std::size_t i = first; i < last; ++i) to[i] = from[i];
  }
  return true;
}

bool write(std::span<const double> from, std::span<float> to, Pulse& pulse) {
  for (std::size_t first = 0; first < from.size(); first += kPulseEntries) {
    const std::size_t last = std::min(first + kPulseEntries, from.size());
    for (std::size_t i = first; i < last; ++i) to[i] = static_cast<float>(from[i]);
    if (!pulse.tick(1)) return false;
  }
  return true;
}

}  // namespace

// A worker computes on one of two threads, and never on both: what one of them used last, the other takes up.
// So there is one scratch where a scratch for each thread would make two, each several times the model.
class RowObjective::ScratchShelf {
 public:
  std::unique_ptr<Scratch> take() {
    const std::scoped_lock lock(mutex_);
    if (idle_.empty()) return std::make_unique<Scratch>();
    std::unique_ptr<Scratch> scratch = std::move(idle_.back());
    idle_.pop_back();
    return scratch;
  }
  void put_back(std::unique_ptr<Scratch> scratch) {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(scratch));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Scratch>> idle_;
};

RowObjective::~RowObjective() = default;

Status RowObjective::check(const Samples& samples, std::size_t classes,
                           std::span<const IndexRange> chunk_rows) {
  if (Status checked = check_samples(samples, classes); !checked) return checked;
  for (std::size_t i = 0; i < chunk_rows.size(); ++i) {
    const IndexRange& r = chunk_rows[i];
    if (r.first > r.last || r.last > samples.rows)
      return bad_input(
          fmt::format("chunk {} covers the rows {}..{} of {} samples", i, r.first, r.last, samples.rows),
          "give chunks that lie within the samples");
  }
  return {};
}

RowObjective::RowObjective(const Samples& samples, std::vector<IndexRange> chunk_rows, const MiniBatch& mini,
                           Cost cost)
    : samples_(samples),
      quick_(samples),
      chunk_rows_(std::move(chunk_rows)),
      mini_(mini),
      cost_(cost),
      shelf_(std::make_unique<ScratchShelf>()) {
  if (!samples.is_sparse() && nonzero_share(samples) < kSparseShare) {
    compact_ = compress(samples);
    quick_ = compact_.view(samples);
  }
}

std::size_t RowObjective::rows_per_batch(const Samples& samples) const {
  const std::size_t numbers = samples.is_sparse() ? samples.values.size() : samples.dense.size();
  const std::size_t per_row =
      numbers / std::max<std::size_t>(samples.rows, 1) * cost_.per_entry + cost_.per_row;
  return std::clamp<std::size_t>(cost_.products / std::max<std::size_t>(per_row, 1), 1, kBatchRows);
}

bool RowObjective::chunk_gradient(std::span<const float> theta, ChunkId chunk, RoundId round,
                                  std::span<float> out, Pulse& pulse) const {
  GLEANER_CHECK(theta.size() == parameters() && out.size() == dimension(), "vectors of another model");
  std::unique_ptr<Scratch> scratch = shelf_->take();
  const bool whole = compute(theta, chunk, round, out, pulse, *scratch);
  shelf_->put_back(std::move(scratch));
  return whole;
}

bool RowObjective::compute(std::span<const float> theta, ChunkId chunk, RoundId round, std::span<float> out,
                           Pulse& pulse, Scratch& scratch) const {
  if (!convert(theta, scratch.theta, pulse) || !prepare(scratch, pulse)) return false;
  scratch.gradient.assign(parameters(), 0);

  const BatchRows rows(mini_, chunk_rows_[chunk.index()], chunk, round);
  const std::size_t step = rows_per_batch(quick_);
  Tallies tallies;
  for (std::size_t first = 0; first < rows.size(); first += step) {
    const std::size_t last = std::min(first + step, rows.size());
    rows.read(first, last, scratch.rows);
    add_rows(quick_, scratch.rows, false, scratch, tallies);
    const auto done = static_cast<double>(last) / static_cast<double>(rows.size());
    if (last < rows.size() && !pulse.tick(done)) return false;
  }
  out[parameters()] = static_cast<float>(tallies.loss);
  out[parameters() + 1] = static_cast<float>(tallies.correct);
  out[parameters() + 2] = static_cast<float>(tallies.samples);
  return write(scratch.gradient, out, pulse);
}

std::uint64_t RowObjective::working_bytes() const {
  std::size_t rows = 0;  // of the largest chunk
  for (const IndexRange& range : chunk_rows_) rows = std::max(rows, range.size());
  if (mini_.rows > 0) rows = std::min(rows, mini_.rows);
  rows = std::min(rows, rows_per_batch(quick_));
  return (2 * parameters() + working_numbers(rows)) * sizeof(double);
}

Tallies RowObjective::evaluate(std::span<const float> theta, const Samples& samples) const {
  GLEANER_CHECK(theta.size() == parameters(), "a vector of another model");
  GLEANER_CHECK(samples.features == samples_.features, "widen the test set to the features of the model");
  Scratch scratch;
  scratch.theta.assign(theta.begin(), theta.end());
  FreePulse pulse;
  GLEANER_CHECK(prepare(scratch, pulse), "a free pulse never stops");
  const BatchRows rows({}, {0, samples.rows}, ChunkId(0), RoundId(0));
  const std::size_t step = rows_per_batch(samples);
  Tallies tallies;
  for (std::size_t first = 0; first < samples.rows; first += step) {
    rows.read(first, std::min(first + step, samples.rows), scratch.rows);
    add_rows(samples, scratch.rows, true, scratch, tallies);
  }
  return tallies;
}

Tallies RowObjective::reference_chunk(std::span<const float> theta, ChunkId chunk, RoundId round,
                                      std::span<double> gradient) const {
  GLEANER_CHECK(theta.size() == parameters() && gradient.size() == parameters(), "vectors of another model");
  const BatchRows batch(mini_, chunk_rows_[chunk.index()], chunk, round);
  std::vector<std::size_t> rows;
  batch.read(0, batch.size(), rows);
  Tallies tallies;
  for (const std::size_t row : rows) tallies += add_plain_row(theta, row, gradient);
  return tallies;
}

std::vector<RowObjective::Entry> RowObjective::entries_of(std::size_t row) const {
  std::vector<Entry> entries;
  if (samples_.is_sparse()) {
    for (std::uint64_t e = samples_.offsets[row]; e < samples_.offsets[row + 1]; ++e)
      entries.push_back({samples_.columns[e], samples_.values[e]});
  } else {
    for (std::size_t j = 0; j < samples_.features; ++j)
      entries.push_back({j, samples_.dense[row * samples_.features + j]});
  }
  return entries;
}

}  // namespace gleaner
