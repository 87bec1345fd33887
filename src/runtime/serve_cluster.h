// The server of a cluster whose workers are processes somewhere: who is there, who is suspected, and the run.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "adapt/suspicion.h"
#include "runtime/cluster_status.h"
#include "runtime/mailbox.h"
#include "runtime/server_half.h"
#include "runtime/vector_watch.h"
#include "transport/remote.h"

namespace gleaner {

struct ServeOptions {
  /// The first round begins when so many workers have their data; 0: all.
  std::size_t start_with = 0;
  Duration heartbeat = std::chrono::milliseconds(100);  ///< that workers are asked for
  std::function<void(const std::string&)> say;          ///< one line, for people
};

/// Drives the server's half of a run for workers that come and go by themselves. run() belongs to one thread;
/// the sink's functions, status() and stop() are for any.
///
/// A worker counts from its Hello on. It is given up when its link is closed, or when its signs of life have
/// been missing for longer than its own past makes credible (adapt: Suspicion); time in which this process
/// itself stood still does not count. One that is given up and comes back is believed. A vector that is too
/// slow to come (VectorWatch) is left out of its round.
class ServeCluster final : public RemoteSink, private ServerHalf::Owner {
 public:
  using Clock = std::chrono::steady_clock;

  /// All outlive it. REQUIRES: check(spec).ok(), no faults.
  ServeCluster(const RunSpec& spec, RunObserver& observer, ServeOptions options);

  /// Runs `spec` to its end by these links.
  [[nodiscard]] RunResult run(RemoteTransport& links);
  /// As it is now; after the end, as it was then.
  [[nodiscard]] ClusterStatus status();
  /// Ends the run after the round in hand, or before the first.
  void stop() { inbox_.push(StopAsked{}); }
  /// Has the loop say a line.
  void announce(std::string line) { inbox_.push(Announced{std::move(line)}); }
  [[nodiscard]] Duration heartbeat() const { return options_.heartbeat; }

  // RemoteSink.
  void on_message(Peer peer, WorkerMessage message) override;
  void on_segment(VectorSegment segment) override;
  void on_note(Peer peer, WorkNote note) override { inbox_.push(Noted{peer, note}); }
  void on_heartbeat(Peer peer) override { inbox_.push(Alive{peer, Clock::now()}); }
  void on_leaving(Peer peer) override { inbox_.push(GoesAway{peer}); }
  void on_lost(Peer peer) override { inbox_.push(Lost{peer}); }
  void on_placed(Arrival arrival) override { inbox_.push(std::move(arrival)); }
  void on_waiting(std::size_t spares) override { inbox_.push(Spares{spares}); }
  void on_sent(std::uint64_t bytes) override { inbox_.push(Sent{bytes}); }

 private:
  struct Noted {
    Peer peer;
    WorkNote note;
  };
  struct Alive {
    Peer peer;
    Clock::time_point at;
  };
  struct GoesAway {
    Peer peer;
  };
  struct Lost {
    Peer peer;
  };
  struct SegmentCame {
    Peer peer;
    Ticket ticket;
  };
  struct Spares {
    std::size_t count = 0;
  };
  struct Sent {
    std::uint64_t bytes = 0;
  };
  struct StopAsked {};
  struct Announced {
    std::string line;
  };
  struct StatusAsked {
    std::shared_ptr<std::promise<ClusterStatus>> answer;
  };
  using LoopEvent = std::variant<ServerHalf::Event, Noted, Alive, GoesAway, Lost, Arrival, Spares, StopAsked,
                                 StatusAsked, Announced, SegmentCame, Sent>;

  struct Member {
    explicit Member(Duration heartbeat) : suspicion(heartbeat) {}
    Incarnation life;      // latest
    bool linked = false;   // it has a link
    bool joined = false;   // and has said Hello
    bool leaving = false;  // it said so; still so when it is gone
    bool was_here = false;
    std::string from;
    Suspicion suspicion;
    std::optional<Clock::time_point> heard;  // last sign of life of this life
    Stamp noted_in;
    SlotSet noted;  // chunks of that round whose end is in the books
    std::uint64_t losses = 0;
  };

  // ServerHalf::Owner
  void post(ServerHalf::Event event) override { inbox_.push(std::move(event)); }
  void ring(Clock::time_point at, TimerId timer) override { timers_.emplace(at, timer); }
  void before_round(RoundId round) override;
  void before_send(Peer peer, const ServerMessage& message) override;
  [[nodiscard]] bool counts_parameters() const override { return true; }
  [[nodiscard]] bool may_save_within_a_round() const override { return true; }
  void before_forget(WorkerId worker) override { vectors_.forget(worker); }
  void before_expect(const Expect& expect) override {
    if (!expect.vectors.empty()) vectors_.combines(half_->now());
  }
  void describe(ClusterState& state) const override;

  void handle(ServerHalf::Event& event);
  void handle(Noted& event);
  void handle(Alive& event);
  void handle(GoesAway& event);
  void handle(Lost& event);
  void handle(Arrival& event);
  void handle(Spares& event);
  void handle(SegmentCame& event) { vectors_.segment(event.peer, event.ticket, half_->now()); }
  void handle(Sent& event) { half_->book().sent_to_worker(event.bytes); }
  void handle(StopAsked&);
  void handle(Announced& event) { options_.say(event.line); }
  void handle(StatusAsked& event);

  void next();
  void tick();
  void look_for_silent(Clock::time_point at);
  void look_for_late();
  void begin_if_ready();
  void fill_if_enough();
  void fill_if_stalled();
  void server_event(ServerEvent event);
  [[nodiscard]] Member* member(Peer peer);
  [[nodiscard]] std::size_t joined() const;
  [[nodiscard]] std::string missing() const;
  [[nodiscard]] ClusterStatus picture() const;

  const RunSpec& spec_;
  RunObserver& observer_;
  ServeOptions options_;
  SendWindow window_;
  std::vector<Member> members_;
  VectorWatch vectors_;
  SegmentLayout layout_;
  std::size_t spares_ = 0;
  Mailbox<LoopEvent> inbox_;
  std::multimap<Clock::time_point, TimerId> timers_;
  Clock::time_point next_tick_;
  Clock::time_point last_tick_;
  RemoteTransport* links_ = nullptr;
  std::optional<ServerHalf> half_;
  std::atomic<bool> ready_ = false;  // half_ is there
  bool begun_ = false;
  bool stop_asked_ = false;
  bool over_ = false;
  std::mutex final_mutex_;
  std::optional<ClusterStatus> final_;  // once the loop does not answer any more
  ClusterStatus last_;                  // that was asked for
};

}  // namespace gleaner
