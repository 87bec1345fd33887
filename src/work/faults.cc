#include "work/faults.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/random.h"
#include "work/spec_reader.h"

namespace gleaner {
namespace {

constexpr std::string_view kFlag = "--faults";
constexpr std::array<std::string_view, 2> kKinds = {"crash", "hang"};
constexpr std::array<std::string_view, 4> kMoments = {"start", "mid", "after-signal", "sending"};

// Two streams per term: whom it hits, and when.
Random choice_stream(std::uint64_t seed, std::size_t term) {
  return Random({seed, Purpose::faults, 0, 0, term});
}
Random round_stream(std::uint64_t seed, std::size_t term, WorkerId worker) {
  return Random({seed, Purpose::faults, 1, worker.value, term});
}

// REQUIRES: faults sorted by round.
Status check_gone_once(std::span<const Fault> faults) {
  for (std::size_t i = 0; i < faults.size(); ++i) {
    const Fault& first = faults[i];
    for (const Fault& later : faults.subspan(i + 1)) {
      if (later.worker != first.worker) continue;
      if (first.back && later.round.value - first.round.value >= *first.back) continue;
      return bad_input(
          fmt::format("{}: worker {} is lost in round {} and again in round {}, while it is gone", kFlag,
                      first.worker.value, first.round.value, later.round.value),
          "give back= so that it returns before, or name other workers or rounds");
    }
  }
  return {};
}

}  // namespace

std::string_view fault_name(FaultKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }
std::string_view fault_name(FaultMoment moment) { return kMoments[static_cast<std::size_t>(moment)]; }

Result<FaultModel> FaultModel::parse(std::string_view text) {
  if (text == "none") return FaultModel();
  const Result<std::vector<SpecTerm>> specs = parse_spec(kFlag, text);
  if (!specs) return specs.error();
  FaultModel model;
  for (const SpecTerm& spec : specs.value()) {
    Result<Term> term = read(spec);
    if (!term) return term.error();
    model.terms_.push_back(std::move(term).value());
  }
  return model;
}

Result<FaultModel::Term> FaultModel::read(const SpecTerm& spec) {
  if (spec.kind == "none") {
    return bad_input(fmt::format("{}: \"none\" stands alone, without keys or \"+\"", kFlag), "write none");
  }
  const auto kind = std::ranges::find(kKinds, spec.kind);
  if (kind == kKinds.end()) return unknown_name(kFlag, "kind", spec.kind, kKinds);

  SpecReader keys(kFlag, spec, TimeUnits::required);
  Term term;
  term.kind = static_cast<FaultKind>(kind - kKinds.begin());
  const std::optional<std::uint64_t> count = keys.count_if_given("count");
  term.workers = keys.workers_if_given("workers");
  if (const auto round = keys.count_if_given("round")) term.round = RoundId(*round);
  term.at = static_cast<FaultMoment>(keys.choice("at", kMoments, 0));
  term.back = keys.count_if_given("back");
  if (const Status good = keys.finish(); !good) return good.error();

  term.count = count.value_or(term.workers.empty() ? 1 : term.workers.size());
  if (!term.workers.empty() && term.count > term.workers.size()) {
    return bad_input(fmt::format("{}: count={} of \"{}\" is more than the {} workers listed", kFlag,
                                 term.count, spec.kind, term.workers.size()),
                     "list more workers or lower the count");
  }
  return term;
}

Status FaultModel::check(std::size_t workers, std::uint64_t rounds) const {
  for (const Term& term : terms_) {
    if (!term.workers.empty() && term.workers.back().index() >= workers) {
      return bad_input(fmt::format("{}: {} names worker {}, but there are {} workers", kFlag,
                                   fault_name(term.kind), term.workers.back().value, workers),
                       "number the workers from 0");
    }
    if (term.round && term.round->value > rounds) {
      return bad_input(fmt::format("{}: {} names round {}, but the run has {} rounds", kFlag,
                                   fault_name(term.kind), term.round->value, rounds),
                       "name an earlier round or run more rounds");
    }
  }
  return {};
}

// Lists that are hit as a whole come first; then every other term draws from those who are left.
Result<std::vector<std::vector<WorkerId>>> FaultModel::victims(std::uint64_t seed,
                                                               std::size_t workers) const {
  std::vector<bool> taken(workers, false);
  for (const Term& term : terms_) {
    if (term.chooses()) continue;
    for (const WorkerId worker : term.workers) taken[worker.index()] = true;
  }
  std::vector<WorkerId> everybody(workers);
  for (std::size_t j = 0; j < workers; ++j) everybody[j] = WorkerId(static_cast<std::uint32_t>(j));

  std::vector<std::vector<WorkerId>> victims;
  for (std::size_t t = 0; t < terms_.size(); ++t) {
    const Term& term = terms_[t];
    std::vector<WorkerId> chosen = term.workers.empty() ? everybody : term.workers;
    if (term.chooses()) {
      std::erase_if(chosen, [&](WorkerId worker) { return taken[worker.index()]; });
      if (chosen.size() < term.count) {
        return bad_input(fmt::format("{}: {} shall hit {} workers, but there are {} to choose from", kFlag,
                                     fault_name(term.kind), term.count, chosen.size()),
                         "lower the count or use more workers");
      }
      choice_stream(seed, t).shuffle(std::span(chosen));
      chosen.resize(term.count);
      for (const WorkerId worker : chosen) taken[worker.index()] = true;
    }
    victims.push_back(std::move(chosen));
  }
  return victims;
}

Result<std::vector<Fault>> FaultModel::schedule(std::uint64_t seed, std::size_t workers,
                                                std::uint64_t rounds) const {
  if (none()) return std::vector<Fault>();
  GLEANER_CHECK(rounds > 0, "a run without rounds has no faults");
  if (const Status good = check(workers, rounds); !good) return good.error();
  const Result<std::vector<std::vector<WorkerId>>> chosen = victims(seed, workers);
  if (!chosen) return chosen.error();

  std::vector<Fault> faults;
  for (std::size_t t = 0; t < terms_.size(); ++t) {
    const Term& term = terms_[t];
    for (const WorkerId worker : chosen.value()[t]) {
      const RoundId round = term.round.value_or(RoundId(1 + round_stream(seed, t, worker).below(rounds)));
      faults.push_back({term.kind, worker, round, term.at, term.back, term.workers.empty()});
    }
  }
  std::ranges::sort(faults, {}, [](const Fault& fault) { return std::tuple(fault.round, fault.worker); });
  if (const Status good = check_gone_once(faults); !good) return good.error();
  return faults;
}

std::string FaultModel::text() const {
  if (none()) return "none";
  std::vector<SpecTerm> specs;
  for (const Term& term : terms_) {
    SpecTerm spec{std::string(fault_name(term.kind)), {}};
    if (term.chooses()) spec.keys.push_back({"count", fmt::format("{}", term.count)});
    if (!term.workers.empty()) spec.keys.push_back({"workers", workers_text(term.workers)});
    if (term.round) spec.keys.push_back({"round", fmt::format("{}", term.round->value)});
    if (term.at != FaultMoment::start) spec.keys.push_back({"at", std::string(fault_name(term.at))});
    if (term.back) spec.keys.push_back({"back", fmt::format("{}", *term.back)});
    specs.push_back(std::move(spec));
  }
  return spec_text(specs);
}

}  // namespace gleaner
