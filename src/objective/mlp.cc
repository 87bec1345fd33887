#include "objective/mlp.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "base/random.h"
#include "objective/dense_kernels.h"

namespace gleaner {
namespace {

// Between two pulses: one to three milliseconds of work, since fewer rows would read the weights more
// often.
constexpr std::size_t kBatchProducts = std::size_t{1} << 23;
constexpr std::size_t kLayersMax = 64;
constexpr std::size_t kUnitsMax = std::size_t{1} << 24;

// Rows of `to` are columns of `from` (rows x columns), in squares that stay in the cache.
void transpose(const double* from, std::size_t rows, std::size_t columns, IndexRange some, double* to) {
  constexpr std::size_t kSquare = 16;
  for (std::size_t c0 = 0; c0 < columns; c0 += kSquare) {
    for (std::size_t r = some.first; r < some.last; ++r) {
      for (std::size_t c = c0; c < std::min(c0 + kSquare, columns); ++c)
        to[c * rows + r] = from[r * columns + c];
    }
  }
}

}  // namespace

Result<std::vector<std::size_t>> parse_hidden(std::string_view text) {
  const auto refuse = [&](std::string_view part) {
    return bad_input(
        fmt::format("--hidden {}: '{}' is not a number of units in 1..{}", text, part, kUnitsMax),
        "give the widths of the hidden layers joined by /, such as 256/128");
  };
  std::vector<std::size_t> widths;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    std::size_t width = 0;
    const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), width);
    if (error != std::errc() || stop != part.data() + part.size() || width == 0 || width > kUnitsMax)
      return refuse(part);
    widths.push_back(width);
    begin = end + 1;
  }
  if (widths.size() > kLayersMax)
    return bad_input(fmt::format("--hidden names {} layers, but {} are the most", widths.size(), kLayersMax),
                     "give fewer layers");
  return widths;
}

Result<std::unique_ptr<Objective>> make_mlp(const Samples& samples, std::size_t classes,
                                            std::vector<std::size_t> hidden,
                                            std::vector<IndexRange> chunk_rows, const MiniBatch& mini) {
  return MlpObjective::make(samples, classes, std::move(hidden), std::move(chunk_rows), mini);
}

Result<std::unique_ptr<Objective>> MlpObjective::make(const Samples& samples, std::size_t classes,
                                                      std::vector<std::size_t> hidden,
                                                      std::vector<IndexRange> chunk_rows,
                                                      const MiniBatch& mini) {
  if (classes < 2)
    return bad_input(fmt::format("mlp needs at least 2 classes, but the labels have {}", classes),
                     "check the labels of the data");
  if (std::find(hidden.begin(), hidden.end(), 0U) != hidden.end())
    return bad_input("a hidden layer of mlp has no units", "give every layer at least 1");
  if (Status checked = check(samples, classes, chunk_rows); !checked) return checked.error();
  std::vector<std::size_t> widths{samples.features};
  widths.insert(widths.end(), hidden.begin(), hidden.end());
  widths.push_back(classes);
  std::size_t size = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    // By division, since the product could overflow.
    if (widths[i] >= kParametersMax / widths[i + 1] || size >= kParametersMax)
      return bad_input(fmt::format("an mlp of {} features and hidden layers {} has more than {} numbers",
                                   samples.features, fmt::join(hidden, "/"), kParametersMax),
                       "give --hidden fewer units, or data with fewer features");
    size += (widths[i] + 1) * widths[i + 1];
  }
  return std::unique_ptr<Objective>(
      new MlpObjective(samples, layers_of(widths), std::move(chunk_rows), mini));
}

std::vector<MlpObjective::Layer> MlpObjective::layers_of(const std::vector<std::size_t>& widths) {
  std::vector<Layer> layers;
  std::size_t at = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    const std::size_t weights = widths[i] * widths[i + 1];
    layers.push_back({widths[i], widths[i + 1], at, at + weights});
    at += weights + widths[i + 1];
  }
  return layers;
}

RowObjective::Cost MlpObjective::cost_of(const std::vector<Layer>& layers) {
  Cost cost{.per_entry = layers.front().outputs, .per_row = 0, .products = kBatchProducts};
  for (std::size_t i = 1; i < layers.size(); ++i) cost.per_row += layers[i].inputs * layers[i].outputs;
  return cost;
}

MlpObjective::MlpObjective(const Samples& samples, std::vector<Layer> layers,
                           std::vector<IndexRange> chunk_rows, const MiniBatch& mini)
    : RowObjective(samples, std::move(chunk_rows), mini, cost_of(layers)),
      layers_(std::move(layers)),
      parameters_(layers_.back().biases + layers_.back().outputs),
      link_(softmax_link()) {}

void MlpObjective::initial(std::uint64_t seed, std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.0F);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    Random random({.seed = seed, .purpose = Purpose::parameters, .position = i});
    const double deviation = std::sqrt(2.0 / static_cast<double>(std::max<std::size_t>(layer.inputs, 1)));
    for (float& w : out.subspan(layer.weights, layer.inputs * layer.outputs))
      w = static_cast<float>(deviation * random.normal());
  }
}

std::vector<Objective::Part> MlpObjective::parts() const {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    parts.push_back({fmt::format("layer{}.weights", i + 1), {layers_[i].inputs, layers_[i].outputs}});
    parts.push_back({fmt::format("layer{}.bias", i + 1), {layers_[i].outputs}});
  }
  return parts;
}

// The way back multiplies by W_i^T, i > 1: turned once per chunk, its rows are as long as the kernels like.
bool MlpObjective::prepare(Scratch& scratch, Pulse& pulse) const {
  scratch.transposed.resize(parameters_ - layers_[0].biases);
  for (std::size_t i = 1; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    const std::size_t step = std::max<std::size_t>(kPulseEntries / layer.outputs, 1);
    for (std::size_t first = 0; first < layer.inputs; first += step) {
      if (!pulse.tick(0)) return false;
      transpose(scratch.theta.data() + layer.weights, layer.inputs, layer.outputs,
                {first, std::min(first + step, layer.inputs)},
                scratch.transposed.data() + (layer.weights - layers_[0].biases));
    }
  }
  return true;
}

// Where a micro-batch of m rows keeps its numbers within Scratch::work.
struct MlpObjective::Work {
  double* inputs;                // a_0, m x features, where the samples are dense
  std::vector<double*> outputs;  // s_i, then a_i, m x h_i; of the last layer s, then the slopes
  double* slopes;                // d_i and d_{i-1} by turns, each m x the largest hidden width
  double* other_slopes;
};

std::size_t MlpObjective::widest() const {
  std::size_t widest = 0;
  for (const Layer& layer : layers_) widest = std::max(widest, layer.outputs);
  return widest;
}

std::size_t MlpObjective::numbers_per_row(const Samples& samples) const {
  std::size_t numbers = samples.is_sparse() ? 0 : samples.features;
  for (const Layer& layer : layers_) numbers += layer.outputs;
  return numbers + 2 * widest();
}

std::size_t MlpObjective::working_numbers(std::size_t rows) const {
  return parameters_ - layers_[0].biases + rows * numbers_per_row(samples());
}

MlpObjective::Work MlpObjective::cut_work(const Samples& samples, std::size_t rows, Scratch& scratch) const {
  scratch.work.resize(rows * numbers_per_row(samples));
  double* next = scratch.work.data();
  const auto take = [&](std::size_t width) { return std::exchange(next, next + rows * width); };
  Work work{};
  work.inputs = samples.is_sparse() ? nullptr : take(samples.features);
  for (const Layer& layer : layers_) work.outputs.push_back(take(layer.outputs));
  work.slopes = take(widest());
  work.other_slopes = take(widest());
  return work;
}

void MlpObjective::forward(const Samples& samples, Rows rows, const Scratch& scratch,
                           const Work& work) const {
  const std::size_t m = rows.size();
  if (!samples.is_sparse()) copy_rows(samples, rows, work.inputs);
  const double* before = work.inputs;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    const double* weights = scratch.theta.data() + layer.weights;
    double* s = work.outputs[i];
    for (std::size_t r = 0; r < m; ++r)
      std::copy_n(scratch.theta.data() + layer.biases, layer.outputs, s + r * layer.outputs);
    if (before == nullptr) {
      add_sparse_product(samples, rows, layer.outputs, weights, s);
    } else {
      add_product(m, layer.inputs, layer.outputs, before, weights, s);
    }
    if (i + 1 == layers_.size()) return;
    for (std::size_t e = 0; e < m * layer.outputs; ++e) s[e] = s[e] < 0 ? 0 : s[e];  // NaN passes
    before = s;
  }
}

void MlpObjective::backward(const Samples& samples, Rows rows, Scratch& scratch, const Work& work) const {
  const std::size_t m = rows.size();
  const double* slopes = work.outputs.back();
  double* next = work.slopes;
  double* other = work.other_slopes;
  for (std::size_t i = layers_.size(); i-- > 0;) {
    const Layer& layer = layers_[i];
    double* gradient = scratch.gradient.data() + layer.weights;
    double* biases = scratch.gradient.data() + layer.biases;
    for (std::size_t r = 0; r < m; ++r) {
      for (std::size_t c = 0; c < layer.outputs; ++c) biases[c] += slopes[r * layer.outputs + c];
    }
    if (i == 0 && samples.is_sparse()) {
      return add_sparse_transposed_product(samples, rows, layer.outputs, slopes, gradient);
    }
    const double* before = i == 0 ? work.inputs : work.outputs[i - 1];
    add_transposed_product(m, layer.inputs, layer.outputs, before, slopes, gradient);
    if (i == 0) return;
    const double* turned = scratch.transposed.data() + (layer.weights - layers_[0].biases);
    std::fill_n(next, m * layer.inputs, 0.0);
    add_product(m, layer.outputs, layer.inputs, slopes, turned, next);
    for (std::size_t e = 0; e < m * layer.inputs; ++e) next[e] = before[e] > 0 ? next[e] : 0;
    slopes = next;
    std::swap(next, other);
  }
}

void MlpObjective::add_rows(const Samples& samples, Rows rows, bool losses_only, Scratch& scratch,
                            Tallies& tallies) const {
  const Work work = cut_work(samples, rows.size(), scratch);
  forward(samples, rows, scratch, work);
  const std::size_t k = layers_.back().outputs;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Link::Outcome one = link_->slopes({work.outputs.back() + r * k, k}, samples.labels[rows[r]]);
    tallies += {one.loss, one.correct ? 1.0 : 0.0, 1};
  }
  if (!losses_only) backward(samples, rows, scratch, work);
}

Tallies MlpObjective::add_plain_row(std::span<const float> theta, std::size_t row,
                                    std::span<double> gradient) const {
  std::vector<std::vector<Entry>> a{entries_of(row)};  // a[i]: inputs of layer i, counted from 0
  std::vector<double> s;
  for (const Layer& layer : layers_) {
    s.assign(theta.begin() + static_cast<std::ptrdiff_t>(layer.biases),
             theta.begin() + static_cast<std::ptrdiff_t>(layer.biases + layer.outputs));
    for (const Entry& in : a.back()) {
      for (std::size_t c = 0; c < layer.outputs; ++c)
        s[c] += in.value * theta[layer.weights + in.column * layer.outputs + c];
    }
    std::vector<Entry>& next = a.emplace_back();
    for (std::size_t c = 0; c < layer.outputs; ++c) next.push_back({c, s[c] < 0 ? 0 : s[c]});
  }
  const Link::Outcome one = link_->plain_slopes(s, samples().labels[row]);
  for (std::size_t i = layers_.size(); i-- > 0;) {
    const Layer& layer = layers_[i];
    std::vector<double> before(layer.inputs, 0);
    for (std::size_t c = 0; c < layer.outputs; ++c) gradient[layer.biases + c] += s[c];
    for (const Entry& in : a[i]) {
      for (std::size_t c = 0; c < layer.outputs; ++c) {
        const std::size_t w = layer.weights + in.column * layer.outputs + c;
        gradient[w] += in.value * s[c];
        if (in.value > 0) before[in.column] += s[c] * theta[w];
      }
    }
    s = std::move(before);
  }
  return {one.loss, one.correct ? 1.0 : 0.0, 1};
}

}  // namespace gleaner
