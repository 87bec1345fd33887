// The server's half of a run in real time: its machine, the books, the model, and the border between rounds.
// Who the workers are and how they come and go is the business of whoever owns it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runtime/combine_thread.h"
#include "runtime/plan_thread.h"
#include "transport/transport.h"
#include "work/ledger.h"
#include "work/round_book.h"
#include "work/round_border.h"
#include "work/slowness.h"

namespace gleaner {

/// Performs the actions of one Server machine. Belongs to the loop thread of its owner, to which it and its
/// threads post their events; nothing is called from elsewhere but now() and deliver().
class ServerHalf {
 public:
  using Clock = std::chrono::steady_clock;

  struct NextRound {};
  /// What the owner's loop gets from post(), and hands to handle().
  using Event = std::variant<ServerEvent, CombineThread::RoundDone, NextRound>;

  /// What the owner of the loop does for it.
  class Owner {
   public:
    virtual ~Owner() = default;
    /// Queues an event for handle(). From any thread.
    virtual void post(Event event) = 0;
    /// Hands TimerFired to handle() at that time.
    virtual void ring(Clock::time_point at, TimerId timer) = 0;
    /// A round is about to begin: those that come back say Hello now.
    virtual void before_round(RoundId /*round*/) {}
    /// This message is about to be sent.
    virtual void before_send(Peer /*peer*/, const ServerMessage& /*message*/) {}
    /// Whether the owner tells the book what parameters were sent; else they are sent when they are ordered.
    [[nodiscard]] virtual bool counts_parameters() const { return false; }
    /// What comes of this worker's vector is not wanted any more.
    virtual void before_forget(WorkerId /*worker*/) {}
    /// These vectors are combined from now on; none: nothing is, until the next ones are named.
    virtual void before_expect(const Expect& /*expect*/) {}
    /// Whether what describe() says holds for the rounds before the one in hand as well.
    [[nodiscard]] virtual bool may_save_within_a_round() const { return false; }
    /// Adds what only the owner knows to a checkpoint.
    virtual void describe(ClusterState& state) const = 0;
  };

  /// All must outlive it.
  ServerHalf(const RunSpec& spec, RunObserver& observer, Owner& owner, ServerTransport& links,
             SendWindow& window);

  /// The first round begins when the loop comes to it. REQUIRES: called once.
  void begin() { owner_.post(NextRound{}); }
  void handle(Event& event);

  /// A segment of a vector came. From any thread.
  void deliver(VectorSegment segment) { combine_.deliver(std::move(segment)); }

  /// On the run's own clock. From any thread.
  [[nodiscard]] Time now() const { return Time(Clock::now() - began_); }
  [[nodiscard]] Clock::time_point clock_at(Time at) const { return began_ + at.time_since_epoch(); }

  /// The round that was begun last.
  [[nodiscard]] RoundId round() const { return round_; }
  [[nodiscard]] const Server& machine() const { return server_; }
  [[nodiscard]] Ledger& ledger() { return ledger_; }
  [[nodiscard]] RoundBook& book() { return book_; }
  [[nodiscard]] const RoundBook& book() const { return book_; }
  void note(const Note& n) { observer_.record({now(), n}); }

  [[nodiscard]] bool ended() const { return ended_; }
  void end(const std::string& status, const std::string& reason);
  /// Ends the run as interrupted, once the round in hand is committed; at once between rounds.
  void end_after_round(const std::string& reason);
  /// REQUIRES: ended().
  [[nodiscard]] RunResult result() { return {std::move(summary_), *parameters_}; }

 private:
  void on(NextRound);
  void on(ServerEvent& event);
  void on(CombineThread::RoundDone& done);

  void perform(const Note& n) { note(n); }
  void perform(SendWorker& a);
  void perform(const SendParameters& a);
  void perform(Expect& a);
  void perform(const Forget& a);
  void perform(Replan& a) { plan_->ask(std::move(a)); }
  void perform(RoundShown& a) { plan_->learn(now(), std::move(a)); }
  void perform(Commit& a);
  void perform(const ArmTimer& a) { owner_.ring(clock_at(a.at), a.timer); }
  void perform(const FailRun& a) { end("failed", a.error.sentence()); }

  [[nodiscard]] Snapshot picture() const;

  const RunSpec& spec_;
  RunObserver& observer_;
  Owner& owner_;
  ServerTransport& links_;
  Clock::time_point began_;
  Server server_;
  RoundBook book_;
  Ledger ledger_;
  Slowness slowness_;
  RoundBorder border_;
  CombineThread combine_;
  Parameters parameters_;
  RoundId round_;
  bool ended_ = false;
  std::optional<std::string> end_asked_;
  RunSummary summary_;
  std::optional<PlanThread> plan_;  // none: the policy asks for none. Last: its thread uses the above
};

}  // namespace gleaner
