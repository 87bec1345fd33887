#include "study/trials.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/random.h"
#include "sim/model_faults.h"

namespace gleaner {
namespace {

std::size_t thread_count(std::size_t wanted, std::uint64_t count) {
  const std::size_t cores = std::max<std::size_t>(1, std::thread::hardware_concurrency());
  return static_cast<std::size_t>(std::min<std::uint64_t>(wanted == 0 ? cores : wanted, count));
}

// Which k are done, handed out in blocks: small enough that no thread is left with much to do alone, large
// enough that taking one costs nothing.
class Blocks {
 public:
  Blocks(std::uint64_t count, std::size_t threads)
      : length_(std::clamp<std::uint64_t>(count / (16 * threads), 1, 64)), done_(count, 0), end_(count) {}

  // Beyond the first k that said stop nothing is done; below it everything is, so that the same k is the
  // first with any number of threads.
  void work(const std::function<bool(std::uint64_t)>& work) {
    for (;;) {
      const std::uint64_t first = next_.fetch_add(length_);
      if (first >= end_.load()) return;
      for (std::uint64_t k = first; k < std::min(end_.load(), first + length_); ++k) {
        if (work(k)) {
          done_[k] = 1;
          continue;
        }
        for (std::uint64_t end = end_.load(); k < end && !end_.compare_exchange_weak(end, k);) {
        }
      }
    }
  }
  // After all threads have ended.
  [[nodiscard]] std::uint64_t without_gap() const {
    return static_cast<std::uint64_t>(std::find(done_.begin(), done_.end(), 0) - done_.begin());
  }

 private:
  std::uint64_t length_;
  std::vector<char> done_;  // not vector<bool>: threads write to neighbours
  std::atomic<std::uint64_t> next_{0};
  std::atomic<std::uint64_t> end_;
};

// Tells how far the trials are, one thread at a time and about a hundred times in all.
class Teller {
 public:
  explicit Teller(const TrialsSpec& spec)
      : spec_(spec), step_(std::max<std::uint64_t>(1, spec.trials / 100)) {}
  void one_done() {
    const std::uint64_t done = ++done_;
    if (!spec_.progress || (done % step_ != 0 && done != spec_.trials)) return;
    const std::lock_guard lock(mutex_);
    if (done <= told_) return;  // another thread was quicker
    told_ = done;
    spec_.progress(done, spec_.trials);
  }

 private:
  const TrialsSpec& spec_;
  std::uint64_t step_;
  std::atomic<std::uint64_t> done_{0};
  std::mutex mutex_;
  std::uint64_t told_ = 0;
};

// What one thread needs: a cluster that it uses again and again, or one for each trial that has its own plan.
class Bench {
 public:
  explicit Bench(const TrialsSpec& spec) : spec_(spec), cluster_spec_(spec.cluster) {
    if (!spec.plan_of) make_cluster();
  }
  Result<TrialOutcome> run(std::uint64_t k) {
    const Result<Trial> trial = trial_of(spec_, k);
    if (!trial) return trial.error();
    if (spec_.plan_of) {
      Result<std::shared_ptr<const Plan>> plan = spec_.plan_of(trial.value().seed);
      if (!plan) return plan.error();
      cluster_spec_.plan = std::move(plan).value();
      make_cluster();
    }
    Cluster::Hooks hooks;
    const bool plain = spec_.faults.scope() == FaultScope::training;
    if (ledger_) ledger_->attach(hooks, plain);
    if (plain) return noted(cluster_->run(trial.value(), hooks));
    Result<ModelFaults> faults = ModelFaults::make(spec_.faults, trial.value().seed,
                                                   cluster_spec_.plan->workers(), cluster_spec_.rounds);
    if (!faults) return faults.error();
    hooks.faults = &faults.value();
    return noted(cluster_->run(trial.value(), hooks));
  }
  [[nodiscard]] const StudyLedger& sum() const { return sum_; }

 private:
  void make_cluster() {
    cluster_.emplace(cluster_spec_);
    if (spec_.ledger != nullptr) ledger_.emplace(cluster_spec_.plan, cluster_spec_.server);
  }
  TrialOutcome noted(TrialOutcome outcome) {
    if (ledger_) ledger_->add_to(sum_, outcome);
    return outcome;
  }

  const TrialsSpec& spec_;
  ClusterSpec cluster_spec_;  // declared before the cluster, which may look at it
  std::optional<Cluster> cluster_;
  std::optional<TrialLedger> ledger_;
  StudyLedger sum_;
};

// The error of the earliest trial that had one.
class FirstError {
 public:
  void offer(std::uint64_t k, const Error& error) {
    const std::lock_guard lock(mutex_);
    if (error_ && k_ < k) return;
    k_ = k;
    error_ = error;
  }
  [[nodiscard]] const std::optional<Error>& get() const { return error_; }

 private:
  std::mutex mutex_;
  std::uint64_t k_ = 0;
  std::optional<Error> error_;
};

}  // namespace

std::uint64_t for_each_trial(std::uint64_t count, std::size_t threads,
                             const std::function<std::function<bool(std::uint64_t)>()>& make) {
  if (count == 0) return 0;
  const std::size_t many = thread_count(threads, count);
  Blocks blocks(count, many);
  const auto run = [&] { blocks.work(make()); };
  std::vector<std::thread> others;
  try {
    while (others.size() + 1 < many) others.emplace_back(run);
  } catch (const std::system_error&) {  // no more threads to be had
  }
  run();
  for (std::thread& t : others) t.join();
  return blocks.without_gap();
}

Result<Trial> trial_of(const TrialsSpec& spec, std::uint64_t k) {
  Trial trial;
  trial.seed = spec.trials == 1
                   ? spec.seed
                   : Random({.seed = spec.seed, .purpose = Purpose::trial, .position = k}).bits();
  trial.first_round = RoundId(1 + k * spec.cluster.rounds);
  Result<std::vector<Fault>> faults =
      spec.faults.schedule(trial.seed, spec.cluster.plan->workers(), spec.cluster.rounds);
  if (!faults) return faults.error();
  if (spec.faults.scope() == FaultScope::training) trial.faults = std::move(faults).value();
  return trial;
}

Result<std::vector<TrialOutcome>> run_trials(const TrialsSpec& spec) {
  if (Status s = check(spec.cluster); !s) return s.error();
  std::vector<TrialOutcome> outcomes(spec.trials);
  Teller teller(spec);
  FirstError failed;
  std::mutex mutex;
  std::vector<std::shared_ptr<Bench>> benches;
  const auto make = [&]() -> std::function<bool(std::uint64_t)> {
    const auto bench = std::make_shared<Bench>(spec);
    const std::lock_guard lock(mutex);
    benches.push_back(bench);
    return [&, bench](std::uint64_t k) {
      if (spec.keep_going && !spec.keep_going()) return false;
      Result<TrialOutcome> outcome = bench->run(k);
      if (!outcome) {
        failed.offer(k, outcome.error());
        return false;
      }
      outcomes[k] = std::move(outcome).value();
      teller.one_done();
      return true;
    };
  };
  outcomes.resize(for_each_trial(spec.trials, spec.threads, make));
  if (failed.get()) return *failed.get();
  if (spec.ledger != nullptr) {
    *spec.ledger = {};
    for (const auto& bench : benches) {
      spec.ledger->page += bench->sum().page;
      spec.ledger->rounds += bench->sum().rounds;
    }
  }
  return outcomes;
}

std::function<Result<std::shared_ptr<const Plan>>(std::uint64_t)> random_orders(
    std::shared_ptr<const Plan> plan) {
  return [plan = std::move(plan)](std::uint64_t seed) -> Result<std::shared_ptr<const Plan>> {
    Result<Plan> drawn = plan->with_ordering(Ordering::random(plan->assignment(), seed));
    if (!drawn) return drawn.error();
    return std::make_shared<const Plan>(std::move(drawn).value());
  };
}

}  // namespace gleaner
