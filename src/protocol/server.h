// The parameter server's half of the protocol: a state machine, an event in, actions out.
//
//   Idle --BeginRound--> Computing --rule met--> Collecting --all vectors whole--> Committing --CommitDone-->
//   Idle
//                            ^                        |
//                            +---- a loss uncovered --+     (protocol.md section 7)
//                                  a chunk
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/trace.h"
#include "coding/code.h"
#include "coding/coverage.h"
#include "coding/plan.h"
#include "protocol/messages.h"
#include "protocol/server_events.h"
#include "protocol/server_options.h"

namespace gleaner {

/// One life of a parameter server.
///
/// It follows what every worker has finished (OBSERVED), ends the computing by its recovery rule, fixes the
/// SELECTED state, and mends it when workers are lost. It is NOT a thread, holds no vector, clock or socket:
/// a driver performs the actions and answers with events. Not thread safe. After FailRun every event is
/// ignored.
class Server {
 public:
  enum class Phase : std::uint8_t { idle, computing, collecting, committing, failed };

  /// REQUIRES: options.check().ok().
  Server(std::shared_ptr<const Plan> plan, std::shared_ptr<const Code> code, ServerOptions options);
  /// For drivers that make many. REQUIRES: as above; fingerprint == plan->fingerprint().
  Server(std::shared_ptr<const Plan> plan, std::shared_ptr<const Code> code, ServerOptions options,
         Fingerprint fingerprint);

  /// Appends the actions that follow from `event` to `out`.
  void step(Time now, const ServerEvent& event, std::vector<ServerAction>& out);

  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] Stamp stamp() const { return stamp_; }
  /// Too few copies of a chunk are live, and it waits for workers to return (WhenUnrecoverable::wait).
  [[nodiscard]] bool is_stalled() const { return wait_timer_.has_value(); }
  [[nodiscard]] std::size_t live_workers() const;
  /// Finished in this round by all workers, lost ones included.
  [[nodiscard]] std::uint64_t chunks_completed() const { return completed_; }
  [[nodiscard]] bool is_live(WorkerId worker) const { return peers_[worker.index()].live; }

 private:
  using Out = std::vector<ServerAction>;
  enum class Listening : std::uint8_t {
    off,         // nothing more is to be heard in this round
    first_word,  // until a sixth of the copies is there
    asked,       // until all have answered, or the timer rings
    pause,       // until the timer rings, then the others are asked again
    check,       // until the timer rings: somebody should have finished a chunk by then
    watch,       // the same as pause; the round should be over by then
    planning,    // the driver works on orders
  };

  /// What the server knows of one worker slot.
  struct PeerState {
    Incarnation life;     // latest that said Hello; 0: none yet
    bool live = false;    // its link is up
    bool barred = false;  // sent a bad vector: out for this round
    SlotSet observed;     // finished in this round by `life`
    SlotSet rejected;     // gave NaN in this round
    SlotSet contributed;  // its part in coverage_: see contribution_of
    std::uint32_t revision = 0;
    SlotSet wanted;          // last will told to it
    Incarnation used_life;   // the life whose gradients used_ speaks of, and that sends the vector
    bool used_kept = false;  // that life still has them
    Epoch epoch;             // of its current ticket; 0: none
    bool expected = false;   // its current vector belongs to the selection
    bool arrived = false;    // and has arrived whole
    SlotSet hoped;           // its part in hope_
    std::uint32_t encoded = 0;
    OrderRef order;               // last told; null: the plan's
    Pace pace;                    // last heard
    std::optional<Slot> in_hand;  // by its last report
    Time in_hand_since{};         // by this clock
    SeenOfWorker seen;
    bool asked = false;         // how far it is, and has not answered
    bool planned_for = false;   // this life, in this round, by the orders that are being worked out
    bool will_changed = false;  // `wanted` is ahead of what was told; within tell_crossings only
  };

  void on(Time now, const BeginRound& e, Out& out);
  void on(Time now, const FromWorker& e, Out& out);
  void on(Time now, const WorkerLost& e, Out& out);
  void on(Time now, const VectorIn& e, Out& out);
  void on(Time now, const VectorBad& e, Out& out);
  void on(Time now, const VectorLate& e, Out& out);
  void on(Time now, const Combined& e, Out& out);
  void on(Time now, const CommitDone& e, Out& out);
  void on(Time now, const OrdersReady& e, Out& out);
  void on(Time now, const TimerFired& e, Out& out);
  void on(Time now, const Look& e, Out& out);
  void hear(Time now, Peer peer, const Hello& m, Out& out);
  void hear(Time now, Peer peer, const Progress& m, Out& out);
  void hear(Time now, Peer peer, const ChunkRejected& m, Out& out);

  // server_membership.cc: who is there, and can the round still end?
  void admit(Time now, Peer peer, const Hello& m, Out& out);
  void lose(Time now, Peer peer, Out& out);
  /// What a loss does to the selection; whether the round can go on is for the caller to ask. False if it
  /// means nothing to the round.
  bool take_out(Peer peer, Out& out);
  void enter_round(Peer peer, Out& out);
  [[nodiscard]] std::vector<ChunkId> hopeless_chunks(const UsedSlots& possible, std::size_t* missing) const;
  /// False if that takes a closer look.
  [[nodiscard]] bool everything_can_still_come();
  bool replace_vectors_of_dead_lives(Out& out);
  /// Without what this live worker has done and may still do, can every chunk have its copies?
  [[nodiscard]] bool can_do_without(WorkerId worker) const;
  /// Its current vector, still on the way, is out, and so is the worker for this round.
  void bar(Time now, Peer peer, Out& out);
  /// Expected of this very life, and not whole yet.
  [[nodiscard]] bool is_on_its_way(Peer peer, Ticket ticket) const;
  bool give_up_vectors_in_the_way(Out& out);
  /// False if the run failed: nothing more is to be done for this event.
  bool check_hope(Time now, Out& out);
  /// `possible`: what each worker can have given by the end of the round; `missing` copies that is short of.
  [[nodiscard]] bool is_hopeless(std::size_t missing, const UsedSlots& possible) const;
  [[nodiscard]] UsedSlots possible_slots() const;
  [[nodiscard]] SlotSet possible_slots_of(WorkerId worker) const;
  void fail(const std::vector<ChunkId>& chunks, Out& out);

  // server_selection.cc: observed -> selected, and what a loss does to it.
  [[nodiscard]] SlotSet contribution_of(WorkerId worker) const;
  void refresh_contribution(WorkerId worker);
  /// Whether the recovery rule is met by these slots, whose coverage is given.
  [[nodiscard]] bool is_enough(const Coverage& coverage, const UsedSlots& slots) const;
  /// What would be selected now: of touched chunks what is there and needed, of all others what is in use.
  [[nodiscard]] UsedSlots next_selection() const;
  [[nodiscard]] Coverage coverage_of(const UsedSlots& slots) const;
  /// Selects if the rule is met. False if it is not, if the run failed, or if that is asked at a Look only.
  bool end_computing_if_met(Time now, Out& out);
  bool select_if_met(Time now, Out& out);
  /// After a loss: select again at once if the rule is still met, else set workers computing again. At the
  /// next Look where that is when the server decides.
  void mend(Time now, Out& out);
  void mend_now(Time now, Out& out);
  void select_first(Out& out);
  void select_again(Out& out);
  void announce(const std::vector<WorkerId>& encoders, Out& out);
  /// Takes `worker` out of the selection, and every dead worker whose chunks that touches, to a fixed point.
  void invalidate(WorkerId worker, Out& out);
  /// The holders of `chunk` will change: its users have to encode again; those that cannot join `gone`.
  void touch(ChunkId chunk, std::vector<WorkerId>& gone, Out& out);
  void touch_improvable(Out& out);
  [[nodiscard]] bool is_frozen(ChunkId chunk) const;
  void touch_everything(Out& out);
  void compute_again(Out& out);

  // server_skipping.cc: what is not wanted any more, or once more.
  /// A chunk with so many copies is not computed any more.
  [[nodiscard]] std::size_t copies_wanted() const;
  /// The whole will for a worker that enters while the round is computed.
  [[nodiscard]] SlotSet will_for(WorkerId worker) const;
  /// Whether a worker that was sent StartRound has to be told its will, too.
  [[nodiscard]] bool differs_from_start(const PeerState& p, const SlotSet& will) const;
  void note_crossings(WorkerId worker, const SlotSet& gone, const SlotSet& come);
  void tell_crossings(Out& out);

  // server_listening.cc: how quick everybody is in this round, and who should do what by that.
  [[nodiscard]] bool replans() const { return skips_ && options_.policy == Policy::replan; }
  [[nodiscard]] bool learns() const {
    return replans() || (options_.learn_orders && plan_->method() == Method::partial);
  }
  [[nodiscard]] bool may_replan() const { return replans() && phase_ == Phase::computing && !selection_; }
  void begin_listening(Time now, Duration after, Out& out);
  void note_pace(Time now, PeerState& p, const Progress& m);
  static void note_finished(Time now, PeerState& p, std::size_t chunks);
  void hear_progress(Time now, Out& out);
  void answered(PeerState& p);
  /// The worker has begun another chunk by now: the first that it has to do by its order.
  void expect_next(WorkerId worker);
  void ask(Time now, bool everybody, Out& out);
  [[nodiscard]] bool is_first_word() const;
  void listen_until(Time at, Listening next, Out& out);
  void on_listen_timer(Time now, Out& out);
  void ask_for_orders(Out& out);
  /// Orders were told, and somebody who was to follow them is gone.
  void replan_after_loss(Out& out);
  [[nodiscard]] KnowledgeRef knowledge() const;

  [[nodiscard]] SlotSet wanted_of(WorkerId worker) const;
  [[nodiscard]] bool fits_whole_vectors() const;
  void tell_todo(WorkerId worker, const SlotSet& wanted, Out& out);
  void commit_if_complete(Out& out);

  /// Some chunk's holders changed since the last selection was announced.
  [[nodiscard]] bool mending() const { return touched_count_ > 0; }
  /// The gradients behind used_ are still there.
  [[nodiscard]] bool can_encode_again(const PeerState& p) const {
    return p.live && !p.barred && p.used_life == p.life && p.used_kept;
  }
  [[nodiscard]] UsedSlots contributions() const;
  [[nodiscard]] bool speaks_now(const PeerState& p, Peer peer) const { return p.live && p.life == peer.life; }
  [[nodiscard]] std::string names(const std::vector<ChunkId>& chunks) const;
  [[nodiscard]] std::string lost_workers() const;
  [[nodiscard]] std::string cure_of_losses() const;
  void set_vector(PeerState& p, bool expected, bool arrived);
  void say(Note&& n, Out& out) const;
  [[nodiscard]] Note note(NoteKind kind) const;
  [[nodiscard]] Note note(NoteKind kind, WorkerId worker) const;

  std::shared_ptr<const Plan> plan_;
  std::shared_ptr<const Code> code_;
  ServerOptions options_;
  Fingerprint fingerprint_;

  Time now_{};  // of the event that is handled
  Phase phase_ = Phase::idle;
  Stamp stamp_;
  std::vector<PeerState> peers_;
  Coverage coverage_;  // of the contributions
  Coverage hope_;      // of possible_slots, before the signal; see hope_known_
  bool hope_known_ = false;
  std::vector<WorkerId> hope_changed_;  // workers whose part in hope_ is out of date
  std::size_t missing_vectors_ = 0;     // expected and not arrived
  UsedSlots used_;                      // the selection, being mended while computing again
  std::vector<std::uint8_t> touched_;   // chunks whose holders change with the next selection
  std::size_t touched_count_ = 0;
  SelectionRef selection_;  // the last one announced; null before the first signal
  Epoch epoch_;
  std::uint32_t first_segment_ = 0;
  std::vector<double> residuals_;  // relative; of the selections announced in this round, by epoch from 1
  double combined_residual_ = 0;   // the largest of those under which something was combined
  bool deadline_passed_ = false;
  bool mends_at_look_ = false;  // a loss was told since the last Look
  std::uint32_t timer_serial_ = 0;
  std::optional<TimerId> wait_timer_;
  bool skips_ = false;  // policy and method
  Listening listening_ = Listening::off;
  std::size_t unanswered_ = 0;  // live workers that were asked
  std::size_t asked_ = 0;       // as they were when it began to wait
  std::uint32_t waited_longer_ = 0;
  std::optional<TimerId> listen_timer_;
  Time round_began_{};
  bool lost_while_planning_ = false;  // somebody whom the orders that are being worked out count on
  bool late_ = false;                 // the next question is asked since the watch rang
  bool check_ = false;                // since the check did
  std::uint32_t plans_ = 0;           // asked for in this round
  std::uint32_t plan_serial_ = 0;
  std::vector<OrderRef> first_orders_;
  Duration listen_after_{};
  bool by_start_ = false;             // who was asked was asked when the round was sent
  std::vector<ChunkId> crossed_;      // in this step, from wanted to not wanted or back
  std::vector<WorkerId> to_be_told_;  // within tell_crossings only
  std::size_t forgiven_ = 0;          // copies that can never come and are not waited for (approximate)
  std::uint64_t completed_ = 0;
  std::string last_rejection_;
};

}  // namespace gleaner
