#include "sim/disaster_storm.h"

#include "base/random.h"

namespace gleaner {
namespace {

constexpr std::uint32_t kGust = 12;
constexpr double kGustFactor = 6;
constexpr double kJoining = 0.3;  // who is lost there has nothing to lose yet

Duration any_length(Random& random) {
  switch (random.below(4)) {
    case 0: return from_seconds(0.001 + 0.02 * random.uniform());
    case 1: return from_seconds(0.05 + 0.5 * random.uniform());
    case 2: return from_seconds(0.5 + 3 * random.uniform());
    default: return from_seconds(3 + 20 * random.uniform());
  }
}

}  // namespace

Storm::Storm(const StormOptions& options, std::size_t workers) : options_(options), asked_(workers) {}

std::optional<Blow> Storm::strike(WorkerId worker, RoundId round, WorkerStep step, Server::Phase /*phase*/) {
  const auto s = static_cast<std::size_t>(step);
  const std::uint64_t times = asked_[worker.index()][s]++;
  if (worker_blows_ >= options_.blows_max) return std::nullopt;
  Random random({options_.seed, Purpose::disaster_blows, s, worker.value, times});
  double p = signalled_ == round ? options_.after_signal : options_.before_signal;
  if (step == WorkerStep::joining) p *= kJoining;
  if (gust_ > 0) {
    --gust_;
    p *= kGustFactor;
  }
  if (random.uniform() >= p) return std::nullopt;
  ++worker_blows_;
  if (!counts()) return std::nullopt;
  gust_ = kGust;
  constexpr std::array kKinds = {BlowKind::crash, BlowKind::crash, BlowKind::hang, BlowKind::cut,
                                 BlowKind::cut};
  Blow blow;
  blow.kind = kKinds[random.below(kKinds.size())];
  if (random.uniform() < options_.gone) return blow;
  if (random.uniform() < 0.2) {
    blow.back_in_round = RoundId(round.value + 1 + random.below(2));
  } else {
    blow.back_after = any_length(random);
  }
  return blow;
}

std::optional<Duration> Storm::strike_server(RoundId /*round*/, ServerStep step) {
  const auto s = static_cast<std::size_t>(step);
  const std::uint64_t times = server_asked_[s]++;
  if (server_blows_ >= options_.server_blows_max) return std::nullopt;
  Random random({options_.seed, Purpose::disaster_blows, kWorkerSteps + s, 0, times});
  // Every report and every vector is asked about: many questions where the others are one a round.
  const bool often = step == ServerStep::heard || step == ServerStep::collected;
  if (random.uniform() >= options_.server * (often ? 0.1 : 1)) return std::nullopt;
  ++server_blows_;
  if (!counts()) return std::nullopt;
  return any_length(random);
}

void Storm::on_signal(RoundId round, const Selection& /*selection*/) { signalled_ = round; }

}  // namespace gleaner
