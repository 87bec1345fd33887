#include "app/build_worker.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coding/code.h"
#include "wire/fields.h"

namespace gleaner {
namespace {

constexpr std::string_view kSameRelease = "run the same release of gleaner on server and worker";

ModuleSetup module_setup(const TorchChoice& c) {
  return {*c.module, c.loss, c.input_shape, c.device, c.tokens, c.micro_batch, c.threads};
}

TorchChoice choice_of(const ModuleSetup& m) {
  TorchChoice c;
  c.module = std::make_shared<const std::string>(m.bytes);
  c.loss = m.loss;
  c.input_shape = m.input_shape;
  c.device = m.device;
  c.tokens = m.tokens;
  c.micro_batch = static_cast<std::size_t>(m.micro_batch);
  c.threads = static_cast<std::size_t>(m.threads);
  return c;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Replicas of a chunk stand in for one another, so they must be the same bits.
Status compare_arithmetic(std::string_view servers, std::string_view workers) {
  if (servers == workers) return {};
  const std::vector<std::string_view> there = lines_of(servers), here = lines_of(workers);
  std::string differences;
  for (std::size_t i = 0; i < std::max(there.size(), here.size()); ++i) {
    const std::string_view a = i < there.size() ? there[i] : "nothing";
    const std::string_view b = i < here.size() ? here[i] : "nothing";
    if (a != b)
      differences +=
          fmt::format("{}the server has {}, this worker {}", differences.empty() ? "" : "; ", a, b);
  }
  return bad_input(
      fmt::format("gradients of this worker would have other bits than those of the server: {}", differences),
      "install the same LibTorch and BLAS; where processors differ, start server and workers with the same "
      "ATEN_CPU_CAPABILITY (avx2), OPENBLAS_CORETYPE (Haswell) and DNNL_MAX_CPU_ISA (AVX2)");
}

}  // namespace

Result<RunSetup> setup_of(const RunSpec& spec, const TrainOptions& options, const TorchKit* torch,
                          const Catalogue& catalogue) {
  GLEANER_CHECK(catalogue.entries().size() == spec.plan->chunks(), "data that are cut for another plan");
  RunSetup setup;
  setup.plan = spec.plan->canonical();
  setup.objective = options.objective;
  if (options.objective == "mlp") setup.hidden = options.hidden;
  if (torch != nullptr) setup.module = module_setup(torch->choice());
  setup.speeds = spec.speeds.text();
  setup.speeds_table = spec.speeds.table();
  if (!is_clean_text(setup.speeds)) {
    return bad_input("--speeds names a file in letters that workers cannot be told",
                     "give the file a name in plain UTF-8");
  }
  setup.seed = spec.seed;
  setup.batch = options.batch;
  setup.local_steps = spec.local.steps;
  setup.local_rate = spec.local.learning_rate;
  setup.prox = spec.local.prox;
  setup.l2 = spec.local.l2;
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
  spec.local = {static_cast<std::size_t>(setup.local_steps), setup.local_rate, setup.prox, setup.l2};
  ObjectiveChoice choice{
      setup.objective, setup.hidden, {static_cast<std::size_t>(setup.batch), setup.seed}, spec.local};
  if (!setup.module.bytes.empty()) {
    const Result<TorchKit> torch = TorchKit::make(choice_of(setup.module), "the server's module");
    if (!torch) return torch.error();
    choice.maker = torch.value().maker();
  }
  Result<std::shared_ptr<const Objective>> objective = objective_over(std::move(held), choice);
  if (!objective) return objective.error();
  spec.objective = std::move(objective).value();
  if (Status s = compare_arithmetic(spec.plan->arithmetic(), spec.objective->arithmetic()); !s)
    return s.error();
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
