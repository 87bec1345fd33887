// Which workers are lost, when and how: --faults (cli.md).
//
//     crash:count=1[,workers=2/5][,round=5][,at=start|mid|after-signal|sending][,back=3] | hang:.. | none
//
// joined by "+". `workers` lists whom it may hit (default: anybody), `count` how many of them, chosen by the
// seed (default: all that are listed, 1 without a list), `round` when (default: drawn for each of them from
// all rounds), `at` the moment in that round (default: start), `back` after how many rounds the worker
// returns (default: never).
//
// `simulate` knows more (FaultScope::simulation):
//
//     at=        joining|start|mid|reporting|after-signal|sending|sent|released
//                ("starting", "computing" and "signalled" are other names of start, mid and after-signal)
//     back-after=2s   returns so long after it was lost, in place of back=
//     cut:..          only its link breaks, and comes back: the worker lives on and keeps its gradients
//                     (back= or back-after= must be given)
//     server-crash:for=2s[,round=5][,at=began|heard|signalled|collected|committed|durable]
//                     the server is gone for so long, at a round (default: drawn) and step (default: began)
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "work/spec_grammar.h"

namespace gleaner {

/// What a lost worker does.
enum class FaultKind : std::uint8_t {
  crash,  ///< its link breaks: the server hears of it at once
  hang,   ///< it falls silent and keeps its link: only a timeout tells
  cut,    ///< its link breaks for a while; the process lives on. Simulation only
};

/// At which moment of its round.
enum class FaultMoment : std::uint8_t {
  start,         ///< before its first chunk
  mid,           ///< in the middle of its first chunk
  after_signal,  ///< when the signal has come, before it sends anything
  sending,       ///< in the middle of its vector
  // Simulation only:
  joining,    ///< its link is up, before it says so
  reporting,  ///< a chunk is finished, before that is reported
  sent,       ///< its whole vector is on the way
  released,   ///< the commit has reached it
};

/// At which moment of a round the server is struck. Simulation only.
enum class ServerMoment : std::uint8_t {
  began,      ///< the start of the round is on the way
  heard,      ///< a worker's progress has come in
  signalled,  ///< the signal is on the way
  collected,  ///< a vector has come in
  committed,  ///< the round is committed, nothing durable yet
  durable,    ///< its checkpoint is written
};

/// "crash", "hang", "cut"; "start", "mid", "after-signal", "sending", ..; "began", "heard", ..
[[nodiscard]] std::string_view fault_name(FaultKind kind);
[[nodiscard]] std::string_view fault_name(FaultMoment moment);
[[nodiscard]] std::string_view fault_name(ServerMoment moment);

/// Who asks for faults: a training run can only strike at the moments that all drivers know.
enum class FaultScope : std::uint8_t { training, simulation };

/// One loss.
struct Fault {
  FaultKind kind = FaultKind::crash;
  WorkerId worker;
  RoundId round;
  FaultMoment at = FaultMoment::start;
  /// Returns with a new incarnation at the start of round + back; never when empty.
  std::optional<std::uint64_t> back = std::nullopt;
  /// The worker was drawn out of all of them, nobody named it: FaultDesk may pass an after_signal or sending
  /// loss on to a worker that has something to send in that round.
  bool by_chance = false;
  /// Returns so long after it was lost, in place of `back`. Simulation only.
  std::optional<Duration> back_after = std::nullopt;

  bool operator==(const Fault&) const = default;
};

/// The server is gone for a while and starts again from what is durable. Simulation only.
struct ServerFault {
  RoundId round;
  ServerMoment at = ServerMoment::began;
  Duration down{};  ///< > 0
  bool operator==(const ServerFault&) const = default;
};

/// The losses that a user asks for. Value type; the default is "none".
class FaultModel {
 public:
  FaultModel() = default;

  /// Errors name --faults, the bad part and what was expected of it.
  static Result<FaultModel> parse(std::string_view text, FaultScope scope = FaultScope::training);

  /// The losses of a run of `rounds` rounds with `workers` workers, sorted by (round, worker): a pure
  /// function of the arguments. Workers that are chosen by the seed are distinct over all terms and differ
  /// from those that another term lists. Errors: a worker that does not exist, fewer workers than `count`, a
  /// round after the last one, a worker lost twice without having returned in between.
  [[nodiscard]] Result<std::vector<Fault>> schedule(std::uint64_t seed, std::size_t workers,
                                                    std::uint64_t rounds) const;

  /// The losses of the server, sorted by round; none for FaultScope::training. A pure function of the
  /// arguments. Errors: a round after the last one.
  [[nodiscard]] Result<std::vector<ServerFault>> server_schedule(std::uint64_t seed,
                                                                 std::uint64_t rounds) const;

  [[nodiscard]] bool none() const { return terms_.empty() && server_terms_.empty(); }

  /// training: every driver can strike all of it. simulation: only FaultSource (sim/model_faults.h) can.
  [[nodiscard]] FaultScope scope() const;

  /// The canonical spelling: parse() with this scope reads it back as this model.
  [[nodiscard]] std::string text() const;

 private:
  struct Term {
    FaultKind kind = FaultKind::crash;
    std::size_t count = 1;
    std::vector<WorkerId> workers;  // ascending; empty: anybody
    std::optional<RoundId> round;
    FaultMoment at = FaultMoment::start;
    std::optional<std::uint64_t> back;
    std::optional<Duration> back_after;

    [[nodiscard]] bool chooses() const { return count != workers.size(); }
  };

  struct ServerTerm {
    std::optional<RoundId> round;
    ServerMoment at = ServerMoment::began;
    Duration down{};
  };

  Status read(const SpecTerm& spec, FaultScope scope);
  static Result<Term> read_term(const SpecTerm& spec, FaultKind kind, FaultScope scope);
  static Result<ServerTerm> read_server_term(const SpecTerm& spec);
  [[nodiscard]] Status check(std::size_t workers, std::uint64_t rounds) const;
  [[nodiscard]] Result<std::vector<std::vector<WorkerId>>> victims(std::uint64_t seed,
                                                                   std::size_t workers) const;

  std::vector<Term> terms_;
  std::vector<ServerTerm> server_terms_;
};

}  // namespace gleaner
