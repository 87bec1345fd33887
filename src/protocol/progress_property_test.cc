// Progress merged in any order gives one state: the observed state is a join of sets (protocol.md section 7).
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocol/server.h"
#include "support/random_cluster.h"

namespace gleaner {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

constexpr Stamp kStamp{Term(1), RoundId(1)};

// The reports of a worker that finishes `chunks` chunks in a random order, one after each.
void add_reports(WorkerId worker, std::size_t load, std::size_t chunks, Random& random,
                 std::vector<FromWorker>& reports) {
  std::vector<Slot> order;
  for (std::uint32_t s = 0; s < load; ++s) order.emplace_back(s);
  random.shuffle(std::span(order));
  SlotSet done;
  for (std::size_t k = 0; k < chunks; ++k) {
    done.insert(order[k]);
    reports.push_back({{worker, Incarnation(1)}, Progress{kStamp, done}});
  }
}

struct Outcome {
  UsedSlots used;
  std::size_t completed = 0;
  bool operator==(const Outcome&) const = default;
};

// What the workers might report. One chunk is done by nobody, so that a round lasts until the deadline in
// whatever order the reports come.
std::vector<FromWorker> any_reports(const Plan& plan, Random& random) {
  const ChunkId never(static_cast<std::uint32_t>(random.below(plan.chunks())));
  std::vector<FromWorker> reports;
  for (std::uint32_t w = 0; w < plan.workers(); ++w) {
    const std::size_t load = plan.assignment().load(WorkerId(w));
    std::vector<FromWorker> all;
    add_reports(WorkerId(w), load, load, random, all);
    const auto slot = plan.assignment().slot_of(WorkerId(w), never);
    for (const FromWorker& r : all) {
      if (slot && std::get<Progress>(r.message).done.contains(*slot)) break;
      if (random.uniform() < 0.8) reports.push_back(r);
    }
  }
  return reports;
}

// The selection at the deadline, after these reports in this order.
std::optional<Outcome> at_deadline(const std::shared_ptr<const Plan>& plan,
                                   const std::vector<FromWorker>& reports) {
  ServerOptions options;
  options.recovery = {Recovery::Kind::deadline, std::chrono::seconds(1), 0};
  Server server(plan, code_for(plan->method()), options);
  std::vector<ServerAction> out;
  for (std::uint32_t w = 0; w < plan->workers(); ++w) {
    server.step({}, FromWorker{{WorkerId(w), Incarnation(1)}, Hello{plan->fingerprint(), {}, {}}}, out);
  }
  server.step({}, BeginRound{kStamp.round}, out);
  std::optional<TimerId> timer;
  for (const ServerAction& a : out) {
    if (const auto* arm = std::get_if<ArmTimer>(&a)) timer = arm->timer;
  }
  for (const FromWorker& r : reports) server.step({}, r, out);
  server.step({}, TimerFired{*timer}, out);
  std::optional<Outcome> outcome;
  for (const ServerAction& a : out) {
    if (const auto* e = std::get_if<Expect>(&a)) outcome = Outcome{e->selection->used, 0};
  }
  for (const ServerAction& a : out) {
    const auto* n = std::get_if<Note>(&a);
    if (outcome && n != nullptr && n->kind == NoteKind::rule_met) outcome->completed = n->count;
  }
  return outcome;
}

RC_GTEST_PROP(ProgressMerge, AnyOrderAndAnyRepetitionGiveOneState, ()) {
  const auto plan = any_plan(Method::partial, any_blocks(), 0);
  Random random = testing_cases::any_random();
  const std::vector<FromWorker> reports = any_reports(*plan, random);
  const std::optional<Outcome> in_order = at_deadline(plan, reports);
  UsedSlots merged(plan->workers());
  for (const FromWorker& r : reports) merged[r.peer.worker.index()] |= std::get<Progress>(r.message).done;
  if (in_order) RC_ASSERT(in_order->used == merged);

  for (int k = 0; k < 5; ++k) {
    std::vector<FromWorker> shuffled = reports;
    for (const FromWorker& r : reports) {
      if (random.uniform() < 0.5) shuffled.push_back(r);
    }
    random.shuffle(std::span(shuffled));
    RC_ASSERT(at_deadline(plan, shuffled) == in_order);
  }
}

RC_GTEST_PROP(ProgressMerge, NothingOfAnotherLifeOrRoundCounts, ()) {
  const auto plan = any_plan(Method::partial, any_blocks(), 0);
  Random random = testing_cases::any_random();
  const std::vector<FromWorker> reports = any_reports(*plan, random);
  std::vector<FromWorker> foreign = reports;
  for (FromWorker& r : foreign) {
    auto& progress = std::get<Progress>(r.message);
    progress.done = SlotSet::first(plan->assignment().load(r.peer.worker));
    switch (random.below(4)) {
      case 0: r.peer.life = Incarnation(2); break;
      case 1: progress.stamp.round = RoundId(2); break;
      case 2: progress.stamp.term = Term(2); break;
      default: r.peer.worker = WorkerId(r.peer.worker.value + 100); break;
    }
  }
  std::vector<FromWorker> mixed = reports;
  mixed.insert(mixed.end(), foreign.begin(), foreign.end());
  random.shuffle(std::span(mixed));
  RC_ASSERT(at_deadline(plan, mixed) == at_deadline(plan, reports));
}

}  // namespace
}  // namespace gleaner
