// Gleaner's public surface: training on a cluster of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <gleaner/coding.hpp>
#include <gleaner/objective.hpp>
#include <gleaner/result.hpp>

namespace gleaner::GLEANER_V1 {

/// One committed round.
struct Round {
  std::uint64_t round = 0;           ///< the first is 1
  double seconds = 0;                ///< from its start to the new parameters
  double loss = 0;                   ///< mean over the samples plus L2, before the step
  double accuracy = 0;               ///< share predicted correctly, before the step; NaN if not classifying
  double residual = 0;               ///< relative; 0: the gradient is exact
  double gradient_error = 0;         ///< with verify, relative; NaN without
  std::size_t chunks_completed = 0;  ///< chunk gradients that the workers finished, replicas counted
  std::size_t chunks_used = 0;       ///< of these, in the vectors that were combined
  std::uint64_t bytes_to_server = 0;
  std::size_t workers = 0;  ///< live at the end of the round
};

/// How to train. The defaults run.
struct TrainOptions {
  std::uint64_t rounds = 100;     ///< at most
  double target_accuracy = 0;     ///< in (0, 1]: stop when a round begins with it; 0: none
  double time_limit_seconds = 0;  ///< > 0: begin no round after so long; 0: none
  /// sgd | momentum | nesterov | adam; where the sums are changes that local steps made, and no gradients:
  /// fedavg | fedavgm | fedadam.
  std::string optimizer = "momentum";
  double learning_rate = 0.1;         ///< > 0
  std::string schedule = "constant";  ///< of the learning rate, as --schedule: "cosine:min=0.05,warmup=10"
  double momentum = 0.9;              ///< in [0, 1); of adam: the decay of the first moment
  double l2 = 0;                      ///< lambda >= 0: adds lambda / 2 ||parameters||^2 to the loss
  std::uint64_t seed = 1;             ///< of injected slowness and losses

  double deadline_seconds =
      0;                ///< > 0: a round takes what is there after so long; its gradient may be partial
  double residual = 0;  ///< in (0, 1): a round ends when the relative residual is at most this
  bool approximate_if_lost =
      false;  ///< a chunk that nobody can compute any more is left out; else the run fails

  /// Who computes what: skip (nobody computes a chunk of which there are enough copies), replan (and the rest
  /// of a round is dealt out by the speeds that workers show in it), or static (everybody computes
  /// everything).
  std::string policy = "skip";

  std::string speeds =
      "none";  ///< injected slowness, as --speeds: "exponential:mean=20ms+slow:factor=3,workers=2"
  std::string faults = "none";  ///< injected losses, as --faults: "crash:count=1,round=5,at=mid"
  bool virtual_clock =
      false;            ///< one thread and made-up time: the same options give the same result, bit for bit
  bool verify = false;  ///< compare every gradient with a plain sum over all chunks (doubles the work)

  /// Called after every round, on the thread that called train. False: stop here; the result is
  /// `interrupted`.
  std::function<bool(const Round&)> on_round = {};
};

/// A run that came to its end.
struct TrainResult {
  std::vector<float> parameters;
  std::vector<Round> rounds;
  std::uint64_t workers_lost = 0;
  bool interrupted = false;  ///< on_round said stop
  std::string reason;        ///< why it ended before options.rounds; empty if it did not
};

/// Trains with plan.workers() workers, each a thread that computes its chunks as the plan orders and a thread
/// that sends. Returns when the last round is committed, and has joined all its threads.
///
/// Errors: bad_input names the field of objective, plan or options. run_failed says why the run could not be
/// completed: a gradient function that throws or gives a number that is not finite (with chunk, worker and
/// round), a chunk that no live worker holds, a diverging loss. Safe to call from several threads at once.
[[nodiscard]] Result<TrainResult> train(const Objective& objective, const Plan& plan,
                                        const TrainOptions& options = {});

}  // namespace gleaner::GLEANER_V1
