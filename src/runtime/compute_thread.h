// The thread that computes a worker's chunk gradients, one at a time, at the injected pace.
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
#include "work/chunk_task.h"
#include "work/gradient_store.h"

namespace gleaner {

/// Owns one thread. start() and stop() are called by one other thread and never wait for the computation;
/// both callbacks run on the computing thread. The destructor stops the chunk in hand and joins.
class ComputeThread {
 public:
  struct Job {
    Stamp stamp;
    Slot slot;
    ChunkId chunk;
    Parameters parameters;
    /// Fraction f of the chunk is not passed before f times this; 0: as fast as it goes.
    Duration at_least{};
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
                Progressed progressed);
  ~ComputeThread();
  ComputeThread(const ComputeThread&) = delete;
  ComputeThread& operator=(const ComputeThread&) = delete;

  static constexpr std::chrono::milliseconds kProgressEvery{50};

  /// REQUIRES: the job before has finished.
  void start(Job job);
  /// The job in hand ends within one tick of its pulse, as stopped (or finished, if it was faster). Harmless
  /// without one.
  void stop();
  /// So far the job in hand has got, by its pace and what the objective has said last; 0 without one.
  [[nodiscard]] double fraction() const;
  /// Ends the thread as soon as it can, without waiting: for a worker that is struck dead.
  void shut_down();
  /// The thread has come to its end: the destructor will not wait.
  [[nodiscard]] bool has_ended() const { return ended_.load(); }

 private:
  class PacedPulse;
  void loop();

  std::shared_ptr<const Objective> objective_;
  GradientStore& store_;
  Finished finished_;
  Progressed progressed_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  PacedPulse* pulse_ = nullptr;  // of the job in hand
  std::optional<Job> next_;
  bool stopping_ = false;  // the job in hand
  bool quitting_ = false;  // the thread
  std::atomic<bool> ended_{false};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace gleaner
