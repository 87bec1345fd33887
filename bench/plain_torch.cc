#include "bench/plain_torch.h"

#include <sstream>
#include <vector>

#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>

namespace gleaner::bench {

void use_executor(Executor executor) {
  const bool usual = executor == Executor::as_usual;
  torch::jit::getProfilingMode() = usual;
  torch::jit::getExecutorMode() = usual;
  at::globalContext().setDeterministicAlgorithms(!usual, /*warn_only=*/false);
}

struct PlainLoop::State {
  torch::jit::Module module;
  std::vector<at::Tensor> parameters;
  at::Tensor inputs, labels;
  bool own_loss = false;
  Executor executor{};
};

PlainLoop::PlainLoop(const std::string& module, bool own_loss, const Samples& samples, Executor executor)
    : state_(std::make_unique<State>()) {
  std::istringstream in(module);
  State& s = *state_;
  s.module = torch::jit::load(in, c10::Device(at::kCPU));
  s.module.train();
  for (const auto& p : s.module.parameters()) {
    if (p.requires_grad()) s.parameters.push_back(p);
  }
  const auto n = static_cast<std::int64_t>(samples.rows);
  const bool tokens = s.module.hasattr("input_tokens");
  std::vector<std::int64_t> shape{n, static_cast<std::int64_t>(samples.features)};
  if (s.module.hasattr("input_shape")) {
    shape = s.module.attr("input_shape").toIntVector();
    shape.insert(shape.begin(), n);
  }
  const auto copy = [](std::span<const float> numbers, const std::vector<std::int64_t>& sizes,
                       c10::ScalarType type) {
    return torch::from_blob(const_cast<float*>(numbers.data()), sizes, at::kFloat).to(type, false, true);
  };
  s.inputs = copy(samples.dense, shape, tokens ? at::kLong : at::kFloat);
  s.labels = copy(samples.labels, {n}, at::kLong);
  s.own_loss = own_loss;
  s.executor = executor;
}

PlainLoop::~PlainLoop() = default;

double PlainLoop::chunk(std::span<const float> parameters, IndexRange rows, std::size_t parts,
                        std::span<float> out) {
  State& s = *state_;
  const torch::jit::GraphOptimizerEnabledGuard optimised(s.executor == Executor::as_usual);
  {
    const at::NoGradGuard no_gradient;
    std::size_t at = 0;
    for (at::Tensor& p : s.parameters) {
      p.copy_(torch::from_blob(const_cast<float*>(parameters.data() + at), p.sizes(), at::kFloat));
      if (p.grad().defined()) p.mutable_grad().zero_();
      at += static_cast<std::size_t>(p.numel());
    }
  }
  at::Tensor sum = torch::zeros({});
  for (std::size_t k = 0; k < parts; ++k) {
    const auto first = static_cast<std::int64_t>(rows.first + rows.size() * k / parts);
    const auto last = static_cast<std::int64_t>(rows.first + rows.size() * (k + 1) / parts);
    const at::Tensor x = s.inputs.slice(0, first, last);
    const at::Tensor y = s.labels.slice(0, first, last);
    at::Tensor loss;
    if (s.own_loss) {
      loss = s.module.forward({x, y}).toTupleRef().elements()[0].toTensor().sum();
    } else {
      loss = at::cross_entropy_loss(s.module.forward({x}).toTensor(), y, {}, at::Reduction::Sum);
    }
    loss.backward();
    sum += loss.detach();
  }
  std::size_t at = 0;
  for (const at::Tensor& p : s.parameters) {
    torch::from_blob(out.data() + at, p.sizes(), at::kFloat).copy_(p.grad());
    at += static_cast<std::size_t>(p.numel());
  }
  return sum.item<double>();
}

}  // namespace gleaner::bench
