#include "work/slowness.h"

#include <algorithm>

namespace gleaner {

Slowness::Slowness(std::shared_ptr<const Plan> plan, const ServerOptions& options)
    : plan_(std::move(plan)),
      known_(options.recovery.kind == Recovery::Kind::exact),
      replay_(plan_, options),
      times_(plan_->workers()) {}

// Of two in the middle their mean.
Duration Slowness::median() const {
  std::vector<Duration> known;
  std::ranges::copy_if(times_, std::back_inserter(known),
                       [](Duration t) { return t != RoundReplay::kNever; });
  const auto upper = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
  std::ranges::nth_element(known, upper);
  if (known.size() % 2 == 1) return *upper;
  return (*std::max_element(known.begin(), upper) + *upper) / 2;
}

std::vector<SlownessCost> Slowness::of_round(const Ledger& ledger) {
  std::vector<SlownessCost> costs(times_.size());
  if (!known_) return costs;
  std::vector<std::uint32_t> asked;
  for (std::uint32_t w = 0; w < times_.size(); ++w) {
    const Ledger::Seen seen = ledger.seen(WorkerId(w));
    const bool nothing = seen.lost || (!seen.finished && seen.time == Duration::zero());
    times_[w] = nothing ? RoundReplay::kNever : seen.time;
    if (!nothing) asked.push_back(w);
  }
  const Duration round = replay_.run(times_);
  if (round == RoundReplay::kNever) return costs;
  if (times_.size() > kWorkersMax && asked.size() > kSlowest) {
    const auto end = asked.begin() + kSlowest;
    std::nth_element(asked.begin(), end, asked.end(), [&](std::uint32_t a, std::uint32_t b) {
      return times_[a] != times_[b] ? times_[a] > times_[b] : a < b;
    });
    asked.erase(end, asked.end());
  }
  const Duration typical = median();
  for (const std::uint32_t w : asked) {
    const Duration own = std::exchange(times_[w], typical);
    costs[w] = {round - replay_.run(times_), 1};
    times_[w] = own;
  }
  return costs;
}

}  // namespace gleaner
