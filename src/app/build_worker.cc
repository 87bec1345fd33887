#include "app/build_worker.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "coding/code.h"
#include "wire/fields.h"

namespace gleaner {
namespace {

constexpr std::string_view kSameRelease = "run the same release of gleaner on server and worker";

}  // namespace

Result<RunSetup> setup_of(const RunSpec& spec, const TrainOptions& options, const Catalogue& catalogue) {
  GLEANER_CHECK(catalogue.entries().size() == spec.plan->chunks(), "data that are cut for another plan");
  RunSetup setup;
  setup.plan = spec.plan->canonical();
  setup.objective = options.objective;
  if (options.objective == "mlp") setup.hidden = options.hidden;
  setup.speeds = spec.speeds.text();
  setup.speeds_table = spec.speeds.table();
  if (!is_clean_text(setup.speeds)) {
    return bad_input("--speeds names a file in letters that workers cannot be told",
                     "give the file a name in plain UTF-8");
  }
  setup.seed = spec.seed;
  setup.batch = options.batch;
  setup.features = catalogue.data().features;
  setup.classes = catalogue.data().classes;
  setup.dimension = spec.objective->dimension();
  setup.segment_floats = spec.segment_floats;
  setup.data_digest = catalogue.digest();
  setup.data_name = catalogue.data().name;
  setup.gradients = name_of(spec.gradients.how);
  setup.memory = spec.memory;
  setup.chunks = catalogue.entries();
  return setup;
}

Result<std::shared_ptr<const Plan>> plan_of(const RunSetup& setup) {
  Result<Plan> plan = Plan::parse(setup.plan, "the server's plan");
  if (!plan) return plan.error();
  if (plan.value().chunks() != setup.chunks.size()) {
    return bad_input(fmt::format("the server's plan has {} chunks, but its data are cut into {}",
                                 plan.value().chunks(), setup.chunks.size()),
                     std::string(kSameRelease));
  }
  return std::make_shared<const Plan>(std::move(plan).value());
}

Result<RunSpec> worker_spec(const RunSetup& setup, std::shared_ptr<const Plan> plan,
                            std::shared_ptr<const HeldChunks> held) {
  RunSpec spec;
  spec.code = code_for(plan->method());
  spec.plan = std::move(plan);
  Result<SpeedModel> speeds = SpeedModel::parse(setup.speeds, TimeUnits::required, setup.speeds_table);
  if (!speeds) return speeds.error();
  spec.speeds = std::move(speeds).value();
  // A trace without its table would have been read from a file of this machine, if that has one.
  if (spec.speeds.table() != setup.speeds_table) {
    return bad_input(
        fmt::format("--speeds {}: the server's table of times did not come with it", setup.speeds),
        std::string(kSameRelease));
  }
  Result<std::shared_ptr<const Objective>> objective = objective_over(
      std::move(held), {setup.objective, setup.hidden, {static_cast<std::size_t>(setup.batch), setup.seed}});
  if (!objective) return objective.error();
  spec.objective = std::move(objective).value();
  if (spec.objective->dimension() != setup.dimension) {
    return bad_input(fmt::format("the server's vectors have {} numbers, those of this worker {}",
                                 setup.dimension, spec.objective->dimension()),
                     std::string(kSameRelease));
  }
  const std::optional<Keeping> keeping = keeping_of(setup.gradients);
  if (!keeping) {
    return bad_input(
        fmt::format("the server's run keeps gradients as {}, which this worker cannot", setup.gradients),
        std::string(kSameRelease));
  }
  spec.gradients.how = *keeping;
  spec.gradients.exact_tail = spec.objective->exact_tail();
  spec.memory = setup.memory;
  spec.seed = setup.seed;
  spec.segment_floats = setup.segment_floats;
  if (Status s = check(spec); !s) return s.error();
  return spec;
}

}  // namespace gleaner
