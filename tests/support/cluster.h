// One Server and m Workers, the real machines, on toy links and toy vectors.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "protocol/server.h"
#include "support/toy_combiner.h"
#include "support/toy_host.h"

namespace gleaner::test {

/// A driver in which nothing happens by itself: every delivery, every end of a chunk and every segment is a
/// Step that the test chooses. Queues are first in first out, one per direction of every link, one into the
/// combiner and one out of it; between queues any order is possible, as with real threads.
///
/// It complains (complaints, to be empty) when a machine breaks the contract of its actions. Not thread safe.
class Cluster {
 public:
  struct Step {
    enum class Kind : std::uint8_t {
      server,    ///< the oldest outcome of the combiner reaches the server
      combiner,  ///< the oldest item before the combiner is handled
      up,        ///< the oldest item of a worker's link reaches the server or the combiner
      down,      ///< the oldest item of the server reaches a worker
      chunk,     ///< the chunk in hand ends
      segment,   ///< the next segment is encoded and leaves
      timer,     ///< the earliest timer fires
    };
    Kind kind{};
    std::size_t host = 0;
  };
  /// A round that was committed.
  struct Round {
    Commit commit;
    double error = 0;           ///< max |ghat - g| over all coordinates
    double error_residual = 0;  ///< the largest relative residual among the selections that were combined
    std::vector<SelectionRef> combined_under;
  };
  struct Timer {
    TimerId id;
    Time at;
  };

  Cluster(std::shared_ptr<const Plan> plan, ServerOptions options, ToyShape shape);

  // ---- things that happen to a cluster; their consequences are steps

  void begin_round(RoundId round);
  /// A process starts, as the next incarnation of this worker, and says Hello.
  void start(WorkerId worker);
  /// The process ends. The server will see the link break after what is on its way, or instead of it.
  void crash(WorkerId worker, bool in_flight_is_lost);
  /// The link breaks; the process goes on.
  void cut(WorkerId worker, bool in_flight_is_lost);
  void reconnect(WorkerId worker);
  /// A new life of the server takes the place of the old one. All links break; workers must reconnect.
  void restart_server(ServerOptions options);
  /// Time passes up to `to`; timers that are due by then fire in order, `after_each` follows each.
  void pass(Time to, const std::function<void()>& after_each);
  /// An event that no queue of this cluster would deliver now.
  void inject(const ServerEvent& event) { tell_server(event); }

  // ---- steps

  [[nodiscard]] std::vector<Step> enabled() const;
  void perform(const Step& step);
  void end_chunk(ToyHost& host, ChunkOutcome outcome);
  void send_segment(ToyHost& host);
  /// Performs steps until only chunks, segments and timers are left: links are fast, work is slow.
  void settle();

  // ---- what there is to see

  [[nodiscard]] const Server& server() const { return *server_; }
  [[nodiscard]] const Plan& plan() const { return *plan_; }
  [[nodiscard]] ToyHost& host(WorkerId worker) { return *hosts_[current_[worker.index()]]; }
  [[nodiscard]] ToyHost& host_at(std::size_t index) { return *hosts_[index]; }
  [[nodiscard]] bool has_started(WorkerId worker) const { return lives_[worker.index()] > 0; }
  [[nodiscard]] bool is_running(WorkerId worker) const {
    return has_started(worker) && hosts_[current_[worker.index()]]->alive;
  }
  [[nodiscard]] bool failed() const { return failure.has_value(); }
  [[nodiscard]] Time now() const { return now_; }

  std::vector<Round> rounds;                     ///< committed ones
  std::optional<Error> failure;                  ///< of FailRun
  std::vector<Expect> expects;                   ///< of the current round, pauses left out
  std::vector<std::pair<Peer, Ticket>> encoded;  ///< of the current round
  std::vector<std::string> complaints;
  /// Called for every note, with the worker that said it, if it was not the server.
  std::function<void(const Note&, const ToyHost*)> on_note = [](const Note&, const ToyHost*) {};
  /// Called for every message of a worker that reaches the server.
  std::function<void(Peer, const WorkerMessage&)> on_up = [](Peer, const WorkerMessage&) {};

 private:
  struct Begin {
    Stamp stamp;
  };
  using Inbound = std::variant<Begin, Expect, Forget, ToyPart, Commit>;
  using Outbound = std::variant<VectorIn, VectorBad, Combined, CommitDone, OrdersReady>;

  void tell_server(const ServerEvent& event);
  void tell_worker(ToyHost& host, const WorkerEvent& event);
  void handle_inbound();
  void check_commit(const Commit& commit);
  void break_link(ToyHost& host, bool in_flight_is_lost);
  void complain(std::string what) { complaints.push_back(std::move(what)); }

  void perform(const SendWorker& a);
  void perform(const SendParameters& a);
  void perform(const Expect& a);
  void perform(const Forget& a) { inbound_.emplace_back(a); }
  /// Orders that nobody would think of: every worker turns its own round, and every other time all keep
  /// theirs.
  void perform(const Replan& a);
  void perform(const RoundShown&) {}
  void perform(const Commit& a) { inbound_.emplace_back(a); }
  void perform(const ArmTimer& a) { timers_.push_back({a.timer, a.at}); }
  void perform(const FailRun& a) { failure = a.error; }
  void perform(const Note& a) { on_note(a, nullptr); }

  void perform(ToyHost& host, const SendServer& a) { host.send(a.message); }
  void perform(ToyHost& host, const Compute& a);
  void perform(ToyHost& host, const Abort& a);
  void perform(ToyHost& host, const TellFraction& a) { tell_worker(host, Fraction{a.stamp, 0.5}); }
  void perform(ToyHost& host, const EncodeAndSend& a);
  void perform(ToyHost& host, const Withdraw& a);
  void perform(ToyHost& host, const Release& a) { host.store.erase(a.stamp); }
  void perform(ToyHost& host, const Note& a) { on_note(a, &host); }

  [[nodiscard]] ToyHost* find(Peer peer);
  [[nodiscard]] std::size_t earliest_timer() const;

  std::shared_ptr<const Plan> plan_;
  std::shared_ptr<const Code> code_;
  ToyShape shape_;
  std::unique_ptr<Server> server_;
  ToyCombiner combiner_;
  std::deque<Inbound> inbound_;
  std::deque<Outbound> outbound_;
  std::vector<std::unique_ptr<ToyHost>> hosts_;  // every life of every worker
  std::vector<std::size_t> current_;             // the latest life of each worker
  std::vector<std::uint64_t> lives_;
  std::vector<Timer> timers_;
  Time now_{};
};

}  // namespace gleaner::test

#include "support/cluster_steps.h"  // IWYU pragma: export
