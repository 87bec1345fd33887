// The checker's trace, and the end of a run.
#include "sim/disaster_checker.h"

#include <array>

#include <fmt/format.h>

namespace gleaner {
namespace {

const char* name_of(WorkerStep step) {
  constexpr std::array kNames = {"joining",   "starting", "computing", "reporting",
                                 "signalled", "sending",  "sent",      "released"};
  return kNames[static_cast<std::size_t>(step)];
}

const char* name_of(ServerStep step) {
  constexpr std::array kNames = {"StartRound was sent",  "a report had come in", "the signal was sent",
                                 "a vector had come in", "the commit",           "the checkpoint"};
  return kNames[static_cast<std::size_t>(step)];
}

const char* name_of(BlowKind kind) {
  constexpr std::array kNames = {"crashes", "hangs", "is cut off"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace

const char* name_of(Violation::Rule rule) {
  switch (rule) {
    case Violation::Rule::gradient: return "gradient";
    case Violation::Rule::residual: return "residual";
    case Violation::Rule::rounds: return "rounds";
    case Violation::Rule::model: return "model";
    case Violation::Rule::stale: return "stale vector";
    case Violation::Rule::dead: return "dead incarnation";
    case Violation::Rule::vector: return "unsound vector";
    case Violation::Rule::will: return "will";
    case Violation::Rule::liveness: return "liveness";
  }
  return "?";
}

DisasterChecker::DisasterChecker(const DisasterCluster& cluster)
    : cluster_(cluster),
      plan_(*cluster.spec.plan),
      layout_(DisasterVectors::layout_of(cluster.spec.dimension, plan_.blocks(), cluster.spec.segments)),
      model_(cluster.seed, plan_.chunks(), cluster.spec.dimension),
      roll_(plan_),
      wills_(plan_, cluster.spec.server),
      parameters_(model_.start()),
      durable_parameters_(parameters_) {}

void DisasterChecker::broken(Rule rule, std::string what) {
  line(now_, fmt::format("VIOLATION ({}): {}", gleaner::name_of(rule), what));
  if (!violation_) violation_ = Violation{rule, std::move(what), now_, stamp_.round};
}

// ---- the trace

void DisasterChecker::line(Time at, const std::string& text) {
  if (tracing_) trace_.push_back(fmt::format("{:>12.6f} s  {}", seconds(at), text));
}

void DisasterChecker::record(const TraceRecord& r) {
  now_ = r.at;
  if (tracing_) line(r.at, sentence(r.note));
  switch (r.note.kind) {
    case NoteKind::uncovered:
      if (loss_in_hand_ && r.note.count > 0) ++counts_.uncovering;
      break;
    case NoteKind::reselected: ++counts_.selected_again; break;
    case NoteKind::vector_rejected:
      if (r.note.worker == bad_in_hand_) break;
      broken(Rule::vector,
             fmt::format("the server rejects a vector of worker {} that nobody has complained of",
                         r.note.worker->value));
      break;
    default: break;
  }
}

void DisasterChecker::on_blow(Time at, Peer peer, WorkerStep step, Server::Phase phase, const Blow& blow) {
  now_ = at;
  ++counts_.blows[static_cast<std::size_t>(blow.kind)][static_cast<std::size_t>(step)]
                 [static_cast<std::size_t>(phase)];
  if (!tracing_) return;
  std::string back = ", for ever";
  if (blow.back_after) back = fmt::format(", back after {}", duration_text(*blow.back_after));
  if (blow.back_in_round) back = fmt::format(", back in round {}", blow.back_in_round->value);
  line(at, fmt::format("LOSS: worker {} (incarnation {}) {} at step \"{}\"{}", peer.worker.value,
                       peer.life.value, name_of(blow.kind), name_of(step), back));
}

void DisasterChecker::on_server_blow(Time at, RoundId round, ServerStep step, Server::Phase /*phase*/) {
  now_ = at;
  ++counts_.server_blows[static_cast<std::size_t>(step)];
  line(at, fmt::format("LOSS: the server crashes in round {} after {}", round.value, name_of(step)));
}

void DisasterChecker::on_server_start(Time at, Term term, RoundId durable) {
  now_ = at;
  line(at, fmt::format("the server starts its life {}, round {} is durable", term.value, durable.value));
}

// ---- the end

void DisasterChecker::close(const TrialOutcome& outcome) {
  ++counts_.clusters;
  counts_.events += outcome.events;
  if (outcome.completed) {
    if (committed_.value != cluster_.spec.rounds) {
      broken(Rule::rounds,
             fmt::format("the run is complete after round {} of {}", committed_.value, cluster_.spec.rounds));
    }
    return;
  }
  ++counts_.rounds;
  ++counts_.failed;
  if (!failed_) {
    broken(Rule::liveness, fmt::format("round {} does not end: {}", committed_.value + 1, outcome.reason));
  }
}

}  // namespace gleaner
