#include "adapt/suspicion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace gleaner {
namespace {

using std::chrono::milliseconds;

TEST(Suspicion, GrowsWithTheSilenceAndIsOneAtTheLimit) {
  Suspicion s(milliseconds(100));
  EXPECT_EQ(s.after(Duration::zero()), 0);
  EXPECT_LT(s.after(milliseconds(500)), s.after(milliseconds(600)));
  EXPECT_NEAR(s.after(s.limit()), 1, 1e-6);
}

// mu = 100 ms: exp(-t / mu) = 1e-8 at t = 1842 ms.
TEST(Suspicion, TheLimitOfRegularSignsIsThatOfExponentialIntervals) {
  Suspicion s(milliseconds(100));
  for (int i = 0; i < 500; ++i) s.heard_after(milliseconds(100));
  EXPECT_NEAR(seconds(s.limit()), 0.1 * 8 * std::log(10.0), 1e-6);
}

TEST(Suspicion, AQuickPeerIsSuspectedSoonerThanASlowOne) {
  Suspicion quick(milliseconds(100));
  Suspicion slow(milliseconds(100));
  for (int i = 0; i < 200; ++i) {
    quick.heard_after(milliseconds(20));
    slow.heard_after(milliseconds(400));
  }
  EXPECT_LT(quick.limit(), milliseconds(400));
  EXPECT_GT(slow.limit(), milliseconds(7000));
}

TEST(Suspicion, ASilenceThatWasSurvivedRaisesTheBarAndIsForgottenInTime) {
  Suspicion s(milliseconds(100));
  s.heard_after(std::chrono::seconds(5));
  EXPECT_EQ(s.limit(), std::chrono::seconds(10));
  EXPECT_LT(s.after(std::chrono::seconds(5)), 0.51);
  for (std::size_t i = 0; i < Suspicion::kWindow; ++i) s.heard_after(milliseconds(100));
  EXPECT_LT(s.limit(), std::chrono::seconds(2));
}

// The slow twin: the same from the last kWindow intervals, kept in a list.
TEST(Suspicion, RemembersTheLastIntervalsExactly) {
  Suspicion s(milliseconds(7));
  std::vector<Duration> all(Suspicion::kFirst, milliseconds(7));
  for (int i = 1; i < 1000; ++i) {
    all.push_back(milliseconds((i * 37) % 91 + 1));
    s.heard_after(all.back());
    const std::size_t first = all.size() > Suspicion::kWindow ? all.size() - Suspicion::kWindow : 0;
    Duration sum{};
    Duration longest{};
    for (std::size_t k = first; k < all.size(); ++k) {
      sum += all[k];
      longest = std::max(longest, all[k]);
    }
    ASSERT_EQ(s.mean(), sum / static_cast<Duration::rep>(all.size() - first));
    ASSERT_EQ(s.longest(), longest);
  }
}

}  // namespace
}  // namespace gleaner
