// The threads that compute a worker's chunk gradients, one at a time, at the injected pace.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/time.h"
#include "objective/objective.h"
#include "runtime/core_gate.h"
#include "work/chunk_task.h"
#include "work/gradient_store.h"

namespace gleaner {

/// Owns one thread, and another of lower priority for redundant jobs, made when the first of them comes. Two,
/// since an unprivileged thread can lower its priority and not raise it again. They never compute at the same
/// time. Redundant jobs compute only while a core is idle, as far as this process knows (core_gate.h).
/// start() and stop() are called by one other thread and never wait for the computation; both callbacks run
/// on the computing thread. The destructor stops the chunk in hand and joins.
class ComputeThread {
 public:
  struct Job {
    Stamp stamp;
    Slot slot;
    ChunkId chunk;
    Parameters parameters;
    /// Fraction f of the chunk is not passed before f times this; 0: as fast as it goes.
    Duration at_least{};
    /// Nobody waits for it if all workers are alike: it leaves the cores to those for which somebody does.
    bool redundant = false;
    /// If redundant: it waits no longer for an idle core.
    Duration patience{};
  };
  struct Result {
    Job job;
    ChunkVerdict verdict;
    GradientRow row;  ///< if it is finished: as the store keeps it
    Duration took{};
    double fraction = 0;  ///< so far it had got
  };
  using Finished = std::function<void(Result)>;
  using Progressed = std::function<void(Stamp, Slot, double)>;

  /// Gradients are made in buffers of `store`, which outlives this. `finished` is called once per job;
  /// `progressed` at most every kProgressEvery while it computes.
  ComputeThread(std::shared_ptr<const Objective> objective, GradientStore& store, Finished finished,
                Progressed progressed, CoreGate& gate = CoreGate::of_process());
  ~ComputeThread();
  ComputeThread(const ComputeThread&) = delete;
  ComputeThread& operator=(const ComputeThread&) = delete;

  static constexpr std::chrono::milliseconds kProgressEvery{50};
  /// By so much the thread of redundant jobs is nicer. On a core that nobody else wants this costs nothing;
  /// beside one busy thread of another program it leaves a tenth of the core (docs/performance.md).
  static constexpr int kNicer = 10;

  /// REQUIRES: the job before has finished.
  void start(Job job);
  /// The job in hand ends within one tick of its pulse, as stopped (or finished, if it was faster). Harmless
  /// without one.
  void stop();
  /// So far the job in hand has got, by its pace and what the objective has said last; 0 without one.
  [[nodiscard]] double fraction() const;
  /// Ends the thread as soon as it can, without waiting: for a worker that is struck dead.
  void shut_down();
  /// The threads have come to their end: the destructor will not wait.
  [[nodiscard]] bool has_ended() const { return running_.load() == 0; }

 private:
  class PacedPulse;
  [[nodiscard]] std::thread begin_thread(bool redundant);
  void loop(bool redundant);

  std::shared_ptr<const Objective> objective_;
  GradientStore& store_;
  Finished finished_;
  Progressed progressed_;
  CoreGate& gate_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  PacedPulse* pulse_ = nullptr;  // of the job in hand
  std::optional<Job> next_;
  // Written under the mutex; the gate asks for them under its own.
  std::atomic<bool> stopping_{false};  // the job in hand
  std::atomic<bool> quitting_{false};  // the thread
  std::atomic<int> running_{0};        // threads
  std::thread redundant_;              // belongs to the caller of start()
  std::thread thread_;                 // last: they use all of the above
};

}  // namespace gleaner
