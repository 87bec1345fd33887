// What Gleaner costs around LibTorch: a chunk gradient against a plain loop, and rounds whose redundancy
// nobody needs against rounds without any.
//
//   torch_bench [TURNS [BATCH [MODEL]]]
//
// Prints tables with verdicts; no framework, as contenders take turns.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/build_run.h"
#include "bench/cpu_seconds.h"
#include "bench/plain_torch.h"
#include "bench/torch_models.h"
#include "runtime/thread_cluster.h"
#include "training/samples.h"

namespace gleaner::bench {
namespace {

constexpr double kMostOfPlain = 1.05;    // a chunk, of the plain loop's time
constexpr double kMostOfUncoded = 1.10;  // a round of partial, of a round of uncoded
constexpr std::uint64_t kRounds = 9;     // of a run; the first does not count

class Bench {
 public:
  Bench(std::size_t turns, std::size_t batch) : turns_(turns), batch_(batch) {}

  void chunks(const Model& model) {
    constexpr std::size_t kChunks = 3;
    const std::unique_ptr<RunKit> kit = must(RunKit::make(model.options));
    const Samples samples = samples_of(kit->train());
    std::vector<IndexRange> rows;
    for (std::size_t c = 0; c < kChunks; ++c) rows.push_back({c * batch_, (c + 1) * batch_});
    const auto objective = must(kit->torch()->maker()(kit->train(), rows, {}));
    std::vector<float> parameters(objective->parameters());
    objective->initial(1, parameters);
    std::vector<float> ours(objective->dimension()), plain(objective->dimension());
    const std::string bytes = must(static_cast<const TorchModel&>(*objective).exported(parameters, {}));
    const bool own_loss = model.options.objective == "charlm";
    PlainLoop usual(bytes, own_loss, samples, Executor::as_usual);
    PlainLoop alike(bytes, own_loss, samples, Executor::as_gleaner);
    const std::size_t parts = (batch_ + model.options.micro_batch - 1) / model.options.micro_batch;
    const auto run_ours = [&](std::size_t c) {
      FreePulse pulse;
      (void)objective->chunk_gradient(parameters, ChunkId(static_cast<std::uint32_t>(c)), RoundId(1), ours,
                                      pulse);
    };
    const auto timed = [&](Executor executor, const auto& work) {
      use_executor(executor);
      const double began = cpu_seconds();
      for (std::size_t c = 0; c < kChunks; ++c) work(c);
      const double took = cpu_seconds() - began;
      use_executor(Executor::as_gleaner);
      return 1e3 * took / kChunks;
    };
    std::vector<double> times[3], to_alike, to_usual;
    for (std::size_t turn = 0; turn < turns_ + 2; ++turn) {
      double t[3] = {};
      for (std::size_t k = 0; k < 3; ++k) {
        const std::size_t who = (turn + k) % 3;
        if (who == 0) t[0] = timed(Executor::as_gleaner, run_ours);
        if (who == 1) {
          t[1] = timed(Executor::as_gleaner,
                       [&](std::size_t c) { alike.chunk(parameters, rows[c], parts, plain); });
        }
        if (who == 2) {
          t[2] = timed(Executor::as_usual,
                       [&](std::size_t c) { usual.chunk(parameters, rows[c], parts, plain); });
        }
      }
      if (turn < 2) continue;  // LibTorch looks at the first runs and compiles anew
      for (std::size_t k = 0; k < 3; ++k) times[k].push_back(t[k]);
      to_alike.push_back(t[0] / t[1]);
      to_usual.push_back(t[0] / t[2]);
    }
    check_alike(ours, plain, objective->trained());
    const Spread alike_ratio = spread_of(to_alike), usual_ratio = spread_of(to_usual);
    fmt::print(
        "{:<8} {:>9} {:>8.2f} {:>8.2f} {:>8.2f}   {:.3f} ({:.3f} .. {:.3f})   {:.3f} ({:.3f} .. {:.3f})\n",
        model.name, objective->parameters(), spread_of(times[0]).middle, spread_of(times[1]).middle,
        spread_of(times[2]).middle, alike_ratio.middle, alike_ratio.low, alike_ratio.high, usual_ratio.middle,
        usual_ratio.low, usual_ratio.high);
    met_ = met_ && std::max(alike_ratio.middle, usual_ratio.middle) <= kMostOfPlain;
  }

  void rounds(const Model& model) {
    const std::unique_ptr<RunKit> kit = must(RunKit::make(model.options));
    const RunSpec partial = must(kit->spec(Method::partial)), uncoded = must(kit->spec(Method::uncoded));
    std::vector<double> with, without, ratios;
    for (std::size_t turn = 0; turn < turns_; ++turn) {
      double a = 0, b = 0;
      if (turn % 2 == 0) a = round_of(partial);
      b = round_of(uncoded);
      if (turn % 2 == 1) a = round_of(partial);
      with.push_back(1e3 * a);
      without.push_back(1e3 * b);
      ratios.push_back(a / b);
    }
    const Spread ratio = spread_of(ratios);
    fmt::print("{:<8} {:>9.1f} {:>9.1f}   {:.3f} ({:.3f} .. {:.3f})\n", model.name, spread_of(with).middle,
               spread_of(without).middle, ratio.middle, ratio.low, ratio.high);
    met_ = met_ && ratio.middle <= kMostOfUncoded;
  }

  [[nodiscard]] bool met() const { return met_; }

 private:
  /// Median of the rounds of one run.
  static double round_of(const RunSpec& spec) {
    struct Watch final : RunObserver {
      void record(const TraceRecord&) override {}
      void on_round(const RoundRecord& r) override {
        if (r.round > 1) seconds.push_back(r.seconds);
      }
      std::vector<double> seconds;
    } watch;
    const RunResult result = run_threads(spec, watch);
    if (result.summary.status != "completed") throw std::runtime_error(result.summary.reason);
    return percentile(watch.seconds, 0.5);
  }

  /// Both must have computed the same, or their times say nothing.
  static void check_alike(const std::vector<float>& ours, const std::vector<float>& plain, std::size_t n) {
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < n; ++i) {
      difference += std::pow(ours[i] - plain[i], 2);
      size += std::pow(plain[i], 2);
    }
    if (!(std::sqrt(difference) <= 1e-4 * std::sqrt(size)))
      throw std::runtime_error("the plain loop has another gradient");
  }

  std::size_t turns_, batch_;
  bool met_ = true;
};

double load_average() {
  double load = 0;
  getloadavg(&load, 1);
  return load;
}

int run(int argc, char** argv) {
  const std::size_t turns = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 9;
  const std::size_t batch = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 64;
  if (turns == 0 || batch == 0) {
    fmt::print("usage: torch_bench [TURNS [BATCH [charlm|cnn|resnet]]], numbers from 1 on\n");
    return 2;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("gleaner-torch-bench-{}", ::getpid());
  std::filesystem::create_directory(folder);
  std::vector<Model> all = models(folder, batch, kRounds);
  if (argc > 3) std::erase_if(all, [&](const Model& m) { return m.name != argv[3]; });
  Bench bench(turns, batch);
  fmt::print("chunks of {} samples in parts of 32, one thread; {} turns, load average {:.1f}\n", batch, turns,
             load_average());
  fmt::print("processor time of a chunk [ms]; quotients: median (quartiles) within a turn, aim {}\n\n",
             kMostOfPlain);
  fmt::print("{:<8} {:>9} {:>8} {:>8} {:>8}   {:<25} {}\n", "", "numbers", "gleaner", "alike", "usual",
             "to plain loop, alike", "to plain loop, as usual");
  for (const Model& m : all) bench.chunks(m);
  fmt::print("\n8 workers on threads, nobody slow; median of a run's rounds [ms]; aim {}\n\n",
             kMostOfUncoded);
  fmt::print("{:<8} {:>9} {:>9}   {}\n", "", "partial", "uncoded", "quotient");
  for (const Model& m : all) bench.rounds(m);
  std::filesystem::remove_all(folder);
  fmt::print("\naims {} (load average {:.1f} at the end)\n", bench.met() ? "met" : "MISSED", load_average());
  return bench.met() ? 0 : 1;
}

}  // namespace
}  // namespace gleaner::bench

int main(int argc, char** argv) {
  try {
    return gleaner::bench::run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "torch_bench: {}\n", e.what());
    return 1;
  }
}
