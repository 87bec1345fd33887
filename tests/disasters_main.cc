// The disasters alone, for ./dev mutants and for people who hunt one: links the rooms base to sim and nothing
// else.
//
//     disasters ROUNDS SEED [THREADS]
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "sim/disasters.h"

namespace {

gleaner::ForEach on_threads(std::size_t threads) {
  return [threads](std::size_t count, const std::function<void(std::size_t)>& body) {
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (std::size_t k = next++; k < count; k = next++) body(k);
    };
    std::vector<std::thread> pool;
    for (std::size_t t = 1; t < threads; ++t) pool.emplace_back(work);
    work();
    for (std::thread& t : pool) t.join();
  };
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: disasters ROUNDS SEED [THREADS]\n");
    return 2;
  }
  gleaner::DisasterOptions options;
  options.rounds = std::strtoull(argv[1], nullptr, 10);
  options.seed = std::strtoull(argv[2], nullptr, 10);
  options.for_each = on_threads(argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1);
  fmt::print("seed {}\n", options.seed);
  std::fflush(stdout);
  const auto began = std::chrono::steady_clock::now();
  const gleaner::DisasterReport report = gleaner::run_disasters(options);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  fmt::print("{}", report.text());
  if (report.finding) {
    fmt::print("caught by the rule \"{}\" after {} rounds, {:.1f} s\n", name_of(report.finding->first.rule),
               report.counts.rounds, took.count());
    return 1;
  }
  fmt::print("{} rounds in {:.1f} s, no rule was broken\n", report.counts.rounds, took.count());
  return 0;
}
