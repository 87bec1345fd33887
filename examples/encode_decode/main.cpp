// Gradient coding without a cluster: a plan, some finished work, what each worker sends, and the sum of all
// chunk gradients out of it. Vectors are half as long as a gradient (blocks = 2), so a chunk needs two
// copies.
#include <cstdio>
#include <vector>

#include <gleaner/coding.hpp>

using Views = std::vector<std::span<const float>>;

int main() {
  const auto plan = gleaner::make_plan({.workers = 5, .replication = 3, .blocks = 2});
  if (!plan) return std::fprintf(stderr, "%s\n", plan.error().sentence().c_str()), 1;

  std::vector<std::vector<float>> gradients;  // of chunk i: i + 1 times (1, 10, 100)
  for (float i = 1; i <= 5; ++i) gradients.push_back({i, 10 * i, 100 * i});

  // Worker 4 has done nothing yet and worker 2 not its chunk 1, the others everything.
  auto finished = plan.value().order;
  finished[4].clear();
  std::erase(finished[2], 1U);
  const auto coefficients = gleaner::coefficients(plan.value(), finished);
  if (!coefficients) return std::fprintf(stderr, "%s\n", coefficients.error().sentence().c_str()), 1;
  std::printf("missing: %.2f\n", coefficients.value().residual);

  std::vector<std::vector<float>> vectors;
  for (std::size_t j = 0; j < plan.value().workers(); ++j) {
    Views own;
    for (const auto chunk : coefficients.value().workers[j].chunks) own.emplace_back(gradients[chunk]);
    vectors.push_back(own.empty() ? std::vector<float>{}
                                  : gleaner::encode(coefficients.value(), j, own).value());
    std::printf("worker %zu sends %zu floats for %zu chunks\n", j, vectors[j].size(), own.size());
  }
  const auto sum = gleaner::decode(coefficients.value(), Views(vectors.begin(), vectors.end()), 3);
  if (!sum) return std::fprintf(stderr, "%s\n", sum.error().sentence().c_str()), 1;
  std::printf("sum: %.3f %.3f %.3f\n", sum.value()[0], sum.value()[1], sum.value()[2]);
}
