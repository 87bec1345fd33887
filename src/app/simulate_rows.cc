#include "app/simulate_rows.h"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "app/build_plan.h"
#include "app/choices.h"
#include "app/order_flag.h"
#include "app/recovery_flags.h"
#include "app/repetition_note.h"
#include "app/simulate_lists.h"
#include "app/simulate_notes.h"
#include "sim/conditions.h"
#include "study/bounds.h"
#include "work/segments.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

constexpr std::size_t kRoundsMax = 10'000'000;  // of all trials of a row: about a gigabyte of outcomes
constexpr std::size_t kDimensionMax = 1'000'000'000'000;
constexpr std::size_t kThreadsMax = 1024;
constexpr std::size_t kSegmentsMax = 64;

Status check_sizes(const SimulateOptions& o) {
  if (o.trials == 0) return bad_input("--trials 0 leaves nothing to do", "give at least 1");
  if (o.rounds == 0) return bad_input("--rounds 0 leaves nothing to do", "give at least 1");
  if (o.trials > kRoundsMax / o.rounds) {
    return bad_input(
        fmt::format("--trials {} with --rounds {} are more than {} rounds", o.trials, o.rounds, kRoundsMax),
        "use fewer; a thousand trials know a mean to 3%");
  }
  if (o.dimension > kDimensionMax) {
    return bad_input(fmt::format("--dimension {} is more than {}", o.dimension, kDimensionMax), "give less");
  }
  if (!(o.liars >= 0 && o.liars <= 1)) {
    return bad_input(fmt::format("--liars {} is no share of the workers", o.liars),
                     "give a number between 0 and 1, such as 0.3");
  }
  if (o.checkpoint_every == 0) {
    return bad_input("--checkpoint-every 0 would never save anything",
                     "give at least 1, or a number above --rounds for never");
  }
  if (o.threads > kThreadsMax) {
    return bad_input(fmt::format("--threads {} is more than {}", o.threads, kThreadsMax),
                     "give less, or 0 for all cores");
  }
  return {};
}

// As a training run cuts its vectors, but in no more than kSegmentsMax: the work per vector grows
// with them, and the last of so many parts tells nothing new.
std::uint32_t segments_of(std::size_t dimension, std::size_t blocks) {
  const std::size_t floats = block_length(dimension, blocks);
  const std::size_t segments = (floats + kSegmentFloats - 1) / kSegmentFloats;
  return static_cast<std::uint32_t>(std::clamp<std::size_t>(segments, 1, kSegmentsMax));
}

// What all rows have in common.
Result<TrialsSpec> common_study(const SimulateOptions& o) {
  if (Status s = check_sizes(o); !s) return s.error();
  TrialsSpec study;
  Result<Conditions> conditions = Conditions::parse({o.speeds, o.faults, o.network, o.grid});
  if (!conditions) return conditions.error();
  conditions.value().apply_to(study.cluster);
  if (Status s = conditions.value().network.check_rounds(o.rounds); !s) return s.error();
  if (const auto server = conditions.value().faults.server_schedule(0, o.rounds); !server)
    return server.error();
  const Result<Duration> silence = parse_duration(o.silence, TimeUnits::optional);
  if (!silence || silence.value() <= Duration::zero()) {
    return bad_input(fmt::format("--silence {} is not a positive time", o.silence),
                     "give seconds as a number, or a time with its unit, like 500ms");
  }
  study.cluster.silence = silence.value();
  const Result<Duration> planning = parse_duration(o.plan_time, TimeUnits::optional);
  if (!planning || planning.value() < Duration::zero()) {
    return bad_input(fmt::format("--plan-time {} is not a time", o.plan_time),
                     "give 0, seconds as a number, or a time with its unit, like 500us");
  }
  study.cluster.planning = planning.value();
  study.cluster.liars = o.liars;
  study.cluster.checkpoint_every = o.checkpoint_every;
  study.cluster.rounds = o.rounds;
  study.cluster.dimension = o.dimension;
  study.cluster.parameter_bytes = 4 * o.dimension;
  study.faults = std::move(conditions.value().faults);
  study.seed = o.plan.seed;
  study.trials = o.trials;
  study.threads = o.threads;
  return study;
}

// Goes through the combinations.
class RowBuilder {
 public:
  RowBuilder(const SimulateOptions& options, SimulateLists lists, TrialsSpec common)
      : options_(options), lists_(std::move(lists)), common_(std::move(common)) {}

  Result<SimulateRows> build() {
    for (const Policy policy : lists_.policies) {
      for (const std::string& method : lists_.methods) {
        if (method != "partial" && policy != lists_.policies.front()) {
          note(method + ": one row for all policies, since it always runs as static");
          continue;
        }
        for (const std::size_t replication : lists_.replications) {
          for (const std::size_t blocks : lists_.blocks) {
            if (Status s = add_orders(policy, method, replication, blocks); !s) return s.error();
          }
        }
      }
    }
    if (found_.rows.empty()) return bad_input(found_.notes.front(), "name a combination that can be");
    for (std::string& text : notes_on(lists_, options_.margin, found_.rows)) note(std::move(text));
    note_repetition();
    return std::move(found_);
  }

 private:
  // An order is nothing to who waits for whole workers; replication and blocks are nothing to uncoded.
  Status add_orders(Policy policy, const std::string& method, std::size_t replication, std::size_t blocks) {
    if (method == "uncoded" &&
        (replication != lists_.replications.front() || blocks != lists_.blocks.front())) {
      note("uncoded: one row, since it holds every chunk once and sends whole gradients");
      return {};
    }
    for (const std::string& order : lists_.orders) {
      if (method != "partial" && order != lists_.orders.front()) {
        note(method + ": one row for all orders, since it waits for whole workers");
        continue;
      }
      if (method != "uncoded" && lists_.replications.size() > 1 && blocks > replication) {
        note(fmt::format("left out: {} blocks with replication {}, which is too few copies", blocks,
                         replication));
        continue;
      }
      const ChosenOrder chosen = choose_order(order, policy, options_.plan);
      Result<SimulateRow> made = make_row(method, chosen, replication, blocks);
      if (!made) return made.error();
      if (Status s = add_rules(made.value(), policy); !s) return s;
    }
    return {};
  }

  Status add_rules(const SimulateRow& row, Policy policy) {
    for (const std::string& rule : lists_.rules) {
      const Result<ServerOptions> server =
          read_recovery(rule, options_.when_unrecoverable, TimeUnits::optional);
      if (!server) return server.error();
      if (row.method == "original" && row.blocks > 1 &&
          server.value().recovery.kind != Recovery::Kind::exact) {
        note(fmt::format(
            "left out: original with {} blocks and --recovery {}, since its residual is defined for 1 "
            "block only",
            row.blocks, options_.recovery));
        continue;
      }
      found_.rows.push_back(row);
      SimulateRow& added = found_.rows.back();
      added.recovery = rule;
      added.study.cluster.server = server.value();
      set_policy(added.study.cluster.server, row.study.cluster.plan->method(), policy, options_.margin);
      added.study.cluster.server.learn_orders = row.learns;
      added.policy = name_of(added.study.cluster.server.policy);
      if (Status s = check(added.study.cluster); !s) return s;
      if (const Result<Trial> trial = trial_of(added.study, 0); !trial) return trial.error();
    }
    return {};
  }

  Result<SimulateRow> make_row(const std::string& method, const ChosenOrder& order, std::size_t replication,
                               std::size_t blocks) {
    PlanOptions o = options_.plan;
    o.replication = replication;
    o.blocks = blocks;
    o.order = order.name;
    // Which vectors decode changes no time, and good ones take up to seconds to find.
    if (o.frame == "auto" && blocks > 1) o.frame = "gaussian";
    const Result<Method> chosen = parse_method(method);
    if (!chosen) return chosen.error();
    Result<std::shared_ptr<const Plan>> plan = plan_for(o, chosen.value());
    if (!plan) return plan.error();
    SimulateRow row;
    row.method = method;
    row.order = method == "partial" ? order.shown() : "-";
    row.replication = plan.value()->assignment().replication_min();
    row.blocks = plan.value()->blocks();
    row.study = common_;
    row.study.cluster.plan = plan.value();
    row.learns = order.learned && method == "partial";
    row.study.cluster.code = code_for(chosen.value());
    row.study.cluster.segments = segments_of(options_.dimension, row.blocks);
    if (row.order == "random") row.study.plan_of = random_orders(plan.value());
    return row;
  }

  // The coded methods share who holds what, the order and the frame, also where it took seconds to find.
  Result<std::shared_ptr<const Plan>> plan_for(const PlanOptions& o, Method method) {
    const auto key = std::tuple(o.replication, o.blocks, o.order);
    const auto twin = method == Method::uncoded ? known_.end() : known_.find(key);
    Result<Plan> plan = twin == known_.end() ? build_plan(o, method)
                                             : Plan::make(method, twin->second->assignment(),
                                                          twin->second->ordering(), twin->second->frame());
    if (!plan) return plan.error();
    auto made = std::make_shared<const Plan>(std::move(plan).value());
    if (method != Method::uncoded) known_.emplace(key, made);
    return made;
  }

  void note_repetition() {
    std::string text = repetition_note(common_.cluster.speeds, common_.trials, common_.cluster.rounds);
    if (!text.empty()) note(std::move(text));
  }

  void note(std::string text) {
    if (std::find(found_.notes.begin(), found_.notes.end(), text) == found_.notes.end()) {
      found_.notes.push_back(std::move(text));
    }
  }

  const SimulateOptions& options_;
  SimulateLists lists_;
  TrialsSpec common_;
  SimulateRows found_;
  std::map<std::tuple<std::size_t, std::size_t, std::string>, std::shared_ptr<const Plan>> known_;
};

}  // namespace

std::string SimulateRow::residual_key() const {
  const Recovery& rule = study.cluster.server.recovery;
  if (rule.kind == Recovery::Kind::deadline) return fmt::format("{:.9g}", seconds(rule.deadline));
  return rule.kind == Recovery::Kind::exact ? "exact" : "residual";
}

Result<SimulateRows> simulate_rows(const SimulateOptions& options) {
  Result<SimulateLists> lists = simulate_lists(options);
  if (!lists) return lists.error();
  Result<TrialsSpec> common = common_study(options);
  if (!common) return common.error();
  if (options.bounds) {
    if (Status s = check_bounds(common.value()); !s) return s.error();
  }
  return RowBuilder(options, std::move(lists).value(), std::move(common).value()).build();
}

}  // namespace gleaner
