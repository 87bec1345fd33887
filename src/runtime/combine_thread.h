// The server's thread for vectors: it receives segments, combines them, and turns a recovered gradient into
// new parameters.
#pragma once

#include <chrono>
#include <functional>
#include <thread>
#include <variant>

#include "protocol/server.h"
#include "runtime/mailbox.h"
#include "runtime/send_window.h"
#include "work/combiner.h"
#include "work/round_book.h"
#include "work/run_spec.h"
#include "work/snapshot.h"
#include "work/trainer.h"

namespace gleaner {

/// Owns one thread, the combiner and the model. Orders are executed in the order in which they were given,
/// segments among them in order of arrival; nothing waits for them. Callbacks run on this thread.
class CombineThread {
 public:
  using Clock = std::chrono::steady_clock;

  struct Begin {
    Stamp stamp;
    Clock::time_point at;  ///< when the round began
  };
  struct RoundDone {
    Commit commit;
    Result<Trainer::Step> step = Trainer::Step{};
    Duration took{};
    double gradient_error = kNotMeasured;
    double test_accuracy = kNotMeasured;
    std::vector<std::uint64_t> vector_bytes;
    Parameters parameters;  ///< for the next round
  };
  struct Reports {
    std::function<void(ServerEvent)> event;
    std::function<void(RoundDone)> done;
  };

  CombineThread(const RunSpec& spec, SendWindow& window, Reports reports);
  ~CombineThread();
  CombineThread(const CombineThread&) = delete;
  CombineThread& operator=(const CombineThread&) = delete;

  /// The parameters before the first round.
  [[nodiscard]] const Parameters& initial() const { return initial_; }
  /// The model as it is between two rounds. REQUIRES: after the last round was reported and before the next
  /// one is begun (or before the first); then this thread does not touch it.
  [[nodiscard]] Trainer::State model() const { return trainer_.state(); }

  void begin(Begin order) { orders_.push(order); }
  void expect(Expect order) { orders_.push(std::move(order)); }
  void forget(Forget order) { orders_.push(order); }
  void commit(Commit order) { orders_.push(std::move(order)); }
  void deliver(VectorSegment segment) { orders_.push(std::move(segment)); }

 private:
  struct Quit {};
  using Order = std::variant<Quit, Begin, Expect, Forget, Commit, VectorSegment>;

  void loop();
  void execute(Begin& order);
  void execute(Expect& order);
  void execute(Forget& order);
  void execute(Commit& order);
  void execute(VectorSegment& order);
  void report();

  const RunSpec& spec_;
  SendWindow& window_;
  Reports reports_;
  Combiner combiner_;
  Trainer trainer_;
  Parameters initial_;
  Clock::time_point round_began_;
  std::vector<Combiner::Outcome> outcomes_;
  Mailbox<Order> orders_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace gleaner
