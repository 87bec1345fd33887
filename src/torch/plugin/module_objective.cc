#include "torch/plugin/module_objective.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "base/random.h"
#include "torch/plugin/threads.h"

namespace gleaner {
namespace {

constexpr std::size_t kTestRows = 256;
constexpr std::size_t kTroublesMax = 64;
constexpr std::string_view kSameForAll = "every holder of a chunk must get the same gradient";

/// Rows of samples in a row of memory, with their labels.
class Gatherer {
 public:
  explicit Gatherer(const Samples& samples) : samples_(samples) {}

  SampleBatch read(std::span<const std::size_t> rows) {
    const std::size_t p = samples_.features;
    inputs_.assign(rows.size() * p, 0.0F);
    labels_.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      labels_[i] = samples_.labels[rows[i]];
      float* const to = inputs_.data() + i * p;
      if (!samples_.is_sparse()) {
        std::memcpy(to, samples_.dense.data() + rows[i] * p, p * sizeof(float));
        continue;
      }
      for (std::uint64_t e = samples_.offsets[rows[i]]; e < samples_.offsets[rows[i] + 1]; ++e)
        to[samples_.columns[e]] = samples_.values[e];
    }
    return {rows.size(), inputs_, labels_};
  }

 private:
  const Samples& samples_;
  std::vector<float> inputs_, labels_;
};

std::uint64_t seed_of(std::uint64_t seed, RoundId round, ChunkId chunk, std::size_t part) {
  return Random({.seed = seed,
                 .purpose = Purpose::dropout,
                 .round = round.value,
                 .worker = chunk.value,
                 .position = part})
      .bits();
}

// Part `k` of `parts` nearly equal ones of `rows`.
std::size_t part_begin(std::size_t rows, std::size_t parts, std::size_t k) { return rows * k / parts; }

std::size_t numbers_of(const std::vector<NamedTensor>& tensors) {
  std::size_t sum = 0;
  for (const NamedTensor& t : tensors) sum += static_cast<std::size_t>(t.tensor.numel());
  return sum;
}

Objective::Part part_of(const NamedTensor& t) {
  return {t.name, {t.tensor.sizes().begin(), t.tensor.sizes().end()}};
}

void write_tallies(const Tallies& tallies, std::span<float> out) {
  out[0] = static_cast<float>(tallies.loss);
  out[1] = static_cast<float>(tallies.correct);
  out[2] = static_cast<float>(tallies.samples);
}

}  // namespace

// An instance for as long as it is needed; one that threw is not used again.
class ModuleObjective::Borrowed {
 public:
  explicit Borrowed(const ModuleObjective& owner) : owner_(owner) {
    use_threads(owner.setting_.threads);
    {
      const std::scoped_lock lock(owner_.mutex_);
      if (!owner_.idle_.empty()) {
        instance_ = std::move(owner_.idle_.back());
        owner_.idle_.pop_back();
      }
    }
    if (!instance_) instance_ = std::make_unique<Instance>(owner.prototype_);
  }
  ~Borrowed() {
    if (!sound_) return;
    instance_->unbind();
    const std::scoped_lock lock(owner_.mutex_);
    owner_.idle_.push_back(std::move(instance_));
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

  Instance& operator*() { return *instance_; }
  Instance* operator->() { return instance_.get(); }
  void is_sound() { sound_ = true; }

 private:
  const ModuleObjective& owner_;
  std::unique_ptr<Instance> instance_;
  bool sound_ = false;
};

ModuleObjective::ModuleObjective(Prototype prototype, Setting setting, const Samples& samples,
                                 std::vector<IndexRange> chunk_rows, const MiniBatch& mini)
    : prototype_(std::move(prototype)),
      setting_(std::move(setting)),
      samples_(samples),
      chunk_rows_(std::move(chunk_rows)),
      mini_(mini) {
  const ModuleTensors tensors = tensors_of(prototype_.module);
  for (const std::size_t i : prototype_.moving)
    buffers_ += static_cast<std::size_t>(tensors.state[i].tensor.numel());
  parameters_ = numbers_of(tensors.trained) + buffers_;
}

void ModuleObjective::initial(std::uint64_t /*seed*/, std::span<float> theta) const {
  const ModuleTensors tensors = tensors_of(prototype_.module);
  std::size_t at = 0;
  const auto put = [&](const at::Tensor& tensor) {
    const at::Tensor numbers = tensor.detach().to(at::kFloat).contiguous();
    std::memcpy(theta.data() + at, numbers.data_ptr<float>(),
                static_cast<std::size_t>(numbers.numel()) * sizeof(float));
    at += static_cast<std::size_t>(numbers.numel());
  };
  for (const NamedTensor& p : tensors.trained) put(p.tensor);
  for (const std::size_t i : prototype_.moving) put(tensors.state[i].tensor);
}

template <class AfterPart>
bool ModuleObjective::for_each_part(Instance& instance, ChunkId chunk, RoundId round, Tallies& tallies,
                                    AfterPart after_part) const {
  const BatchRows rows(mini_, chunk_rows_[chunk.index()], chunk, round);
  Gatherer gather(samples_);
  const std::size_t parts = (rows.size() + setting_.micro_batch - 1) / setting_.micro_batch;
  std::vector<std::size_t> numbers;
  for (std::size_t k = 0; k < parts; ++k) {
    rows.read(part_begin(rows.size(), parts, k), part_begin(rows.size(), parts, k + 1), numbers);
    instance.train(gather.read(numbers), seed_of(setting_.seed, round, chunk, k), tallies);
    if (!after_part(static_cast<double>(k + 1) / static_cast<double>(parts))) return false;
  }
  return true;
}

bool ModuleObjective::chunk_gradient(std::span<const float> theta, ChunkId chunk, RoundId round,
                                     std::span<float> out, Pulse& pulse) const {
  GLEANER_CHECK(theta.size() == parameters_ && out.size() == dimension(), "vectors of another model");
  try {
    Borrowed instance(*this);
    instance->set(theta);
    std::fill(out.begin(), out.end(), 0.0F);
    Tallies tallies;
    const std::span<float> gradient = out.first(trained());
    instance->bind(gradient);
    const bool whole = for_each_part(*instance, chunk, round, tallies,
                                     [&](double done) { return done >= 1 || pulse.tick(done); });
    if (whole) instance->collect(gradient);
    const std::string stray = instance->stray();
    if (stray.empty()) instance.is_sound();
    if (!whole) return false;
    instance->read_moving(out.subspan(trained(), buffers_), tallies.samples);
    write_tallies(tallies, out.subspan(parameters_));
    if (stray.empty()) return true;
    remember(
        round, chunk,
        fmt::format("the module changed its tensor {}, which did not move when it was tried out", stray));
  } catch (const std::exception& e) {
    remember(round, chunk, fmt::format("the module failed: {}", words_of(e)));
  }
  std::fill(out.begin(), out.end(), std::numeric_limits<float>::quiet_NaN());
  return true;
}

void ModuleObjective::remember(RoundId round, ChunkId chunk, std::string why) const {
  const std::scoped_lock lock(mutex_);
  troubles_.insert_or_assign({round.value, chunk.value}, std::move(why));
  if (troubles_.size() > kTroublesMax) troubles_.erase(troubles_.begin());
}

std::string ModuleObjective::trouble(ChunkId chunk, RoundId round) const {
  const std::scoped_lock lock(mutex_);
  const auto at = troubles_.find({round.value, chunk.value});
  return at == troubles_.end() ? "" : at->second;
}

Tallies ModuleObjective::reference_chunk(std::span<const float> theta, ChunkId chunk, RoundId round,
                                         std::span<double> gradient) const {
  GLEANER_CHECK(theta.size() == parameters_ && gradient.size() == parameters_, "vectors of another model");
  Tallies tallies;
  try {
    Borrowed instance(*this);
    instance->set(theta);
    std::vector<float> part(trained());
    instance->bind(part);
    for_each_part(*instance, chunk, round, tallies, [&](double) {
      instance->collect(part);
      for (std::size_t i = 0; i < part.size(); ++i) gradient[i] += part[i];
      std::fill(part.begin(), part.end(), 0.0F);
      instance->bind(part);
      return true;
    });
    std::vector<float> moving(buffers_);
    instance->read_moving(moving, 1);
    for (std::size_t i = 0; i < buffers_; ++i) gradient[trained() + i] += tallies.samples * moving[i];
    instance.is_sound();
  } catch (const std::exception& e) {
    remember(round, chunk, fmt::format("the module failed: {}", words_of(e)));
    std::fill(gradient.begin(), gradient.end(), std::numeric_limits<double>::quiet_NaN());
  }
  return tallies;
}

Tallies ModuleObjective::evaluate(std::span<const float> theta, const Samples& samples) const {
  GLEANER_CHECK(theta.size() == parameters_, "a vector of another model");
  Tallies tallies;
  try {
    Borrowed instance(*this);
    instance->set(theta);
    Gatherer gather(samples);
    std::vector<std::size_t> rows;
    for (std::size_t first = 0; first < samples.rows; first += kTestRows) {
      rows.clear();
      for (std::size_t r = first; r < std::min(first + kTestRows, samples.rows); ++r) rows.push_back(r);
      instance->test(gather.read(rows), tallies);
    }
    instance.is_sound();
  } catch (const std::exception&) {
    return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN(),
            static_cast<double>(samples.rows)};
  }
  return tallies;
}

bool ModuleObjective::classifies() const {
  return prototype_.loss == Loss::cross_entropy || (prototype_.loss == Loss::own && prototype_.tells_right);
}

std::vector<Objective::Part> ModuleObjective::parts() const {
  const ModuleTensors tensors = tensors_of(prototype_.module);
  std::vector<Part> all;
  for (const NamedTensor& p : tensors.trained) all.push_back(part_of(p));
  for (const std::size_t i : prototype_.moving) all.push_back(part_of(tensors.state[i]));
  return all;
}

Result<std::string> ModuleObjective::exported(std::span<const float> theta, const ExtraFiles& extra) const {
  try {
    Instance instance(prototype_);
    instance.set(theta);
    torch::jit::Module module = instance.module();
    module.to(c10::Device(at::kCPU));
    module.train();
    torch::jit::ExtraFilesMap files(extra.begin(), extra.end());
    std::ostringstream out;
    module.save(out, files);
    return out.str();
  } catch (const std::exception& e) {
    return run_failed(fmt::format("the trained module cannot be written: {}", words_of(e)));
  }
}

Result<std::vector<std::uint32_t>> ModuleObjective::written(std::span<const float> theta,
                                                            std::span<const std::uint32_t> start,
                                                            std::size_t tokens, std::size_t context,
                                                            double temperature, std::uint64_t seed) const {
  std::vector<std::uint32_t> text(start.begin(), start.end());
  Random random({.seed = seed, .purpose = Purpose::dropout});
  try {
    Borrowed instance(*this);
    instance->set(theta);
    for (std::size_t k = 0; k < tokens; ++k) {
      const std::size_t seen = std::min(context, text.size());
      std::vector<float> scores = instance->scores(std::span(text).last(seen));
      const float most = *std::max_element(scores.begin(), scores.end());
      double sum = 0;
      std::vector<double> weights;
      for (const float s : scores) {
        weights.push_back(std::exp((s - most) / temperature));
        sum += weights.back();
      }
      double left = random.uniform() * sum;
      std::uint32_t token = 0;
      while (token + 1 < weights.size() && (left -= weights[token]) >= 0) ++token;
      text.push_back(token);
    }
    instance.is_sound();
  } catch (const std::exception& e) {
    return run_failed(fmt::format("the module cannot write: {}", words_of(e)));
  }
  text.erase(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(start.size()));
  return text;
}

Status ModuleObjective::try_out(Prototype& prototype, const Setting& setting, const Samples& samples) {
  const std::string& name = prototype.name;
  std::vector<std::size_t> rows;
  for (std::size_t r = 0; r < std::min(samples.rows, setting.micro_batch); ++r) rows.push_back(r);
  Gatherer gather(samples);
  const SampleBatch batch = gather.read(rows);
  use_threads(setting.threads);
  const std::size_t trained = numbers_of(tensors_of(prototype.module).trained);
  std::vector<float> twice[2];
  try {
    for (std::vector<float>& gradient : twice) {
      gradient.assign(trained, 0.0F);
      Instance instance(prototype);
      instance.bind(std::span<float>(gradient));
      Tallies tallies;
      instance.train(batch, 1, tallies);
      instance.collect(std::span<float>(gradient));
      const ModuleTensors before = tensors_of(prototype.module);
      std::vector<std::size_t> moving;
      for (std::size_t i = 0; i < before.state.size(); ++i) {
        const at::Tensor now = instance.tensors().state[i].tensor.detach().to(c10::Device(at::kCPU));
        if (!at::equal(now, before.state[i].tensor.detach())) moving.push_back(i);
      }
      prototype.tells_right = instance.tells_right();
      gradient.push_back(static_cast<float>(tallies.loss));
      for (const std::size_t i : moving) gradient.push_back(static_cast<float>(i));
      if (&gradient == &twice[1]) prototype.moving = moving;
    }
  } catch (const std::exception& e) {
    const std::string words = words_of(e);
    if (const auto at = words.find(" does not have a deterministic implementation"); at != std::string::npos)
      return bad_input(fmt::format("--module {}: not deterministic: LibTorch computes {} in another order "
                                   "every time",
                                   name, words.substr(0, at)),
                       std::string(kSameForAll) + ": use another operation");
    std::string shape = "samples";
    for (const std::int64_t n : prototype.input_shape) shape += fmt::format(" x {}", n);
    return bad_input(
        fmt::format("--module {}: it does not take {} {}: {}", name, prototype.tokens ? "int64" : "float32",
                    shape, words),
        "give the shape of one sample with --input-shape, and the loss that it is for with --loss");
  }
  if (std::memcmp(twice[0].data(), twice[1].data(), twice[0].size() * sizeof(float)) == 0 &&
      twice[0].size() == twice[1].size())
    return {};
  return bad_input(
      fmt::format("--module {}: not deterministic: the same samples gave two different gradients", name),
      std::string(kSameForAll) + ": leave out what draws or waits for threads");
}

}  // namespace gleaner
