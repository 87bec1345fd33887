// A worker process: one life of a worker, over as many links as it takes.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "adapt/suspicion.h"
#include "base/trace.h"
#include "runtime/mailbox.h"
#include "runtime/worker_host.h"
#include "transport/remote.h"

namespace gleaner {

/// How a worker's work ended.
struct WorkerEnding {
  enum class Kind : std::uint8_t {
    run_is_over,  ///< the server said so
    left,         ///< it was asked to go, and went after its round
    refused,      ///< the server does not want it
    replaced,     ///< its place was given to another: knock anew, as a new life
    no_server,    ///< the link is gone, and no other was made
  };
  Kind kind{};
  std::string status = {};  ///< of the run, if it is over
  std::string reason = {};
};

/// What the process does for its worker.
struct WorkerSurroundings {
  /// Makes another link for the same life. Called on a thread of its own; takes as long as it takes. Nothing:
  /// there will be none, for this reason.
  std::function<std::variant<std::unique_ptr<RemoteLink>, WorkerEnding>()> reconnect;
  /// How a link is told where to deliver.
  std::function<void(RemoteLink&, RemoteWorkerSink&)> start;
  /// False: go after the round in hand. Asked now and then.
  std::function<bool()> keep_going;
  /// What happens, for people. May be null.
  TraceSink* trace = nullptr;
  std::function<void(const std::string&)> say;
};

/// Belongs to the thread that calls run(). Keeps computing while the link is down.
class WorkerLoop final : public RemoteWorkerSink {
 public:
  using Clock = std::chrono::steady_clock;

  /// `spec`: as a worker knows it (plan, code, objective, speeds, seed, segment size). All outlive it.
  WorkerLoop(const RunSpec& spec, Peer peer, Duration heartbeat, WorkerSurroundings surroundings);
  ~WorkerLoop() override;
  WorkerLoop(const WorkerLoop&) = delete;
  WorkerLoop& operator=(const WorkerLoop&) = delete;

  [[nodiscard]] WorkerEnding run(std::unique_ptr<RemoteLink> link);

  // RemoteWorkerSink, from any thread.
  void on_parameters(Stamp stamp, SharedVector parameters) override;
  void on_message(ServerMessage message) override;
  void on_heartbeat() override;
  void on_ended(LinkEnd end) override;

 private:
  struct ServerAlive {
    Clock::time_point at;
  };
  struct Reconnected {
    std::variant<std::unique_ptr<RemoteLink>, WorkerEnding> result;
  };
  using LoopEvent = std::variant<HostEvent, ServerAlive, LinkEnd, Reconnected>;

  void handle(HostEvent& event);
  void handle(ServerAlive& event);
  void handle(LinkEnd& end);
  void handle(Reconnected& event);
  void handle(WorkerEvent& event);
  void handle(ParametersCame& event) { host_.set_parameters(std::move(event.parameters)); }
  void handle(ChunkComputed& event);
  void handle(SendingEnded& event);

  void step(const WorkerEvent& event);
  void perform(const Note& note);
  void perform(const Compute& action);
  void perform(const EncodeAndSend& action) { host_.perform(action, false); }
  void perform(const TellFraction& action);
  template <class Action>
  void perform(const Action& action) {
    host_.perform(action);
  }

  void attach(std::unique_ptr<RemoteLink> link);
  void lose_link(const std::string& why);
  void tick();
  void tell(const WorkNote& note);
  void end(WorkerEnding ending);
  [[nodiscard]] Time now() const { return Time(Clock::now() - began_); }

  const RunSpec& spec_;
  Duration heartbeat_;
  WorkerSurroundings surroundings_;
  Clock::time_point began_ = Clock::now();
  Mailbox<LoopEvent> inbox_;
  std::multimap<Clock::time_point, Stamp> fractions_;  // when it is to tell how far it is
  Clock::time_point next_tick_;
  SendWindow window_;
  WorkerHost host_;
  RemoteLink* link_ = nullptr;  // the host's
  Suspicion server_;
  Clock::time_point server_heard_;
  bool server_speaks_ = false;   // on this link
  std::vector<WorkNote> notes_;  // of the round, to be told again by another link
  Duration drawn_{};             // of the chunk in hand
  bool leaving_ = false;
  std::optional<WorkerEnding> ending_;
  std::thread reconnecting_;
};

}  // namespace gleaner
