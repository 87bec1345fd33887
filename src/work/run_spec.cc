#include "work/run_spec.h"

#include <cmath>

#include <fmt/format.h>

namespace gleaner {
namespace {

Status check_stopping(const RunSpec& spec) {
  if (Status s = check(spec.stopping); !s) return s;
  if (spec.test && spec.test->every == 0) return bad_input("a test every 0 rounds", "give 1 or more");
  if (!spec.stopping.target_accuracy) return {};
  if (!spec.objective->classifies()) {
    return bad_input(
        fmt::format("--target-accuracy means nothing for the objective {}, which names no classes",
                    spec.objective->name()),
        "stop by --rounds or --time-limit");
  }
  if (spec.stopping.on_test_set && (!spec.test || spec.test->samples.rows == 0)) {
    return bad_input("--target-accuracy on test samples, but there are none",
                     "give --test or --test-fraction");
  }
  return {};
}

}  // namespace

Status check(const RunSpec& spec) {
  GLEANER_CHECK(spec.plan && spec.code && spec.objective, "a run has a plan, a code and an objective");
  if (spec.objective->chunks() != spec.plan->chunks()) {
    return bad_input(fmt::format("the data is cut into {} chunks but the plan has {}",
                                 spec.objective->chunks(), spec.plan->chunks()),
                     "give --chunks the plan's number");
  }
  if (Status s = check(spec.optimizer); !s) return s;
  if (Status s = spec.server.check(); !s) return s;
  if (Status s = spec.speeds.check(spec.plan->workers()); !s) return s;
  if (!(spec.l2 >= 0 && std::isfinite(spec.l2))) {
    return bad_input(fmt::format("--l2 {} is not a number from 0 on", spec.l2), "give 0 or more");
  }
  if (spec.rounds == 0) return bad_input("--rounds 0 leaves nothing to do", "give at least 1");
  if (Status s = check_stopping(spec); !s) return s;
  if (spec.checkpoint && (spec.checkpoint->every == 0 || spec.checkpoint->keep == 0)) {
    return bad_input("--checkpoint-every 0 keeps nothing", "give at least 1");
  }
  if (spec.segment_floats == 0 || spec.credits == 0) {
    return bad_input("segments and credits must be at least 1", "leave them at their defaults");
  }
  for (const Fault& f : spec.faults) {
    if (f.worker.index() >= spec.plan->workers()) {
      return bad_input(
          fmt::format("--faults names worker {} but there are {}", f.worker.value, spec.plan->workers()),
          "workers are numbered from 0");
    }
  }
  return {};
}

}  // namespace gleaner
