#include "app/plan_command.h"

#include <cmath>
#include <cstdio>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/build_plan.h"
#include "app/exit_code.h"
#include "app/output_files.h"
#include "app/say.h"
#include "app/words.h"
#include "training/atomic_file.h"
#include "work/segments.h"

namespace gleaner {
namespace {

// The facts know what is proven of an order; where nothing is, the flags know where it is from.
std::string_view order_kind(const PlanFacts& f, const PlanOptions& o) {
  if (f.order != OrderKind::heuristic) return name_of(f.order);
  if (!o.plan_file.empty()) return "given";
  return o.order == "random" ? "random" : name_of(f.order);
}

// As it was asked for, where it is one that is called so: a mixed order of a plan that is not regular is the
// searched one.
std::string_view order_name(const PlanFacts& f, const PlanOptions& o, Method method) {
  const bool mixed = method == Method::partial && o.plan_file.empty() && o.order == "mixed";
  return mixed && f.order != OrderKind::heuristic ? "mixed" : order_kind(f, o);
}

std::string_view order_meaning(std::string_view kind, const PlanOptions& o, Method method) {
  if (method != Method::partial) return "any order: a worker's chunks count when all of them are done";
  if (kind == "optimal") return "its q_max is the smallest possible";
  if (kind == "balanced") return "every chunk once in every position; proven optimal for 1 block only";
  if (kind == "given") return "by the plan file; nothing is proven";
  if (kind == "random") return "nothing is proven; --order optimal is better";
  return o.order == "worst-case" ? "an irregular instance: searched for a small q_max"
                                 : "an irregular instance: searched for a short mean time of a round";
}

std::string as_json(const PlanFacts& f, const PlanOptions& o, const PlanNotes& notes) {
  nlohmann::ordered_json j;
  j["workers"] = f.workers;
  j["chunks"] = f.chunks;
  j["blocks"] = f.blocks;
  j["load_max"] = f.load_max;
  j["replication_min"] = f.replication_min;
  j["tolerated_losses"] = f.tolerated_losses;
  j["order_kind"] = order_kind(f, o);
  j["q_max"] = f.q_max;
  j["q_max_lower_bound"] = f.q_max_lower_bound;
  j["colours"] = f.colours;
  j["worst_condition"] = nullptr;  // not known: it is somewhere above that of a sample
  if (f.condition.complete) j["worst_condition"] = f.condition.at_least;
  if (notes.improvement) j["improvement_steps"] = notes.improvement->steps;
  j["worker_memory_bytes"] = f.worker_memory_bytes;
  j["server_memory_bytes"] = f.server_memory_bytes;
  j["fingerprint"] = f.fingerprint;
  return j.dump(2);
}

void print_facts(const PlanFacts& f, const FactsOptions& options, Method method) {
  const auto line = [](std::string_view name, const std::string& value, std::string_view meaning) {
    fmt::print("  {:<18} {:>12}{}{}\n", name, value, meaning.empty() ? "" : "  ", meaning);
  };
  const std::string_view kind = order_kind(f, options.plan);
  fmt::print("plan for method {}\n", name_of(method));
  line("workers", fmt::format("{}", f.workers), "");
  line("chunks", fmt::format("{}", f.chunks), "");
  line("blocks", fmt::format("{}", f.blocks), "every vector is 1/blocks of a gradient");
  line("load_max", fmt::format("{}", f.load_max), "chunks of the most loaded worker");
  line("replication_min", fmt::format("{}", f.replication_min), "copies of the rarest chunk");
  line("tolerated_losses", fmt::format("{}", f.tolerated_losses),
       "any so many workers may be lost in a round");
  line("order", std::string(order_name(f, options.plan, method)), order_meaning(kind, options.plan, method));
  line("q_max", fmt::format("{}", f.q_max), "chunks done in the worst case when a round ends");
  line("q_max_lower_bound", fmt::format("{}", f.q_max_lower_bound), "no order can have a smaller q_max");
  line("colours", fmt::format("{}", f.colours),
       fmt::format("different decoding vectors, {} frame", name_of(f.frame)));
  line("worst_condition", fmt::format("{}{:.3g}", f.condition.complete ? "" : ">= ", f.condition.at_least),
       f.condition.complete ? "of any decoding that can occur"
                            : "of a sample: there are too many sets of holders to look at all");
  line("worker memory", byte_text(static_cast<double>(f.worker_memory_bytes)),
       fmt::format("chunk gradients of {} floats", options.dimension));
  line("server memory", byte_text(static_cast<double>(f.server_memory_bytes)),
       "the gradient and segments in flight");
  fmt::print("  fingerprint        {}\n", f.fingerprint);
}

}  // namespace

Result<int> plan_command(const FactsOptions& options) {
  const Result<Method> method = chosen_method(options.plan);
  if (!method) return method.error();
  const NamedPath out{"--out", options.out};
  const std::vector<NamedPath> inputs{{"--plan", options.plan.plan_file},
                                      {"--assignment", options.plan.assignment},
                                      {"--config", options.config.file}};
  if (Status s = check_outputs({&out, 1}, inputs); !s) return s.error();
  if (options.dimension == 0) return bad_input("--dimension 0 is no gradient", "give at least 1");
  PlanNotes notes;
  const Result<Plan> plan = build_plan(options.plan, method.value(), &notes);
  if (!plan) return plan.error();
  const PlanFacts facts = facts_of(plan.value(), options.dimension, kSegmentFloats, kCredits);
  if (!options.out.empty()) {
    if (Status s = write_atomically(options.out, plan.value().canonical() + "\n"); !s) {
      return s.error();
    }
  }
  if (options.json) {
    fmt::print("{}\n", as_json(facts, options.plan, notes));
  } else {
    print_facts(facts, options, method.value());
  }
  if (facts.tolerated_losses == 0) {
    say("warning: this plan tolerates no loss; {}\n",
        method.value() == Method::uncoded ? "--method partial would" : "raise --replication above --blocks");
  }
  return kExitDone;
}

}  // namespace gleaner
