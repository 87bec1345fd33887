// Plans as JSON, from a file or from a server.
#include "coding/plan.h"
#include "fuzz/fuzz_target.h"

namespace gleaner {

GLEANER_FUZZ_TARGET(plan) {
  const auto plan = Plan::parse(bytes, "plan");
  if (!plan) return;
  const std::string text = plan.value().canonical();
  const auto back = Plan::parse(text, "plan");
  fuzz::expect(back.ok() && back.value() == plan.value(), "its canonical text is the same plan");
  fuzz::expect(back.value().canonical() == text, "and has no other");
}

}  // namespace gleaner
