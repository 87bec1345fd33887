#include "sim/disaster_cluster.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/check.h"
#include "base/random.h"
#include "sim/disaster_draws.h"
#include "work/replan_desk.h"

namespace gleaner {
namespace {

Recovery any_recovery(Dice& dice) {
  if (dice.chance(.6)) return {};
  if (dice.chance(.5)) return {Recovery::Kind::deadline, from_seconds(dice.between(.3, 6)), 0};
  return {Recovery::Kind::residual, {}, dice.between(.05, .8)};
}

ServerOptions any_server(Dice& dice) {
  ServerOptions o;
  o.recovery = any_recovery(dice);
  o.when_unrecoverable = dice.one_of(std::array{WhenUnrecoverable::stop, WhenUnrecoverable::approximate,
                                                WhenUnrecoverable::approximate, WhenUnrecoverable::wait});
  o.wait = from_seconds(dice.between(.5, 40));
  return o;
}

// Half of the clusters that skip plan anew as well, and some learn their orders; later still, so a stream of
// its own again. Orders that are long on their way meet everything that can happen in between.
void draw_planning(std::uint64_t seed, bool may_replan, ClusterSpec& s) {
  constexpr std::uint32_t kStream = 3;
  Dice dice(seed, kStream);
  const bool replans = dice.chance(.5);
  const bool learns = dice.chance(.2);
  const double takes = dice.one_of(std::array{0.0, dice.between(0, .1), dice.between(0, 2)});
  const double liars = dice.one_of(std::array{0.0, 0.0, .3, 1.0});
  if (s.plan->method() != Method::partial) return;
  if (may_replan && replans) s.server.policy = Policy::replan;
  s.server.learn_orders = learns;
  s.planning = from_seconds(takes);
  s.liars = liars;
}

// From a stream of its own: policies came later, and old seeds give their old clusters.
void draw_policy(std::uint64_t seed, std::optional<Policy> forced, ClusterSpec& s) {
  constexpr std::uint32_t kStream = 2;
  Dice dice(seed, kStream);
  const Policy drawn = dice.one_of(std::array{Policy::fixed, Policy::skip, Policy::skip});
  const auto margin = dice.one_of(std::array<std::uint32_t, 4>{0, 0, 1, 2});
  s.server.policy = policy_of(s.plan->method(), forced.value_or(drawn));
  draw_planning(seed, !forced && drawn == Policy::skip, s);
  s.server.margin = s.server.policy == Policy::fixed ? 0 : margin;
}

Partition any_partition(Dice& dice, std::size_t workers, std::uint64_t rounds) {
  Partition p;
  p.count = dice.size(1, std::max<std::size_t>(1, workers / 3));
  p.round = RoundId(dice.size(1, rounds));
  p.from = from_seconds(dice.between(0, 3));
  p.lasts = from_seconds(dice.between(.05, 15));
  return p;
}

NetworkModel any_network(Dice& dice, std::size_t workers, std::uint64_t rounds) {
  NetworkModel n;
  if (dice.chance(.2)) return n;
  if (dice.chance(.9)) n.latency = from_seconds(dice.chance(.5) ? dice.between(0, .02) : dice.between(0, .5));
  // Vectors are a few hundred bytes: so narrow a line makes a loss in the middle of one likely.
  if (dice.chance(.5)) n.bandwidth = dice.chance(.5) ? dice.between(2e3, 1e5) : dice.between(200, 4000);
  if (dice.chance(.3)) n.server_bandwidth = dice.between(5e3, 2e5);
  if (dice.chance(.2)) n.loss = dice.between(0, .2);
  if (dice.chance(.3)) n.duplicate = dice.between(0, .3);
  if (dice.chance(.6)) n.reorder = dice.between(.1, .6);
  if (dice.chance(.7)) n.resend = from_seconds(dice.between(.01, 4));
  if (dice.chance(.15)) n.partitions.push_back(any_partition(dice, workers, rounds));
  return n;
}

std::string any_speeds(Dice& dice, std::size_t workers) {
  static const std::vector<std::string> kLaws = {"constant:mean=1",
                                                 "exponential:mean=1",
                                                 "shifted-exponential:min=.4,mean=1",
                                                 "lognormal:mean=1,sigma=.8",
                                                 "pareto:min=.4,shape=1.6",
                                                 "bimodal:mean=1,fraction=.2,factor=6",
                                                 "markov:mean=1,factor=5,enter=.2,leave=.4"};
  if (dice.chance(.1)) return "none";
  std::string s = kLaws[dice.size(0, kLaws.size() - 1)];
  if (dice.chance(.4)) s += ",per=chunk";
  if (dice.chance(.3)) s += dice.chance(.5) ? ",redraw=never" : ",redraw=.3";
  if (dice.chance(.2)) s += ",noise=.2";
  if (dice.chance(.3))
    s += fmt::format("+slow:factor={},workers={}", dice.size(2, 12), dice.size(0, workers - 1));
  return s;
}

StormOptions any_storm(Dice& dice, std::uint64_t seed, std::size_t workers, std::uint64_t rounds) {
  StormOptions o;
  o.seed = seed;
  // A worker is asked some ten times a round: about one blow before the signal and two after it, in a storm.
  const double force = dice.one_of(std::array{0.0, .5, 1.0, 2.0, 2.0, 4.0});
  const double per_worker = force / static_cast<double>(workers);
  o.before_signal = std::min(.3, .06 * per_worker);
  o.after_signal = std::min(.4, .45 * per_worker);
  o.server = dice.chance(.35) ? dice.between(.01, .2) : 0;
  o.gone = dice.one_of(std::array{0.0, .1, .4, 1.0});
  o.blows_max = static_cast<std::uint32_t>(dice.size(1, 3 * rounds));
  o.server_blows_max = static_cast<std::uint32_t>(dice.size(1, 3));
  return o;
}

void draw_numbers(Dice& dice, DisasterCluster& c) {
  const std::size_t blocks = c.spec.plan->blocks();
  c.spec.dimension = dice.size(8, 60);
  c.spec.parameter_bytes = 4 * (c.spec.dimension - kTallies);
  const auto wanted = static_cast<std::uint32_t>(dice.size(1, 4));
  c.spec.segments = DisasterVectors::layout_of(c.spec.dimension, blocks, wanted).count();
  if (dice.chance(.15)) c.bad.chunk = .02;
  if (dice.chance(.15)) c.bad.segment = .02;
  c.bad.times_max = static_cast<std::uint32_t>(dice.size(1, 3));
}

}  // namespace

DisasterCluster draw_disaster_cluster(std::uint64_t seed, std::optional<Policy> forced) {
  Dice dice(seed);
  DisasterCluster c;
  c.seed = seed;
  draw_disaster_plan(dice, c);
  ClusterSpec& s = c.spec;
  const std::size_t workers = s.plan->workers();
  s.code = code_for(s.plan->method());
  s.rounds = dice.size(1, 10);
  s.server = any_server(dice);
  draw_policy(seed, forced, s);
  s.speeds = SpeedModel::parse(any_speeds(dice, workers), TimeUnits::optional).value();
  s.network = any_network(dice, workers, s.rounds);
  s.grid = dice.chance(.1) ? Grid::integer : Grid::none;
  s.silence = from_seconds(dice.between(.5, 15));
  s.patience = from_seconds(dice.between(.1, 15));
  s.checkpoint_every = dice.size(1, 3);
  draw_numbers(dice, c);
  c.storm = any_storm(dice, seed, workers, s.rounds);
  return c;
}

std::string DisasterCluster::flags() const {
  const Plan& p = *spec.plan;
  const Recovery& r = spec.server.recovery;
  const std::string recovery = r.kind == Recovery::Kind::exact ? std::string("exact")
                               : r.kind == Recovery::Kind::deadline
                                   ? "deadline=" + duration_text(r.deadline)
                                   : fmt::format("residual={:.4g}", r.residual);
  const std::string when = spec.server.when_unrecoverable == WhenUnrecoverable::stop ? std::string("stop")
                           : spec.server.when_unrecoverable == WhenUnrecoverable::approximate
                               ? std::string("approximate")
                               : "wait=" + duration_text(spec.server.wait);
  std::string planning;
  if (ReplanDesk::is_needed(spec.server)) {
    planning = fmt::format(" --plan-time {} --liars {}", duration_text(spec.planning), spec.liars);
  }
  const std::string margin = spec.server.margin > 0 ? fmt::format(" --margin {}", spec.server.margin) : "";
  return fmt::format(
      "--method {} --policy {}{} --workers {} --chunks {} --replication {} --scheme {} --blocks {} --frame "
      "{} "
      "--order {}{} --recovery {} --when-unrecoverable {} --speeds {} --network {} --rounds {} "
      "--checkpoint-every {}{}{}",
      name_of(p.method()), name_of(spec.server.policy), margin, p.workers(), p.chunks(),
      p.assignment().replication_min(), scheme, p.blocks(), frame, order,
      spec.server.learn_orders ? " (then learned)" : "", recovery, when, spec.speeds.text(),
      spec.network.text(), spec.rounds, spec.checkpoint_every, planning,
      spec.grid == Grid::integer ? " --grid integer" : "");
}

std::string DisasterCluster::words() const {
  return fmt::format(
      "{} floats in {} segment{}; silence is noticed after {}, a server waits {} for its workers; at most {} "
      "losses of workers and {} of the server; bad numbers: {}",
      spec.dimension, spec.segments, spec.segments == 1 ? "" : "s", duration_text(spec.silence),
      duration_text(spec.patience), storm.blows_max, storm.server > 0 ? storm.server_blows_max : 0,
      bad.chunk > 0 || bad.segment > 0 ? fmt::format("at most {}", bad.times_max) : "none");
}

}  // namespace gleaner
