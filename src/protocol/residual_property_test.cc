// What a commit says about its error is true: the announced residual is that of the operator which the
// workers and the server really applied (protocol.md section 4).
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/random_cluster.h"

namespace gleaner {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

struct Ended {
  bool failed = false;
  std::optional<Cluster::Round> round;
  std::size_t selections = 0;
};

// One round with timers, up to `faults` crashes, and returns.
Ended run(const std::shared_ptr<const Plan>& plan, const ServerOptions& options, ToyShape shape,
          std::uint64_t seed, std::size_t faults) {
  RC_LOG() << "seed " << seed << "\n";
  Cluster cluster(plan, options, shape);
  join_all(cluster);
  Schedule schedule(seed, plan->workers());
  Random& random = schedule.random;
  std::set<std::uint64_t> epochs;
  cluster.begin_round(RoundId(1));
  const std::size_t limit = 4 * step_limit(*plan, shape);
  std::size_t steps = 0;
  while (!cluster.failed() && cluster.server().phase() != Server::Phase::idle) {
    const WorkerId worker(static_cast<std::uint32_t>(random.below(plan->workers())));
    if (faults > 0 && random.uniform() < 0.05 && cluster.is_running(worker)) {
      --faults;
      cluster.crash(worker, random.uniform() < 0.5);
    }
    if (!cluster.is_running(worker) && random.uniform() < 0.03) cluster.start(worker);
    const bool moved = schedule.step(cluster, 0.02);
    RC_ASSERT(++steps < limit);
    if (moved) continue;
    // Nothing can move: only a return or a timer of length 0 weight could, and there is none.
    RC_FAIL("the round hangs");
  }
  for (const auto& complaint : cluster.complaints) RC_LOG() << complaint << "\n";
  RC_ASSERT(cluster.complaints.empty());
  Ended ended;
  ended.failed = cluster.failed();
  ended.selections = cluster.expects.size();
  if (!cluster.rounds.empty()) ended.round = cluster.rounds[0];
  return ended;
}

void check_truth(const Ended& ended) {
  if (!ended.round) return;
  const Cluster::Round& r = *ended.round;
  RC_ASSERT(r.commit.residual > r.error_residual - 1e-6);
  if (ended.selections == 1) RC_ASSERT(r.commit.residual < r.error_residual + 1e-6);
  if (r.commit.residual == 0) RC_ASSERT(r.error < 1e-9);
}

ServerOptions any_options() {
  ServerOptions o;
  o.when_unrecoverable = *rc::gen::element(WhenUnrecoverable::stop, WhenUnrecoverable::approximate);
  switch (*rc::gen::inRange(0, 3)) {
    case 0: o.recovery = {Recovery::Kind::deadline, std::chrono::milliseconds(100), 0}; break;
    case 1: o.recovery = {Recovery::Kind::residual, {}, 0.1 + 0.08 * *rc::gen::inRange(0, 10)}; break;
    default: break;
  }
  return with_any_policy(o);
}

void tell_the_truth(Method method, std::size_t blocks, std::size_t faults, int runs = 20) {
  const auto plan = any_plan(method, blocks, 0);
  const ToyShape shape = any_shape(*plan);
  const ServerOptions options = any_options();
  for (int k = 0; k < runs; ++k) {
    const Ended ended = run(plan, options, shape, *rc::gen::arbitrary<std::uint64_t>(), faults);
    check_truth(ended);
    if (ended.round && options.recovery.kind == Recovery::Kind::residual &&
        options.when_unrecoverable == WhenUnrecoverable::stop) {
      RC_ASSERT(ended.round->commit.residual <= options.recovery.residual + 1e-9);
    }
    if (faults == 0) RC_ASSERT(!ended.failed);
  }
}

RC_GTEST_PROP(Residual, IsTrueWithoutLosses, ()) { tell_the_truth(Method::partial, any_blocks(), 0); }
RC_GTEST_PROP(Residual, IsTrueAfterLosses, ()) { tell_the_truth(Method::partial, any_blocks(), 4); }
RC_GTEST_PROP(Residual, OfOriginalCodingIsTrueWithoutLosses, ()) { tell_the_truth(Method::original, 1, 0); }
// One in thousands of these rounds can end only by the vector of a worker that holds no short chunk.
RC_GTEST_PROP(Residual, OfOriginalCodingIsTrueAfterLosses, ()) {
  tell_the_truth(Method::original, 1, 4, 400);
}

}  // namespace
}  // namespace gleaner
