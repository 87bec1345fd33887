// Judges a run of the disasters: what must hold whatever is lost (protocol.md section 7). It steers nothing.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "sim/cluster.h"
#include "sim/disaster_cluster.h"
#include "sim/disaster_counts.h"
#include "sim/disaster_model.h"
#include "sim/disaster_operator.h"
#include "sim/disaster_roll.h"
#include "sim/disaster_vectors.h"
#include "sim/disaster_wills.h"

namespace gleaner {

/// What was found: a rule that was broken.
struct Violation {
  enum class Rule : std::uint8_t {
    gradient,  ///< the combined gradient is not what was announced
    residual,  ///< it is not what was announced, more than the rule allows, or settled for too early
    rounds,    ///< a round is lost, doubled or out of order
    model,     ///< the parameters are not those that the commits give
    stale,     ///< a stale vector was used
    dead,      ///< something of a dead incarnation counts
    vector,    ///< a broken vector was taken for whole, or a sound one rejected
    will,      ///< a worker was not told to compute what is short, or told to compute what is not, or in no
               ///< order for it
    liveness,  ///< the run did not end, or gave up without need or without waiting
  };
  Rule rule{};
  std::string what;  ///< a sentence without full stop
  Time at;
  RoundId round;
};
[[nodiscard]] const char* name_of(Violation::Rule rule);

/// Follows one run from two sides: the events and actions of the machines, and what really becomes of the
/// numbers. It keeps its own account of who lives, which tickets are current, what has arrived and what is
/// durable, and does its own mathematics (disaster_operator.h). Only the first violation is kept. Belongs to
/// one thread.
///
/// Tolerance: every coded vector and the gradient are rounded to float, which decoding enlarges by at most
/// 2 l^1.5 N cond(R_S) times 2^-24 times the largest chunk entry, 2; twice that is allowed.
class DisasterChecker final : public Watcher, public VectorWitness {
 public:
  explicit DisasterChecker(const DisasterCluster& cluster);

  /// The run is over. Call once, last.
  void close(const TrialOutcome& outcome);

  [[nodiscard]] const std::optional<Violation>& violation() const { return violation_; }
  [[nodiscard]] const DisasterCounts& counts() const { return counts_; }
  /// Keeps every note of the machines, with its time, as a line of text.
  void keep_trace() { tracing_ = true; }
  [[nodiscard]] const std::vector<std::string>& trace() const { return trace_; }

  void record(const TraceRecord& record) override;
  void on_server_event(Time at, Stamp stamp, const ServerEvent& event) override;
  void on_server_action(Time at, const ServerAction& action) override;
  void on_worker_event(Time at, Peer peer, const WorkerEvent& event) override;
  void on_blow(Time at, Peer peer, WorkerStep step, Server::Phase phase, const Blow& blow) override;
  void on_server_blow(Time at, RoundId round, ServerStep step, Server::Phase phase) override;
  void on_server_start(Time at, Term term, RoundId durable) override;

  void on_life(Term term, RoundId durable) override;
  void on_begin(Stamp stamp, std::span<const float> parameters) override;
  void on_chunk(Peer peer, Stamp stamp, Slot slot, ChunkOutcome outcome, bool poisoned) override;
  void on_missing_gradients(Peer peer, const EncodeAndSend& what) override;
  void on_segment(const VectorSegment& part, bool spoiled) override;
  void on_expect(const Expect& expect, std::uint32_t before, std::uint32_t after) override;
  void on_forget(WorkerId worker) override;
  void on_delivery(const Delivery& delivery) override;
  void on_commit(const Commit& commit, std::span<const float> gradient, std::uint32_t combined,
                 std::span<const float> after) override;
  void on_checkpoint(RoundId round) override;

 private:
  using Rule = Violation::Rule;
  /// A vector of the current Expect.
  struct Wanted {
    Peer peer;
    Epoch epoch;
    std::set<std::uint32_t> sound;  // segments that came in whole under this ticket
    bool unsound = false;           // one came in that was not
    bool whole = false;             // the server was told so
  };

  void broken(Rule rule, std::string what);
  void line(Time at, const std::string& text);
  void check_vectors(const Expect& expect, const std::map<WorkerId, Wanted>& before);
  void check_old_vector(const Wanted& vector, const Selection& selection);
  void check_combined(std::uint32_t before, std::uint32_t after);
  void check_residual(const Commit& commit);
  void check_gradient(std::span<const float> gradient);
  void check_shortfall();
  void check_failure();
  void check_wills();
  void check_rejection(const FromWorker& said, const ChunkRejected& rejected);
  void take_whole(const VectorIn& in);
  void take_for_bad(const VectorBad& bad);
  void look_at_hope();
  [[nodiscard]] bool rule_can_be_met() const;
  [[nodiscard]] double allowed_residual() const;
  [[nodiscard]] bool is_settled(ChunkId chunk) const;
  /// The vector that this peer is to send under this ticket; null if it would be stale.
  [[nodiscard]] Wanted* wanted(Peer peer, Ticket ticket);
  [[nodiscard]] double tolerance() const;
  [[nodiscard]] Ticket ticket_of(const Wanted& v) const { return {stamp_, v.epoch}; }

  const DisasterCluster& cluster_;
  const Plan& plan_;
  SegmentLayout layout_;
  DisasterModel model_;
  DisasterRoll roll_;    // who lives, as the server has been told
  DisasterWills wills_;  // what they are to compute
  DisasterCounts counts_;
  std::optional<Violation> violation_;
  Time now_{};

  // Rounds and the model.
  Stamp stamp_;        // of the round that began last
  Time began_{};       // when it did
  RoundId committed_;  // the last, on the line of history that counts
  RoundId durable_;
  RoundId committed_ever_;  // the largest, also what was lost again
  std::vector<float> parameters_;
  std::vector<float> durable_parameters_;

  // The vectors of the round.
  SelectionRef selection_;
  std::map<WorkerId, Wanted> wanted_;
  std::map<std::uint32_t, SelectionRef> announced_;                    // by epoch
  std::shared_ptr<const DecodeOperator> operator_;                     // of selection_
  std::vector<std::shared_ptr<const DecodeOperator>> combined_under_;  // by segment
  std::uint32_t combined_ = 0;
  bool paused_ = true;
  std::set<std::tuple<WorkerId, Incarnation, Ticket>> stale_seen_;

  std::optional<Time> hopeless_since_;   // in this round: the live workers cannot meet the rule
  bool loss_in_hand_ = false;            // the server is being told of a loss after the signal
  std::optional<WorkerId> bad_in_hand_;  // and of a vector of this worker that cannot be used
  bool failed_ = false;
  bool tracing_ = false;
  std::vector<std::string> trace_;
};

}  // namespace gleaner
