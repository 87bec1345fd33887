// After any single fault at any point the round still ends exactly, and only workers that share a selected
// chunk with the lost one encode again, when every chunk keeps enough copies without it; otherwise by
// recomputing (protocol.md section 7).
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/random_cluster.h"

namespace gleaner {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

enum class FaultKind { none, crash, crash_in_silence, cut_for_good, nan, corrupt };

struct Case {
  std::shared_ptr<const Plan> plan;
  ServerOptions options;
  ToyShape shape;
  std::uint64_t seed = 0;
  FaultKind fault = FaultKind::none;
  WorkerId victim;
  std::size_t at = 0;  // step
};

// What an onlooker of a run has seen.
struct Seen {
  std::size_t steps = 0;
  std::size_t signal = 0;  // the step in which the signal was given
  bool committed = false;
  bool failed = false;
  bool hung = false;
  double error = 0;
  double residual = 0;
  std::vector<std::string> complaints;
  std::set<WorkerId> reencoded;
  bool computed_again = false;    // the server went back from collecting to computing
  bool in_round = false;          // the fault came to the server while the round was open
  bool arrived_before = false;    // after the vector of the victim had arrived whole
  SelectionRef selection_before;  // null: before the signal
  SelectionRef selection_after;   // the last one
};

void strike(Cluster& cluster, const Case& c) {
  switch (c.fault) {
    case FaultKind::crash: return cluster.crash(c.victim, false);
    case FaultKind::crash_in_silence: return cluster.crash(c.victim, true);
    case FaultKind::cut_for_good: return cluster.cut(c.victim, true);
    case FaultKind::corrupt: cluster.host(c.victim).corrupt = true; return;
    case FaultKind::none:
    case FaultKind::nan: return;
  }
}

Seen run(const Case& c) {
  Seen seen;
  Cluster cluster(c.plan, c.options, c.shape);
  join_all(cluster);
  bool recovered = false;
  cluster.on_note = [&](const Note& note, const ToyHost* host) {
    if (host != nullptr) return;
    const bool mine = note.worker == c.victim;
    if (note.kind == NoteKind::selected) seen.signal = seen.steps;
    if (note.kind == NoteKind::uncovered) seen.computed_again = true;
    if (note.kind == NoteKind::recovered) recovered = true;
    if (mine && note.kind == NoteKind::vector_arrived && !seen.in_round) seen.arrived_before = true;
    if (!mine || (note.kind != NoteKind::worker_lost && note.kind != NoteKind::vector_rejected)) return;
    seen.in_round = !recovered;
    if (!cluster.expects.empty()) seen.selection_before = cluster.expects.back().selection;
  };
  Schedule schedule(c.seed, c.plan->workers());
  bool nan_is_due = false;
  schedule.outcome = [&](const ToyHost& host) {
    const bool now = nan_is_due && host.peer.worker == c.victim;
    if (now) nan_is_due = false;
    return now ? ChunkOutcome::rejected : ChunkOutcome::finished;
  };
  cluster.begin_round(RoundId(1));
  const std::size_t limit = step_limit(*c.plan, c.shape);
  while (!cluster.failed() && cluster.server().phase() != Server::Phase::idle) {
    if (seen.steps == c.at) {
      strike(cluster, c);
      nan_is_due = c.fault == FaultKind::nan;
    }
    if (++seen.steps > limit || !schedule.step(cluster)) {
      seen.hung = true;
      break;
    }
  }
  seen.failed = cluster.failed();
  seen.committed = !cluster.rounds.empty();
  seen.complaints = cluster.complaints;
  if (seen.committed) {
    seen.error = cluster.rounds[0].error;
    seen.residual = cluster.rounds[0].commit.residual;
    for (const WorkerId w : cluster.rounds[0].commit.reencoded) seen.reencoded.insert(w);
    seen.selection_after = cluster.rounds[0].commit.selection;
  }
  return seen;
}

Case any_case(Method method) {
  Case c;
  const std::size_t blocks = method == Method::uncoded ? 1 : any_blocks();
  const std::size_t spare =
      method == Method::uncoded ? 0 : *rc::gen::weightedElement<std::size_t>({{1, 0}, {3, 1}, {2, 2}});
  if (method == Method::uncoded) {
    const std::size_t workers = testing_cases::any_size(1, 8);
    const Assignment a = Assignment::cyclic(testing_cases::any_size(1, 8), workers, 1).value();
    c.plan = std::make_shared<const Plan>(Plan::make(method, a, any_order(a), Frame::ones(workers)).value());
  } else {
    c.plan = any_plan(method, blocks, spare);
  }
  c.options = with_any_policy({});
  c.shape = any_shape(*c.plan);
  return c;
}

std::set<ChunkId> chunks_of(const Plan& plan, WorkerId worker, const SelectionRef& selection) {
  std::set<ChunkId> chunks;
  selection->used[worker.index()].for_each(
      [&](Slot s) { chunks.insert(plan.assignment().chunk_at(worker, s)); });
  return chunks;
}

bool share(const std::set<ChunkId>& a, const std::set<ChunkId>& b) {
  return std::any_of(a.begin(), a.end(), [&](ChunkId c) { return b.contains(c); });
}

// Every chunk has l holders without the victim.
bool others_suffice(const Case& c) {
  for (std::uint32_t i = 0; i < c.plan->chunks(); ++i) {
    const auto& a = c.plan->assignment();
    const std::size_t others = a.replication(ChunkId(i)) - (a.slot_of(c.victim, ChunkId(i)) ? 1 : 0);
    if (others < c.plan->blocks()) return false;
  }
  return true;
}

void check_who_encoded_again(const Case& c, const Seen& seen) {
  if (!seen.in_round || seen.arrived_before || seen.selection_before == nullptr) {
    RC_ASSERT(seen.reencoded.empty());
    RC_ASSERT(!seen.computed_again);
    return;
  }
  const std::set<ChunkId> touched = chunks_of(*c.plan, c.victim, seen.selection_before);
  // Enough SELECTED copies without the victim: its neighbours encode again, nobody else, nothing is computed.
  bool kept = true;
  for (const ChunkId chunk : touched) {
    std::size_t copies = 0;
    for (const auto& h : c.plan->assignment().holders_of(chunk)) {
      copies +=
          h.worker != c.victim && seen.selection_before->used[h.worker.index()].contains(h.slot) ? 1 : 0;
    }
    kept = kept && copies >= c.plan->blocks();
  }
  if (kept) RC_ASSERT(!seen.computed_again);
  for (const WorkerId w : seen.reencoded) {
    const std::set<ChunkId> before = chunks_of(*c.plan, w, seen.selection_before);
    const std::set<ChunkId> after = chunks_of(*c.plan, w, seen.selection_after);
    RC_ASSERT(share(before, touched) || (!kept && share(after, touched)));
  }
  // And all others encoded what they had encoded: of chunks that were not touched the selection is the same.
  for (std::uint32_t j = 0; j < c.plan->workers(); ++j) {
    if (WorkerId(j) == c.victim) continue;
    for (const ChunkId chunk : chunks_of(*c.plan, WorkerId(j), seen.selection_after)) {
      const bool in_before = chunks_of(*c.plan, WorkerId(j), seen.selection_before).contains(chunk);
      RC_ASSERT(in_before || touched.contains(chunk));
    }
  }
}

void check(const Case& c, const Seen& seen) {
  RC_LOG() << "seed " << c.seed << " victim " << c.victim.value << " at step " << c.at << " fault "
           << static_cast<int>(c.fault) << " of " << seen.steps << "\n";
  for (const auto& complaint : seen.complaints) RC_LOG() << complaint << "\n";
  RC_ASSERT(seen.complaints.empty());
  RC_ASSERT(!seen.hung);
  const bool harmless = c.fault == FaultKind::none || !seen.in_round || seen.arrived_before;
  if (!harmless && !others_suffice(c)) {
    RC_ASSERT(seen.failed);
    return;
  }
  RC_ASSERT(seen.committed);
  RC_ASSERT(seen.residual == 0.0);
  RC_ASSERT(seen.error < 1e-9);
  if (c.fault != FaultKind::nan) check_who_encoded_again(c, seen);
}

void survive_every_fault(Case c) {
  for (int k = 0; k < 30; ++k) {
    c.seed = *rc::gen::arbitrary<std::uint64_t>();
    c.fault = FaultKind::none;
    const Seen quiet = run(c);
    check(c, quiet);
    RC_ASSERT(quiet.reencoded.empty() && !quiet.computed_again);

    c.fault = *rc::gen::element(FaultKind::crash, FaultKind::crash, FaultKind::crash_in_silence,
                                FaultKind::cut_for_good, FaultKind::corrupt);
    // Most of a run is computing; what comes after the signal shall not be rare.
    const bool late = *rc::gen::arbitrary<bool>();
    c.at = *rc::gen::inRange<std::size_t>(late ? quiet.signal : 0, quiet.steps);
    c.victim = WorkerId(*rc::gen::inRange<std::uint32_t>(0, static_cast<std::uint32_t>(c.plan->workers())));
    const Seen hit = run(c);
    check(c, hit);
  }
}

RC_GTEST_PROP(SingleFault, PartialEndsExactlyAndOnlyNeighboursEncodeAgain, ()) {
  survive_every_fault(any_case(Method::partial));
}

RC_GTEST_PROP(SingleFault, OriginalEndsExactlyAndOnlyNeighboursEncodeAgain, ()) {
  survive_every_fault(any_case(Method::original));
}

RC_GTEST_PROP(SingleFault, UncodedEndsExactlyOrStops, ()) { survive_every_fault(any_case(Method::uncoded)); }

// A NaN is a copy that never comes: it costs that copy and nothing else.
RC_GTEST_PROP(SingleFault, NanCostsOneCopy, ()) {
  Case c;
  c.plan = any_plan(Method::partial, any_blocks(), 1);
  c.options = with_any_policy({});
  c.shape = any_shape(*c.plan);
  c.fault = FaultKind::nan;
  c.seed = *rc::gen::arbitrary<std::uint64_t>();
  c.at = *rc::gen::inRange<std::size_t>(0, 40);
  c.victim = WorkerId(*rc::gen::inRange<std::uint32_t>(0, static_cast<std::uint32_t>(c.plan->workers())));
  const Seen seen = run(c);
  check(c, seen);
  RC_ASSERT(seen.reencoded.empty());
}

}  // namespace
}  // namespace gleaner
