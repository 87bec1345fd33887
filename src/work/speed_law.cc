#include "work/speed_law.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "work/speed_trace.h"

namespace gleaner {
namespace {

using LawResult = Result<std::shared_ptr<const SpeedLaw>>;

SpecKey time_key(std::string key, Duration value) { return {std::move(key), duration_text(value)}; }
SpecKey number_key(std::string key, double value) { return {std::move(key), number_text(value)}; }

// Plain numbers are in units of nobody knows what, so that 1 is a sensible mean; with units there is none.
Duration read_mean(SpecReader& keys, TimeUnits units) {
  const bool has_default = units == TimeUnits::optional;
  return keys.duration("mean", has_default ? std::optional<Duration>(std::chrono::seconds(1)) : std::nullopt);
}

// The time of the fast kind of draw, when a fraction p takes `factor` times as long and the mean is fixed:
// mean = fast (1 - p + p factor).
double fast_seconds(Duration mean, double p, double factor) { return seconds(mean) / (1 + p * (factor - 1)); }

// Every chunk takes `mean`.
class Constant final : public SpeedLaw {
 public:
  Constant(SpecReader& keys, TimeUnits units) : mean_(read_mean(keys, units)) {}
  double seconds(const SpeedDraw& /*draw*/) const override { return gleaner::seconds(mean_); }
  SpecTerm spec() const override { return {"constant", {time_key("mean", mean_)}}; }

 private:
  Duration mean_;
};

class Exponential final : public SpeedLaw {
 public:
  Exponential(SpecReader& keys, TimeUnits units) : mean_(read_mean(keys, units)) {}
  double seconds(const SpeedDraw& draw) const override {
    return draw.random().exponential(gleaner::seconds(mean_));
  }
  SpecTerm spec() const override { return {"exponential", {time_key("mean", mean_)}}; }

 private:
  Duration mean_;
};

// min + an exponential of mean (mean - min).
class ShiftedExponential final : public SpeedLaw {
 public:
  ShiftedExponential(SpecReader& keys, TimeUnits units)
      : min_(keys.duration("min")), mean_(read_mean(keys, units)) {
    if (min_ > mean_) keys.refuse("min", "a time up to the mean");
  }
  double seconds(const SpeedDraw& draw) const override {
    return gleaner::seconds(min_) + draw.random().exponential(gleaner::seconds(mean_ - min_));
  }
  SpecTerm spec() const override {
    return {"shifted-exponential", {time_key("min", min_), time_key("mean", mean_)}};
  }

 private:
  Duration min_;
  Duration mean_;
};

// exp of a normal with standard deviation sigma, scaled to the mean.
class Lognormal final : public SpeedLaw {
 public:
  Lognormal(SpecReader& keys, TimeUnits units)
      : mean_(read_mean(keys, units)), sigma_(keys.number("sigma", kNotNegative)) {}
  double seconds(const SpeedDraw& draw) const override {
    return draw.random().lognormal(gleaner::seconds(mean_), sigma_);
  }
  SpecTerm spec() const override {
    return {"lognormal", {time_key("mean", mean_), number_key("sigma", sigma_)}};
  }

 private:
  Duration mean_;
  double sigma_;
};

// P(time > x) = (min / x)^shape; mean min shape / (shape - 1), infinite up to shape 1.
class Pareto final : public SpeedLaw {
 public:
  Pareto(SpecReader& keys, TimeUnits /*units*/)
      : min_(keys.duration("min")), shape_(keys.number("shape", kAboveZero)) {}
  double seconds(const SpeedDraw& draw) const override {
    return draw.random().pareto(gleaner::seconds(min_), shape_);
  }
  SpecTerm spec() const override { return {"pareto", {time_key("min", min_), number_key("shape", shape_)}}; }

 private:
  Duration min_;
  double shape_;
};

// A fraction of the draws takes `factor` times as long as the others.
class Bimodal final : public SpeedLaw {
 public:
  Bimodal(SpecReader& keys, TimeUnits units)
      : mean_(read_mean(keys, units)),
        fraction_(keys.number("fraction", kProbability, 0.1)),
        factor_(keys.number("factor", kAtLeastOne, 5)),
        fast_(fast_seconds(mean_, fraction_, factor_)) {}
  double seconds(const SpeedDraw& draw) const override {
    return draw.random().uniform() < fraction_ ? fast_ * factor_ : fast_;
  }
  SpecTerm spec() const override {
    return {"bimodal",
            {time_key("mean", mean_), number_key("fraction", fraction_), number_key("factor", factor_)}};
  }

 private:
  Duration mean_;
  double fraction_;
  double factor_;
  double fast_;
};

// Every worker is fast or slow and changes between rounds: fast -> slow with probability `enter`, slow ->
// fast with probability `leave`. It starts in the stationary law, slow with enter / (enter + leave).
class Markov final : public SpeedLaw {
 public:
  Markov(SpecReader& keys, TimeUnits units)
      : mean_(read_mean(keys, units)),
        factor_(keys.number("factor", kAtLeastOne, 5)),
        enter_(keys.number("enter", kProbability, 0.05)),
        leave_(keys.number("leave", kProbability, 0.2)) {
    if (enter_ + leave_ <= 0) keys.refuse("leave", "a probability above 0 where enter is 0");
    slow_share_ = enter_ / (enter_ + leave_);
    fast_ = fast_seconds(mean_, slow_share_, factor_);
  }
  double seconds(const SpeedDraw& draw) const override { return slow(draw) ? fast_ * factor_ : fast_; }
  SpecTerm spec() const override {
    return {"markov",
            {time_key("mean", mean_), number_key("factor", factor_), number_key("enter", enter_),
             number_key("leave", leave_)}};
  }

 private:
  // One uniform u moves both states at once: fast -> slow iff u < enter, slow -> slow iff u < 1 - leave. So u
  // either sends both states to one (and the past does not matter), or keeps or swaps them; walking backwards
  // until the past does not matter, or is known, takes 1 / min(1, enter + leave, 2 - enter - leave) steps in
  // the mean, at most the rounds since the first.
  bool slow(const SpeedDraw& draw) const {
    const bool is_slow = walk_back(draw);
    if (draw.known != nullptr) *draw.known = {draw.round, is_slow};
    return is_slow;
  }

  bool walk_back(const SpeedDraw& draw) const {
    bool swapped = false;
    const bool remembers =
        draw.known != nullptr && draw.known->round.value > 0 && draw.known->round <= draw.round;
    const RoundId end = remembers ? draw.known->round : draw.first;
    for (std::uint64_t round = draw.round.value; round > end.value; --round) {
      const double u = worker_uniform(draw.seed, RoundId(round), draw.worker, WorkerStream::markov_step);
      const bool from_fast = u < enter_;
      const bool from_slow = u < 1 - leave_;
      if (from_fast == from_slow) return from_fast != swapped;
      swapped ^= from_fast;
    }
    if (remembers) return draw.known->slow != swapped;
    const double u = worker_uniform(draw.seed, draw.first, draw.worker, WorkerStream::markov_start);
    return (u < slow_share_) != swapped;
  }

  Duration mean_;
  double factor_;
  double enter_;
  double leave_;
  double slow_share_ = 0;
  double fast_ = 0;
};

// What was measured.
class Trace final : public SpeedLaw {
 public:
  Trace(std::string path, SpeedTrace trace) : path_(std::move(path)), trace_(std::move(trace)) {}
  double seconds(const SpeedDraw& draw) const override { return trace_.seconds(draw.round, draw.worker); }
  SpecTerm spec() const override { return {"trace", {{"file", path_}}}; }
  std::size_t workers_max() const override { return trace_.workers(); }
  std::uint64_t period() const override { return trace_.rounds(); }
  std::string table() const override { return trace_.csv(); }

 private:
  std::string path_;
  SpeedTrace trace_;
};

LawResult make_trace(SpecReader& keys, TimeUnits /*units*/, std::string_view table) {
  std::string path = keys.word("file");
  if (path.empty()) return std::shared_ptr<const SpeedLaw>();
  Result<SpeedTrace> trace = table.empty() ? SpeedTrace::load(path) : SpeedTrace::parse(table, path);
  if (!trace) return trace.error();
  return std::shared_ptr<const SpeedLaw>(std::make_shared<Trace>(std::move(path), std::move(trace).value()));
}

template <class Law>
LawResult make(SpecReader& keys, TimeUnits units, std::string_view /*table*/) {
  return std::shared_ptr<const SpeedLaw>(std::make_shared<Law>(keys, units));
}

struct Maker {
  std::string_view kind;
  LawResult (*make)(SpecReader&, TimeUnits, std::string_view);
};
constexpr std::array<Maker, 8> kMakers = {{{"constant", make<Constant>},
                                           {"exponential", make<Exponential>},
                                           {"shifted-exponential", make<ShiftedExponential>},
                                           {"lognormal", make<Lognormal>},
                                           {"pareto", make<Pareto>},
                                           {"bimodal", make<Bimodal>},
                                           {"markov", make<Markov>},
                                           {"trace", make_trace}}};

}  // namespace

Random SpeedDraw::random() const {
  return Random({seed, Purpose::speeds, round.value, worker.value, position});
}

double worker_uniform(std::uint64_t seed, RoundId round, WorkerId worker, WorkerStream stream) {
  const auto position = static_cast<std::uint64_t>(stream);
  return Random({seed, Purpose::speeds, round.value, worker.value, position}).uniform();
}

const std::vector<std::string_view>& speed_kinds() {
  static const std::vector<std::string_view> kinds = [] {
    std::vector<std::string_view> names;
    for (const Maker& maker : kMakers) names.push_back(maker.kind);
    return names;
  }();
  return kinds;
}

LawResult make_speed_law(const std::string& kind, SpecReader& keys, TimeUnits units, std::string_view table) {
  const auto* const maker = std::ranges::find(kMakers, kind, &Maker::kind);
  if (maker == kMakers.end()) return unknown_name("--speeds", "kind", kind, speed_kinds());
  return maker->make(keys, units, table);
}

}  // namespace gleaner
