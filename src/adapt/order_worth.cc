#include "adapt/order_worth.h"

#include <algorithm>

#include "base/check.h"

namespace gleaner {
namespace {

constexpr double kRecent = 0.2;      // weight of the latest round
constexpr double kWorthless = 0.98;  // in the average: not worth telling
constexpr double kWorthwhile = 0.9;  // in two rounds: worth it
constexpr double kTrials = 4;        // rounds that gained less than that, but something: worth it, too
constexpr double kProven = 8;        // rounds: the next pause is a short one again
constexpr double kPauseMin = 8;      // rounds
constexpr double kPauseMax = 64;

}  // namespace

void OrderWorth::weigh(double cost) {
  rounds_ += 1;
  cost_ += (cost - cost_) * std::max(kRecent, 1 / rounds_);
  if (cost_ < kWorthless) {
    if (rounds_ >= kTrials || (rounds_ >= 2 && cost_ < kWorthwhile)) proven_ = 1;
    if (rounds_ >= kProven) longest_ = 0;
    return;
  }
  longest_ = std::clamp(2 * longest_, kPauseMin, kPauseMax);
  pause_ = longest_ + 1;  // and this round
  rounds_ = cost_ = proven_ = 0;
}

void OrderWorth::end_round() { pause_ = std::max(pause_ - 1, 0.0); }

std::array<double, OrderWorth::kStateSize> OrderWorth::state() const {
  return {cost_, rounds_, proven_, pause_, longest_};
}

void OrderWorth::restore(std::span<const double> state) {
  GLEANER_CHECK(state.size() == kStateSize, "a state of such an average");
  cost_ = state[0];
  rounds_ = state[1];
  proven_ = state[2];
  pause_ = state[3];
  longest_ = state[4];
}

}  // namespace gleaner
