// Trains a gradient function of one's own on six worker threads, of which one is slow and one dies: the line
// y = 2 x - 1 from 6 x 100 samples that carry a little noise.
#include <cmath>
#include <cstdio>

#include <gleaner/gleaner.hpp>

constexpr int kChunks = 6;

// Adds up the 100 samples of a chunk: loss (w x + b - y)^2 / 2. Replicas of a chunk must agree, so everything
// follows from the arguments.
void add_chunk(std::span<const float> parameters, std::uint32_t chunk, std::uint64_t /*round*/,
               gleaner::Sums& sums, const gleaner::Pulse& pulse) {
  for (int i = 0; i < 100; ++i) {
    if (i % 10 == 0 && !pulse(i / 100.0)) return;  // nobody wants this chunk any more
    const float x = static_cast<float>(i * kChunks + static_cast<int>(chunk)) / (50 * kChunks) - 1;
    const float y = 2 * x - 1 + 0.1F * std::sin(1000 * x);
    const float error = parameters[0] * x + parameters[1] - y;
    sums.gradient[0] += error * x;
    sums.gradient[1] += error;
    sums.loss += error * error / 2;
    sums.samples += 1;
  }
}

int main() {
  const auto plan = gleaner::make_plan({.workers = kChunks, .replication = 3});
  if (!plan) return std::fprintf(stderr, "%s\n", plan.error().sentence().c_str()), 1;

  const gleaner::Objective line{.parameters = 2, .chunks = kChunks, .chunk_gradient = add_chunk};
  const auto run = gleaner::train(line, plan.value(),
                                  {.rounds = 60,
                                   .optimizer = "sgd",
                                   .learning_rate = 1,
                                   .speeds = "exponential:mean=2ms+slow:factor=5,workers=1",
                                   .faults = "crash:workers=4,round=20,at=mid",
                                   .verify = true});
  if (!run) return std::fprintf(stderr, "%s\n", run.error().sentence().c_str()), 1;

  double worst = 0;
  for (const gleaner::Round& round : run.value().rounds) worst = std::fmax(worst, round.gradient_error);
  std::printf("y = %.2f x %+.2f after %zu rounds\n", run.value().parameters[0], run.value().parameters[1],
              run.value().rounds.size());
  std::printf("workers lost: %d, every gradient exact: %s\n", static_cast<int>(run.value().workers_lost),
              worst < 1e-6 ? "yes" : "no");
}
