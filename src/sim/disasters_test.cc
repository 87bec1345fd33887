// Hundreds of random clusters under random disasters, on virtual time. Rapidcheck prints the drawn cluster
// and the string that draws it again (RC_PARAMS="reproduce=..").
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cmath>
#include <stdexcept>

#include "sim/virtual_cluster.h"
#include "support/disaster.h"

namespace gleaner {
namespace {

using test::any_disaster;
using test::Collector;
using test::Disaster;
using test::must_complete;
using test::tolerance;

// Ends a run that goes on for ever: no drawn cluster says a tenth as much.
class BoundedCollector final : public Collector {
 public:
  void record(const TraceRecord& r) override {
    Collector::record(r);
    if (notes.size() > 50'000) throw std::runtime_error("a run without end:\n" + tail(60));
  }
  [[nodiscard]] std::string tail(std::size_t lines) const {
    std::string s;
    for (std::size_t i = notes.size() - std::min(lines, notes.size()); i < notes.size(); ++i)
      s += notes[i] + '\n';
    return s;
  }
};

// The losses of the same training without code, stragglers and losses.
std::vector<double> plain_losses(const Disaster& d) {
  test::SmallRun plain;
  plain.method = Method::uncoded;
  plain.workers = 1;
  plain.chunks = d.run.chunks;
  plain.rounds = d.run.rounds;
  plain.speeds = "none";
  Collector seen;
  (void)run_virtual(plain.spec(), seen);
  std::vector<double> losses;
  for (const RoundRecord& r : seen.rounds) losses.push_back(r.loss);
  return losses;
}

void names_chunks_if_failed(const RunSummary& s) {
  if (s.status != "failed") return;
  if (s.reason.find("chunk") == std::string::npos) RC_FAIL("a failure without a chunk: " + s.reason);
}

void classify(const RunSummary& s) {
  RC_CLASSIFY(s.epochs_max > 1, "selected again");
  RC_CLASSIFY(s.status == "failed", "failed");
  RC_CLASSIFY(s.workers_lost > 0, "with losses");
}

void endsExactly(Method method) {
  const Disaster d = *any_disaster(method, true);
  const RunSpec spec = d.spec();
  BoundedCollector seen;
  const RunResult result = run_virtual(spec, seen);
  const RunSummary& s = result.summary;
  RC_LOG() << s.status << ": " << s.reason << '\n' << seen.tail(200);
  classify(s);
  names_chunks_if_failed(s);
  if (must_complete(d)) RC_ASSERT(s.status == "completed");
  RC_ASSERT(seen.rounds.size() == s.rounds);
  const std::vector<double> losses = plain_losses(d);
  const double allowed = tolerance(spec);
  for (const RoundRecord& r : seen.rounds) {
    RC_ASSERT(r.residual == 0.0);
    RC_ASSERT(r.gradient_error <= allowed);
    RC_ASSERT(std::abs(r.loss - losses[r.round - 1]) <= 30 * allowed * (1 + losses[r.round - 1]));
    RC_ASSERT(r.chunks_used <= r.chunks_completed);
  }
}

RC_GTEST_PROP(Disasters, PartialEndsExactly, ()) { endsExactly(Method::partial); }
RC_GTEST_PROP(Disasters, OriginalEndsExactly, ()) { endsExactly(Method::original); }
RC_GTEST_PROP(Disasters, UncodedEndsExactly, ()) { endsExactly(Method::uncoded); }

// Approximate rounds say how approximate they are; the rule that was asked for is kept.
void saysItsResidual(Method method) {
  const Disaster d = *any_disaster(method, false);
  const RunSpec spec = d.spec();
  BoundedCollector seen;
  const RunSummary s = run_virtual(spec, seen).summary;
  RC_LOG() << s.status << ": " << s.reason << '\n' << seen.tail(200);
  classify(s);
  const Recovery& rule = spec.server.recovery;
  const double allowed = tolerance(spec);
  const bool may_miss_more = spec.server.when_unrecoverable == WhenUnrecoverable::approximate;
  for (const RoundRecord& r : seen.rounds) {
    RC_ASSERT(r.residual >= 0.0 && r.residual < 1.0);
    if (r.residual == 0) RC_ASSERT(r.gradient_error <= allowed);
    // After a loss some segments may have been combined under a better selection.
    if (r.residual > 0 && r.epoch == 1) RC_ASSERT(r.gradient_error > allowed);
    if (rule.kind == Recovery::Kind::exact && !may_miss_more) RC_ASSERT(r.residual == 0.0);
    if (rule.kind == Recovery::Kind::residual && !may_miss_more)
      RC_ASSERT(r.residual <= rule.residual + 1e-12);
  }
}

RC_GTEST_PROP(Disasters, PartialSaysItsResidual, ()) { saysItsResidual(Method::partial); }
RC_GTEST_PROP(Disasters, OriginalSaysItsResidual, ()) { saysItsResidual(Method::original); }

RC_GTEST_PROP(Disasters, OneSeedGivesOneRun, ()) {
  const Method method = *rc::gen::element(Method::partial, Method::original, Method::uncoded);
  const Disaster d = *any_disaster(method, *rc::gen::arbitrary<bool>());
  BoundedCollector a;
  BoundedCollector b;
  const RunSpec spec = d.spec();
  const RunResult first = run_virtual(spec, a);
  const RunResult second = run_virtual(spec, b);
  RC_ASSERT(a.notes == b.notes);
  RC_ASSERT(to_json(first.summary) == to_json(second.summary));
  RC_ASSERT(a.rounds.size() == b.rounds.size());
  for (std::size_t i = 0; i < a.rounds.size(); ++i) RC_ASSERT(to_json(a.rounds[i]) == to_json(b.rounds[i]));
  RC_ASSERT(first.parameters.size() == second.parameters.size());
  for (std::size_t i = 0; i < first.parameters.size(); ++i) {
    RC_ASSERT(std::bit_cast<std::uint32_t>(first.parameters[i]) ==
              std::bit_cast<std::uint32_t>(second.parameters[i]));
  }
}

}  // namespace
}  // namespace gleaner
