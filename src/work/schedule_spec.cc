#include "work/schedule_spec.h"

#include <array>
#include <optional>

#include <fmt/format.h>

#include "work/spec_grammar.h"
#include "work/spec_reader.h"

namespace gleaner {
namespace {

using Kind = Schedule::Kind;

constexpr std::string_view kFlag = "--schedule";
constexpr std::array<std::string_view, 5> kKinds = {"constant", "step", "cosine", "linear", "warmup"};
constexpr NumberRule kShare{[](double x) { return x >= 0 && x <= 1; }, "a number from 0 to 1"};
constexpr NumberRule kShrinks{[](double x) { return x > 0 && x <= 1; }, "a number above 0, at most 1"};

std::optional<Kind> kind_of(std::string_view name) {
  constexpr std::array<Kind, 4> kinds = {Kind::constant, Kind::step, Kind::cosine, Kind::linear};
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    if (name == kKinds[k]) return kinds[k];
  }
  return std::nullopt;
}

Status need(SpecReader& keys, std::string_view key, std::optional<std::uint64_t> value) {
  if (!value) (void)keys.word(key);  // says that it is missing
  return keys.finish();
}

Status read_warmup(const SpecTerm& term, Schedule& schedule) {
  SpecReader keys(kFlag, term, TimeUnits::optional);
  const std::optional<std::uint64_t> rounds = keys.count_if_given("rounds");
  schedule.warmup = rounds.value_or(0);
  return need(keys, "rounds", rounds);
}

Status read_kind(const SpecTerm& term, Kind kind, Schedule& schedule) {
  SpecReader keys(kFlag, term, TimeUnits::optional);
  schedule.kind = kind;
  std::optional<std::uint64_t> every = 1;
  if (kind == Kind::step) {
    every = keys.count_if_given("every");
    schedule.every = every.value_or(1);
    schedule.factor = keys.number("factor", kShrinks);
  }
  if (schedule.depends_on_rounds()) schedule.min = keys.number("min", kShare, 0);
  if (const auto warmup = keys.count_if_given("warmup")) {
    if (schedule.warmup > 0) {
      return bad_input(fmt::format("{}: the warm-up is given twice", kFlag),
                       "give it before the kind or as its key, not both");
    }
    schedule.warmup = *warmup;
  }
  return need(keys, "every", every);
}

Error one_kind_only(std::string_view text) {
  return bad_input(fmt::format("{}: \"{}\" is more than one schedule", kFlag, text),
                   "give one kind, with warmup:rounds=10+ before it or the key warmup=10");
}

}  // namespace

Result<Schedule> parse_schedule(std::string_view text, std::uint64_t rounds) {
  const Result<std::vector<SpecTerm>> terms = parse_spec(kFlag, text);
  if (!terms) return terms.error();
  Schedule schedule;
  const std::size_t last = terms.value().size() - 1;
  for (std::size_t k = 0; k <= last; ++k) {
    const SpecTerm& term = terms.value()[k];
    const bool is_warmup = term.kind == "warmup";
    const std::optional<Kind> kind = kind_of(term.kind);
    if (!is_warmup && !kind) return unknown_name(kFlag, "schedule", term.kind, kKinds);
    if (k > 1 || (k == 1 && is_warmup)) return one_kind_only(text);
    if (Status s = is_warmup ? read_warmup(term, schedule) : read_kind(term, *kind, schedule); !s)
      return s.error();
    if (k < last && !is_warmup) return one_kind_only(text);
  }
  if (schedule.depends_on_rounds()) schedule.rounds = rounds;
  constexpr std::uint64_t kWarmupMax = 1'000'000'000'000;
  if (schedule.warmup > kWarmupMax) {
    return bad_input(fmt::format("{}: a warm-up of {} rounds never ends", kFlag, schedule.warmup),
                     "warm up for fewer rounds, like warmup=10");
  }
  if (schedule.depends_on_rounds() && schedule.warmup >= rounds) {
    return bad_input(fmt::format("{}: a warm-up of {} rounds leaves none of --rounds {} for \"{}\"", kFlag,
                                 schedule.warmup, rounds, text),
                     "warm up for fewer rounds, or give more --rounds");
  }
  return schedule;
}

}  // namespace gleaner
