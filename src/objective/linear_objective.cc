#include "objective/linear_objective.h"

#include <fmt/format.h>

#include <algorithm>

#include "objective/linear_kernels.h"

namespace gleaner {

Result<std::unique_ptr<Objective>> LinearObjective::make(std::unique_ptr<Link> link, const Samples& samples,
                                                         Shape shape, std::vector<IndexRange> chunk_rows,
                                                         const MiniBatch& mini) {
  if (Status checked = check(samples, shape.classes, chunk_rows); !checked) return checked.error();
  if (samples.features >= kParametersMax / shape.outputs)
    return bad_input(fmt::format("{} features and {} outputs make a model of more than {} numbers",
                                 samples.features, shape.outputs, kParametersMax),
                     "give data with fewer features or classes");
  return std::unique_ptr<Objective>(
      new LinearObjective(std::move(link), samples, shape, std::move(chunk_rows), mini));
}

LinearObjective::LinearObjective(std::unique_ptr<Link> link, const Samples& samples, Shape shape,
                                 std::vector<IndexRange> chunk_rows, const MiniBatch& mini)
    : RowObjective(samples, std::move(chunk_rows), mini, {.per_entry = shape.outputs}),
      link_(std::move(link)),
      shape_(shape) {}

void LinearObjective::initial(std::uint64_t, std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.0F);
}

void LinearObjective::add_rows(const Samples& samples, Rows rows, bool losses_only, Scratch& scratch,
                               Tallies& tallies) const {
  const std::size_t k = shape_.outputs;
  scratch.work.resize(rows.size() * k);
  double* scores = scratch.work.data();
  score_rows(samples, rows, k, scratch.theta.data(), scores);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Link::Outcome one = link_->slopes({scores + i * k, k}, samples.labels[rows[i]]);
    tallies += {one.loss, one.correct ? 1.0 : 0.0, 1};
  }
  if (!losses_only) add_outer_products(samples, rows, k, scores, scratch.gradient.data());
}

Tallies LinearObjective::add_plain_row(std::span<const float> theta, std::size_t row,
                                       std::span<double> gradient) const {
  const std::size_t k = shape_.outputs;
  const std::size_t bias = samples().features * k;
  const std::vector<Entry> x = entries_of(row);
  std::vector<double> s(k);
  for (std::size_t c = 0; c < k; ++c) {
    s[c] = theta[bias + c];
    for (const Entry& e : x) s[c] += e.value * theta[e.column * k + c];
  }
  const Link::Outcome one = link_->plain_slopes(s, samples().labels[row]);
  for (std::size_t c = 0; c < k; ++c) {
    for (const Entry& e : x) gradient[e.column * k + c] += e.value * s[c];
    gradient[bias + c] += s[c];
  }
  return {one.loss, one.correct ? 1.0 : 0.0, 1};
}

std::vector<Objective::Part> LinearObjective::parts() const {
  if (shape_.outputs == 1) return {{"weights", {samples().features}}, {"bias", {1}}};
  return {{"weights", {samples().features, shape_.outputs}}, {"bias", {shape_.outputs}}};
}

}  // namespace gleaner
