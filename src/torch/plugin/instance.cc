#include "torch/plugin/instance.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

namespace gleaner {
namespace {

// The default generator is one for all threads of a process.
std::mutex& turn_of_drawing() {
  static std::mutex mutex;
  return mutex;
}

void seed_default_generator(const c10::Device& device, std::uint64_t seed) {
  at::Generator generator = at::globalContext().defaultGenerator(device);
  const std::scoped_lock lock(generator.mutex());
  generator.set_current_seed(seed);
}

// A view of numbers of ours.
at::Tensor view_of(std::span<const float> numbers, std::vector<std::int64_t> shape) {
  return torch::from_blob(const_cast<float*>(numbers.data()), shape, at::kFloat);
}

// A copy whose parameters are the leaves of a graph of their own.
torch::jit::Module copy_of(const torch::jit::Module& module) {
  const at::NoGradGuard no_gradient;
  torch::jit::Module copy = module.deepcopy();
  auto original = module.named_parameters(/*recurse=*/true).begin();
  for (const auto& p : copy.named_parameters(/*recurse=*/true)) {
    p.value.set_requires_grad((*original).value.requires_grad());
    ++original;
  }
  return copy;
}

}  // namespace

Instance::Instance(const Prototype& prototype) : prototype_(prototype), module_(copy_of(prototype.module)) {
  module_.to(prototype.device);
  tensors_ = tensors_of(module_);
  for (std::size_t i = 0; i < tensors_.state.size(); ++i) {
    const bool moves =
        std::find(prototype.moving.begin(), prototype.moving.end(), i) != prototype.moving.end();
    still_.push_back(moves ? at::Tensor() : tensors_.state[i].tensor.detach().clone());
  }
}

void Instance::set(std::span<const float> theta) {
  const at::NoGradGuard no_gradient;
  std::size_t at = 0;
  const auto take = [&](at::Tensor tensor) {
    const auto n = static_cast<std::size_t>(tensor.numel());
    at::Tensor numbers = view_of(theta.subspan(at, n), {tensor.numel()}).view(tensor.sizes());
    if (!c10::isFloatingType(tensor.scalar_type())) numbers = numbers.round();
    tensor.copy_(numbers);
    at += n;
  };
  for (const NamedTensor& p : tensors_.trained) take(p.tensor);
  for (const std::size_t i : prototype_.moving) take(tensors_.state[i].tensor);
}

void Instance::bind(std::span<float> gradient) {
  std::size_t at = 0;
  for (NamedTensor& p : tensors_.trained) {
    const auto n = static_cast<std::size_t>(p.tensor.numel());
    const std::span<float> place = gradient.subspan(at, n);
    p.tensor.mutable_grad() = p.tensor.is_cpu() ? torch::from_blob(place.data(), p.tensor.sizes(), at::kFloat)
                                                : at::zeros_like(p.tensor);
    at += n;
  }
}

void Instance::unbind() {
  for (NamedTensor& p : tensors_.trained) p.tensor.mutable_grad() = at::Tensor();
}

void Instance::collect(std::span<float> gradient) {
  std::size_t at = 0;
  for (const NamedTensor& p : tensors_.trained) {
    const auto n = static_cast<std::size_t>(p.tensor.numel());
    if (!p.tensor.is_cpu()) {
      torch::from_blob(gradient.subspan(at, n).data(), p.tensor.sizes(), at::kFloat).copy_(p.tensor.grad());
    }
    at += n;
  }
  unbind();
}

at::Tensor Instance::inputs_of(const SampleBatch& batch) const {
  std::vector<std::int64_t> shape{static_cast<std::int64_t>(batch.rows)};
  shape.insert(shape.end(), prototype_.input_shape.begin(), prototype_.input_shape.end());
  return view_of(batch.inputs, shape).to(prototype_.device, prototype_.tokens ? at::kLong : at::kFloat);
}

Instance::Outcome Instance::forward(const SampleBatch& batch) {
  const auto rows = static_cast<std::int64_t>(batch.rows);
  const at::Tensor x = inputs_of(batch);
  const bool classes =
      prototype_.loss == Loss::cross_entropy || (prototype_.loss == Loss::own && prototype_.classes > 0);
  const at::Tensor y = view_of(batch.labels, {rows}).to(prototype_.device, classes ? at::kLong : at::kFloat);
  if (prototype_.loss == Loss::own) {
    const c10::IValue out = module_.forward({x, y});
    if (out.isTensor()) return {out.toTensor(), {}};
    TORCH_CHECK(out.isTuple() && out.toTupleRef().elements().size() == 2,
                "forward(x, y) gives neither losses nor (losses, shares that are right)");
    const auto& both = out.toTupleRef().elements();
    return {both[0].toTensor(), both[1].toTensor()};
  }
  const c10::IValue given = module_.forward({x});
  TORCH_CHECK(given.isTensor(), "forward(x) gives no tensor");
  const at::Tensor out = given.toTensor();
  if (prototype_.loss == Loss::mse) {
    TORCH_CHECK(out.dim() >= 1 && out.size(0) == rows, "forward(x) gives a tensor of shape ", out.sizes(),
                " for ", rows, " samples");
    const at::Tensor flat = out.reshape({rows, -1});
    return {(flat - y.unsqueeze(1)).square().mean(1), {}};
  }
  TORCH_CHECK(
      out.dim() == 2 && out.size(0) == rows && out.size(1) >= static_cast<std::int64_t>(prototype_.classes),
      "forward(x) gives a tensor of shape ", out.sizes(), " for ", rows, " samples of ", prototype_.classes,
      " classes");
  const at::Tensor losses = at::cross_entropy_loss(out, y, {}, at::Reduction::None);
  return {losses, out.detach().argmax(1).eq(y)};
}

void Instance::tally(const Outcome& outcome, std::size_t rows, Tallies& tallies) {
  TORCH_CHECK(outcome.losses.dim() == 1 && outcome.losses.size(0) == static_cast<std::int64_t>(rows),
              "the losses have the shape ", outcome.losses.sizes(), " for ", rows, " samples");
  tells_right_ = outcome.right.defined();
  tallies.loss += outcome.losses.detach().to(at::kDouble).sum().item<double>();
  if (tells_right_) tallies.correct += outcome.right.detach().to(at::kDouble).sum().item<double>();
  tallies.samples += static_cast<double>(rows);
}

Instance::Outcome Instance::forward_in_turn(const SampleBatch& batch, std::uint64_t seed) {
  if (!prototype_.draws) return forward(batch);
  const std::scoped_lock turn(turn_of_drawing());
  seed_default_generator(prototype_.device, seed);
  return forward(batch);
}

void Instance::train(const SampleBatch& batch, std::uint64_t seed, Tallies& tallies) {
  const torch::jit::GraphOptimizerEnabledGuard as_written(false);
  module_.train();
  const Outcome outcome = forward_in_turn(batch, seed);
  tally(outcome, batch.rows, tallies);
  outcome.losses.sum().backward();
}

void Instance::test(const SampleBatch& batch, Tallies& tallies) {
  const torch::jit::GraphOptimizerEnabledGuard as_written(false);
  const at::NoGradGuard no_gradient;
  module_.eval();
  // A module may draw here as well, and would take numbers from somebody who trains.
  tally(forward_in_turn(batch, 0), batch.rows, tallies);
}

void Instance::read_moving(std::span<float> out, double weight) const {
  std::size_t at = 0;
  for (const std::size_t i : prototype_.moving) {
    const at::Tensor now =
        tensors_.state[i].tensor.detach().to(c10::Device(at::kCPU), at::kDouble).contiguous().view(-1);
    const double* const numbers = now.data_ptr<double>();
    for (std::int64_t k = 0; k < now.numel(); ++k) out[at++] = static_cast<float>(weight * numbers[k]);
  }
}

std::string Instance::stray() const {
  for (std::size_t i = 0; i < still_.size(); ++i) {
    if (still_[i].defined() && !at::equal(still_[i], tensors_.state[i].tensor)) return tensors_.state[i].name;
  }
  return {};
}

std::vector<float> Instance::scores(std::span<const std::uint32_t> tokens) {
  const torch::jit::GraphOptimizerEnabledGuard as_written(false);
  const at::NoGradGuard no_gradient;
  module_.eval();
  const std::vector<std::int64_t> wide(tokens.begin(), tokens.end());
  const at::Tensor x = torch::tensor(wide, at::kLong).unsqueeze(0).to(prototype_.device);
  const at::Tensor out = module_.run_method("scores", x)
                             .toTensor()
                             .select(0, 0)
                             .select(0, -1)
                             .to(at::kCPU, at::kFloat)
                             .contiguous();
  return {out.data_ptr<float>(), out.data_ptr<float>() + out.numel()};
}

}  // namespace gleaner
