#include "work/speeds.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/random.h"
#include "work/spec_reader.h"
#include "work/speed_law.h"

namespace gleaner {
namespace {

constexpr std::string_view kFlag = "--speeds";
constexpr std::array<std::string_view, 2> kPer = {"worker", "chunk"};

// "round" and "never" are the probabilities 1 and 0.
double read_redraw(SpecReader& keys) {
  const std::string value = keys.word("redraw", "round");
  if (value == "round") return 1;
  if (value == "never") return 0;
  const std::optional<double> probability = parse_number(value);
  if (!probability || !kProbability.fits(*probability)) {
    keys.refuse("redraw", "round, never or a probability from 0 to 1");
  }
  return probability.value_or(1);
}

}  // namespace

Result<SpeedModel> SpeedModel::parse(std::string_view text, TimeUnits units, std::string_view table) {
  if (text == "none") return SpeedModel();
  const Result<std::vector<SpecTerm>> terms = parse_spec(kFlag, text);
  if (!terms) return terms.error();
  SpeedModel model;
  for (const SpecTerm& term : terms.value()) {
    const Status read =
        term.kind == "slow" ? model.read_slow(term, units) : model.read_law(term, units, table);
    if (!read) return read.error();
  }
  if (model.none()) {
    return bad_input(
        fmt::format("{}: \"{}\" slows workers down, but names no speed to begin with", kFlag, text),
        "put a kind before it, like exponential:mean=20ms+slow:factor=3,workers=2");
  }
  return model;
}

Status SpeedModel::read_law(const SpecTerm& term, TimeUnits units, std::string_view table) {
  if (term.kind == "none") {
    return bad_input(fmt::format("{}: \"none\" stands alone, without keys or \"+\"", kFlag), "write none");
  }
  SpecReader keys(kFlag, term, units);
  Result<std::shared_ptr<const SpeedLaw>> law = make_speed_law(term.kind, keys, units, table);
  if (!law) return law.error();
  if (!none()) {
    return bad_input(fmt::format("{}: two kinds, \"{}\" and \"{}\"", kFlag, law_->spec().kind, term.kind),
                     "join one kind and any number of slow:... by \"+\"");
  }
  per_ = static_cast<Per>(keys.choice("per", kPer, 0));
  redraw_ = read_redraw(keys);
  noise_ = keys.number("noise", kNotNegative, 0);
  scale_ = keys.number("scale", kAboveZero, 1);
  law_ = std::move(law).value();
  return keys.finish();
}

Status SpeedModel::read_slow(const SpecTerm& term, TimeUnits units) {
  SpecReader keys(kFlag, term, units);
  Slow slow{keys.number("factor", kAboveZero), keys.workers_if_given("workers")};
  if (const Status good = keys.finish(); !good) return good;
  if (slow.workers.empty()) {
    return bad_input(fmt::format("{}: \"slow\" names no workers", kFlag), "write slow:factor=3,workers=2/5");
  }
  slow_.push_back(std::move(slow));
  return {};
}

Status SpeedModel::check(std::size_t workers) const {
  for (const Slow& slow : slow_) {
    if (slow.workers.back().index() >= workers) {
      return bad_input(fmt::format("{}: slow names worker {}, but there are {} workers", kFlag,
                                   slow.workers.back().value, workers),
                       "number the workers from 0");
    }
  }
  if (!none() && law_->workers_max() < workers) {
    return bad_input(fmt::format("{}: the trace has columns for {} workers, but there are {}", kFlag,
                                 law_->workers_max(), workers),
                     "use fewer workers or a wider trace");
  }
  return {};
}

std::uint64_t SpeedModel::period() const { return none() ? 0 : law_->period(); }

RoundId SpeedModel::redrawn_in(std::uint64_t seed, RoundId round, WorkerId worker, RoundId after) const {
  if (redraw_ >= 1) return round;
  if (redraw_ <= 0) return RoundId(0);
  while (round > after && worker_uniform(seed, round, worker, WorkerStream::redraw) >= redraw_) --round.value;
  return round > after ? round : RoundId(0);
}

double SpeedModel::slow_factor(WorkerId worker) const {
  double factor = 1;
  for (const Slow& slow : slow_) {
    if (std::ranges::binary_search(slow.workers, worker)) factor *= slow.factor;
  }
  return factor;
}

Duration SpeedModel::chunk_time(std::uint64_t seed, RoundId round, WorkerId worker, std::uint32_t position,
                                RoundId first) const {
  if (none()) return Duration(0);
  const RoundId drawn_in = std::max(first, redrawn_in(seed, round, worker, first));
  return time_of({seed, drawn_in, worker, position, first, nullptr}, round);
}

Duration SpeedModel::time_of(const SpeedDraw& of, RoundId round) const {
  SpeedDraw draw = of;
  if (per_ == Per::worker) draw.position = 0;
  double time = law_->seconds(draw) * slow_factor(draw.worker) * scale_;
  if (noise_ > 0) {
    time *= Random({draw.seed, Purpose::speed_noise, round.value, draw.worker.value, 0}).lognormal(1, noise_);
  }
  // Written so that neither infinity nor NaN (0 * infinity, with an absurd noise) gets past it.
  return time < seconds(kDurationMax) ? from_seconds(time) : kDurationMax;
}

void SpeedWalk::restart(std::uint64_t seed, RoundId first, std::size_t workers) {
  seed_ = seed;
  first_ = first;
  past_.assign(workers, Past{});
}

Duration SpeedWalk::chunk_time(RoundId round, WorkerId worker, std::uint32_t position) {
  if (model_->none()) return Duration(0);
  Past& past = past_[worker.index()];
  if (past.asked.value == 0 || round < past.asked) past = Past{first_, first_, RoundId(0), false};
  const RoundId drawn = model_->redrawn_in(seed_, round, worker, past.asked);
  past.asked = round;
  if (drawn.value > 0) past.drawn_in = drawn;
  SlowState known{past.slow_known, past.slow};
  const Duration time = model_->time_of({seed_, past.drawn_in, worker, position, first_, &known}, round);
  past.slow_known = known.round;
  past.slow = known.slow;
  return time;
}

SpeedModel SpeedModel::scaled(double factor) const {
  SpeedModel scaled = *this;
  scaled.scale_ *= factor;
  return scaled;
}

std::string SpeedModel::table() const { return none() ? std::string() : law_->table(); }

std::string SpeedModel::text() const {
  if (none()) return "none";
  std::vector<SpecTerm> terms = {law_->spec()};
  std::vector<SpecKey>& keys = terms.front().keys;
  if (per_ == Per::chunk) keys.push_back({"per", "chunk"});
  if (redraw_ < 1) keys.push_back({"redraw", redraw_ > 0 ? number_text(redraw_) : "never"});
  if (noise_ > 0) keys.push_back({"noise", number_text(noise_)});
  if (scale_ != 1) keys.push_back({"scale", number_text(scale_)});
  for (const Slow& slow : slow_) {
    terms.push_back(
        {"slow", {{"factor", number_text(slow.factor)}, {"workers", workers_text(slow.workers)}}});
  }
  return spec_text(terms);
}

}  // namespace gleaner
