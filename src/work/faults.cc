#include "work/faults.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/random.h"
#include "work/spec_reader.h"

namespace gleaner {
namespace {

constexpr std::string_view kFlag = "--faults";
constexpr std::string_view kServerCrash = "server-crash";
// What a training run knows stands first.
constexpr std::array<std::string_view, 4> kKinds = {"crash", "hang", "cut", kServerCrash};
constexpr std::size_t kTrainingKinds = 2;
constexpr std::array<std::string_view, 11> kMoments = {"start", "mid", "after-signal", "sending", "joining",
                                                       "reporting", "sent", "released",
                                                       // other names of start, mid and after-signal:
                                                       "starting", "computing", "signalled"};
constexpr std::size_t kTrainingMoments = 4;
constexpr std::size_t kAllMoments = 8;
constexpr std::array<std::string_view, 6> kServerMoments = {"began",     "heard",     "signalled",
                                                            "collected", "committed", "durable"};

std::span<const std::string_view> known_kinds(FaultScope scope) {
  return std::span(kKinds).first(scope == FaultScope::training ? kTrainingKinds : kKinds.size());
}
std::span<const std::string_view> known_moments(FaultScope scope) {
  return std::span(kMoments).first(scope == FaultScope::training ? kTrainingMoments : kMoments.size());
}

Error only_simulated(std::string_view what, std::string_view known) {
  return bad_input(fmt::format("{}: {} can only be simulated (gleaner simulate)", kFlag, what),
                   fmt::format("a training run knows {}", known));
}

FaultMoment moment_of(std::size_t choice) {
  return static_cast<FaultMoment>(choice < kAllMoments ? choice : choice - kAllMoments);
}

// Two streams per term: whom it hits, and when.
Random choice_stream(std::uint64_t seed, std::size_t term) {
  return Random({seed, Purpose::faults, 0, 0, term});
}
Random round_stream(std::uint64_t seed, std::size_t term, WorkerId worker) {
  return Random({seed, Purpose::faults, 1, worker.value, term});
}
Random server_stream(std::uint64_t seed, std::size_t term) {
  return Random({seed, Purpose::faults, 2, 0, term});
}

// Whether `later` strikes a worker that is still gone. REQUIRES: the same worker, first.round <= later.round.
bool strikes_the_gone(const Fault& first, const Fault& later) {
  if (first.back && later.round.value - first.round.value >= *first.back) return false;
  return !first.back_after || later.round == first.round;  // else nobody knows in which round it is back
}

// Where a fault strikes the gone at all, the next one of its worker does. The first fault that is so followed
// is named. REQUIRES: faults sorted by round.
Status check_gone_once(std::span<const Fault> faults) {
  const std::size_t none = faults.size();
  std::size_t bad = none;
  std::size_t bad_next = none;
  std::unordered_map<std::uint32_t, std::size_t> next_of_worker;
  for (std::size_t k = faults.size(); k-- > 0;) {
    const std::size_t next =
        std::exchange(next_of_worker.try_emplace(faults[k].worker.value, none).first->second, k);
    if (next == none || !strikes_the_gone(faults[k], faults[next])) continue;
    bad = k;
    bad_next = next;
  }
  if (bad == none) return {};
  return bad_input(
      fmt::format("{}: worker {} is lost in round {} and again in round {}, while it is gone", kFlag,
                  faults[bad].worker.value, faults[bad].round.value, faults[bad_next].round.value),
      "give back= so that it returns before, or name other workers or rounds");
}

Error round_too_late(std::string_view kind, RoundId round, std::uint64_t rounds) {
  return bad_input(
      fmt::format("{}: {} names round {}, but the run has {} rounds", kFlag, kind, round.value, rounds),
      "name an earlier round or run more rounds");
}

}  // namespace

std::string_view fault_name(FaultKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }
std::string_view fault_name(FaultMoment moment) { return kMoments[static_cast<std::size_t>(moment)]; }
std::string_view fault_name(ServerMoment moment) { return kServerMoments[static_cast<std::size_t>(moment)]; }

Result<FaultModel> FaultModel::parse(std::string_view text, FaultScope scope) {
  if (text == "none") return FaultModel();
  const Result<std::vector<SpecTerm>> specs = parse_spec(kFlag, text);
  if (!specs) return specs.error();
  FaultModel model;
  for (const SpecTerm& spec : specs.value()) {
    if (const Status read = model.read(spec, scope); !read) return read.error();
  }
  return model;
}

Status FaultModel::read(const SpecTerm& spec, FaultScope scope) {
  if (spec.kind == "none") {
    return bad_input(fmt::format("{}: \"none\" stands alone, without keys or \"+\"", kFlag), "write none");
  }
  const auto kind = static_cast<std::size_t>(std::ranges::find(kKinds, spec.kind) - kKinds.begin());
  if (kind >= known_kinds(scope).size()) {
    if (kind < kKinds.size()) return only_simulated(fmt::format("\"{}\"", spec.kind), "crash and hang");
    return unknown_name(kFlag, "kind", spec.kind, known_kinds(scope));
  }
  if (spec.kind == kServerCrash) {
    Result<ServerTerm> term = read_server_term(spec);
    if (!term) return term.error();
    server_terms_.push_back(term.value());
    return {};
  }
  Result<Term> term = read_term(spec, static_cast<FaultKind>(kind), scope);
  if (!term) return term.error();
  terms_.push_back(std::move(term).value());
  return {};
}

Result<FaultModel::Term> FaultModel::read_term(const SpecTerm& spec, FaultKind kind, FaultScope scope) {
  const bool simulated = scope == FaultScope::simulation;
  SpecReader keys(kFlag, spec, simulated ? TimeUnits::optional : TimeUnits::required);
  Term term;
  term.kind = kind;
  const std::optional<std::uint64_t> count = keys.count_if_given("count");
  term.workers = keys.workers_if_given("workers");
  if (const auto round = keys.count_if_given("round")) term.round = RoundId(*round);
  const std::string at = keys.word("at", kMoments.front());
  if (!simulated && std::ranges::count(kMoments, at) > std::ranges::count(known_moments(scope), at)) {
    return only_simulated(fmt::format("at={}", at), "at=start, mid, after-signal and sending");
  }
  term.at = moment_of(keys.choice("at", known_moments(scope), 0));
  term.back = keys.count_if_given("back");
  if (simulated) {
    const Duration after = keys.duration("back-after", Duration(0));
    if (after > Duration(0)) term.back_after = after;
  }
  if (const Status good = keys.finish(); !good) return good.error();

  term.count = count.value_or(term.workers.empty() ? 1 : term.workers.size());
  if (!term.workers.empty() && term.count > term.workers.size()) {
    return bad_input(fmt::format("{}: count={} of \"{}\" is more than the {} workers listed", kFlag,
                                 term.count, spec.kind, term.workers.size()),
                     "list more workers or lower the count");
  }
  if (term.back && term.back_after) {
    return bad_input(fmt::format("{}: \"{}\" has both back= and back-after=", kFlag, spec.kind),
                     "say in rounds or as a time when the worker returns");
  }
  if (kind == FaultKind::cut && !term.back && !term.back_after) {
    return bad_input(fmt::format("{}: \"{}\" does not say when the link comes back", kFlag, spec.kind),
                     "add back-after=2s or back=1, or write crash for a worker that is gone");
  }
  return term;
}

Result<FaultModel::ServerTerm> FaultModel::read_server_term(const SpecTerm& spec) {
  SpecReader keys(kFlag, spec, TimeUnits::optional);
  ServerTerm term;
  if (const auto round = keys.count_if_given("round")) term.round = RoundId(*round);
  term.at = static_cast<ServerMoment>(keys.choice("at", kServerMoments, 0));
  term.down = keys.duration("for");
  if (const Status good = keys.finish(); !good) return good.error();
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
      return round_too_late(fault_name(term.kind), *term.round, rounds);
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
  if (terms_.empty()) return std::vector<Fault>();
  GLEANER_CHECK(rounds > 0, "a run without rounds has no faults");
  if (const Status good = check(workers, rounds); !good) return good.error();
  const Result<std::vector<std::vector<WorkerId>>> chosen = victims(seed, workers);
  if (!chosen) return chosen.error();

  std::vector<Fault> faults;
  for (std::size_t t = 0; t < terms_.size(); ++t) {
    const Term& term = terms_[t];
    for (const WorkerId worker : chosen.value()[t]) {
      const RoundId round = term.round.value_or(RoundId(1 + round_stream(seed, t, worker).below(rounds)));
      faults.push_back({term.kind, worker, round, term.at, term.back, term.workers.empty(), term.back_after});
    }
  }
  std::ranges::sort(faults, {}, [](const Fault& fault) { return std::tuple(fault.round, fault.worker); });
  if (const Status good = check_gone_once(faults); !good) return good.error();
  return faults;
}

FaultScope FaultModel::scope() const {
  const bool plain = server_terms_.empty() && std::ranges::all_of(terms_, [](const Term& term) {
                       return static_cast<std::size_t>(term.kind) < kTrainingKinds &&
                              static_cast<std::size_t>(term.at) < kTrainingMoments && !term.back_after;
                     });
  return plain ? FaultScope::training : FaultScope::simulation;
}

Result<std::vector<ServerFault>> FaultModel::server_schedule(std::uint64_t seed, std::uint64_t rounds) const {
  std::vector<ServerFault> faults;
  for (std::size_t t = 0; t < server_terms_.size(); ++t) {
    const ServerTerm& term = server_terms_[t];
    if (term.round && term.round->value > rounds) return round_too_late(kServerCrash, *term.round, rounds);
    const RoundId round = term.round.value_or(RoundId(1 + server_stream(seed, t).below(rounds)));
    faults.push_back({round, term.at, term.down});
  }
  std::ranges::stable_sort(faults, {}, &ServerFault::round);
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
    if (term.back_after) spec.keys.push_back({"back-after", duration_text(*term.back_after)});
    specs.push_back(std::move(spec));
  }
  for (const ServerTerm& term : server_terms_) {
    SpecTerm spec{std::string(kServerCrash), {}};
    if (term.round) spec.keys.push_back({"round", fmt::format("{}", term.round->value)});
    if (term.at != ServerMoment::began) spec.keys.push_back({"at", std::string(fault_name(term.at))});
    spec.keys.push_back({"for", duration_text(term.down)});
    specs.push_back(std::move(spec));
  }
  return spec_text(specs);
}

}  // namespace gleaner
