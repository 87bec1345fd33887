// The checker's account of rounds, the model, lives and the end of the run.
#include "sim/disaster_checker.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace gleaner {
namespace {

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

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
      ++counts_.rejected_vectors;
      roll_.bars(*r.note.worker);
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

// ---- lives

void DisasterChecker::on_server_event(Time at, Stamp stamp, const ServerEvent& event) {
  now_ = at;
  loss_in_hand_ = false;
  if (std::holds_alternative<BeginRound>(event)) roll_.round_begins();
  if (const auto* said = std::get_if<FromWorker>(&event)) {
    if (std::holds_alternative<ChunkRejected>(said->message)) ++counts_.rejected_chunks;
    roll_.hears(*said, stamp);
  }
  if (const auto* lost = std::get_if<WorkerLost>(&event)) {
    const auto v = wanted_.find(lost->peer.worker);
    loss_in_hand_ = roll_.is_live(lost->peer) && v != wanted_.end() && v->second.peer == lost->peer &&
                    !v->second.whole && committed_ < stamp_.round;
    counts_.lost_after_signal += loss_in_hand_ ? 1 : 0;
    roll_.loses(lost->peer);
  }
  const auto* in = std::get_if<VectorIn>(&event);
  if (in == nullptr || !roll_.is_live(in->peer)) return;
  const auto v = wanted_.find(in->peer.worker);
  if (v == wanted_.end() || v->second.peer != in->peer || ticket_of(v->second) != in->ticket) return;
  v->second.whole = true;
  for (std::uint32_t s = combined_; s < layout_.count(); ++s) {
    if (v->second.sound.contains(s)) continue;
    return broken(Rule::vector, fmt::format("the vector of worker {} is taken for whole without segment {}",
                                            in->peer.worker.value, s));
  }
}

void DisasterChecker::on_server_action(Time at, const ServerAction& action) {
  now_ = at;
  if (const auto* send = std::get_if<SendWorker>(&action)) {
    if (!std::holds_alternative<Welcome>(send->message)) return;
    if (roll_.has_joined_before(send->peer)) {
      ++counts_.reconnects;
    } else if (send->peer.life.value > 1) {
      ++counts_.returns;
    }
    roll_.welcomes(send->peer);
  }
  if (std::holds_alternative<FailRun>(action)) check_failure();
}

void DisasterChecker::on_worker_event(Time at, Peer /*peer*/, const WorkerEvent& /*event*/) { now_ = at; }

void DisasterChecker::on_chunk(Peer peer, Stamp stamp, Slot slot, ChunkOutcome outcome) {
  if (outcome == ChunkOutcome::finished) roll_.finishes(peer, stamp, slot);
}

// ---- rounds and the model

void DisasterChecker::on_life(Term term, RoundId durable) {
  if (term <= stamp_.term) {
    broken(Rule::rounds, fmt::format("life {} of the server follows life {}", term.value, stamp_.term.value));
  }
  if (durable != durable_) {
    broken(Rule::rounds, fmt::format("the server starts after round {}, but round {} is durable",
                                     durable.value, durable_.value));
  }
  if (stamp_.term.value > 0) {
    ++counts_.restarts;
    if (stamp_.round > committed_) ++counts_.restarts_in_round;
  }
  stamp_ = {term, durable};
  committed_ = durable;
  parameters_ = durable_parameters_;
  roll_.server_starts();
  wanted_.clear();
  selection_.reset();
  paused_ = true;
}

void DisasterChecker::on_begin(Stamp stamp, std::span<const float> parameters) {
  if (stamp.round.value != committed_.value + 1) {
    broken(Rule::rounds, fmt::format("round {} begins, but the last one committed is {}", stamp.round.value,
                                     committed_.value));
  }
  if (!same_bits(parameters, parameters_)) {
    broken(Rule::model, fmt::format("round {} begins with parameters that the commits before it do not give",
                                    stamp.round.value));
  }
  stamp_ = stamp;
  selection_.reset();
  wanted_.clear();
  announced_.clear();
  combined_under_.assign(layout_.count(), nullptr);
  combined_ = 0;
  paused_ = true;
  residual_ = 0;
}

void DisasterChecker::on_commit(const Commit& commit, std::span<const float> gradient, std::uint32_t combined,
                                std::span<const float> after) {
  if (commit.stamp != stamp_ || commit.stamp.round.value != committed_.value + 1) {
    broken(Rule::rounds,
           fmt::format("{} is committed while {} is under way and round {} was the last committed",
                       text(commit.stamp), text(stamp_), committed_.value));
  }
  if (combined != layout_.count()) {
    broken(Rule::vector, fmt::format("{} is committed with {} of {} segments combined", text(commit.stamp),
                                     combined, layout_.count()));
  } else {
    check_residual(commit);
    check_gradient(gradient);
  }
  model_.step(gradient, parameters_);
  if (!same_bits(after, parameters_)) {
    broken(Rule::model, fmt::format("after {} the parameters are not one step further", text(commit.stamp)));
  }
  counts_.inexact += commit.residual > 0 ? 1 : 0;
  counts_.recommitted += commit.stamp.round <= committed_ever_ ? 1 : 0;
  ++counts_.rounds;
  committed_ = commit.stamp.round;
  committed_ever_ = std::max(committed_ever_, committed_);
}

void DisasterChecker::on_checkpoint(RoundId round) {
  if (round != committed_) {
    broken(Rule::rounds, fmt::format("round {} is made durable while round {} was the last committed",
                                     round.value, committed_.value));
  }
  durable_ = round;
  durable_parameters_ = parameters_;
}

// ---- the end

// The recount: giving up needs a chunk that the workers on the roll cannot bring to l copies.
void DisasterChecker::check_failure() {
  failed_ = true;
  const UsedSlots possible = roll_.possible();
  const bool nothing =
      std::all_of(possible.begin(), possible.end(), [](const SlotSet& s) { return s.empty(); });
  const ServerOptions& options = cluster_.spec.server;
  if (nothing) return;
  if (options.when_unrecoverable == WhenUnrecoverable::approximate ||
      options.recovery.kind == Recovery::Kind::deadline) {
    return broken(Rule::liveness, "the server gives up although some worker could still give something");
  }
  const double best = DecodeOperator(plan_, possible).relative_residual();
  const double allowed = options.recovery.kind == Recovery::Kind::residual ? options.recovery.residual : 0;
  if (best <= allowed) {
    broken(Rule::liveness,
           fmt::format("the server gives up although the live workers could bring the residual "
                       "down to {:.6g}, and {:.6g} is allowed",
                       best, allowed));
  }
}

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
