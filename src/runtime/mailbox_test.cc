#include "runtime/mailbox.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace gleaner {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

TEST(Mailbox, KeepsTheOrderOfEverySender) {
  constexpr int kSenders = 4;
  constexpr int kItems = 2000;
  Mailbox<std::pair<int, int>> box;
  std::vector<std::jthread> senders;
  for (int s = 0; s < kSenders; ++s) {
    senders.emplace_back([&box, s] {
      for (int k = 0; k < kItems; ++k) box.push({s, k});
    });
  }
  std::vector<int> next(kSenders, 0);
  for (int k = 0; k < kSenders * kItems; ++k) {
    const auto [s, number] = box.pop();
    EXPECT_EQ(number, next[static_cast<std::size_t>(s)]++);
  }
  EXPECT_FALSE(box.pop_until(Clock::now()));
}

TEST(Mailbox, WaitsUntilTheDeadlineAndNotLonger) {
  Mailbox<int> box;
  const auto deadline = Clock::now() + milliseconds(20);
  EXPECT_FALSE(box.pop_until(deadline));
  EXPECT_GE(Clock::now(), deadline);
  box.push(1);
  EXPECT_EQ(box.pop_until(Clock::now() - milliseconds(5)), 1);  // what is there is given even when it is late
}

TEST(Mailbox, CarriesWhatCannotBeCopied) {
  Mailbox<std::unique_ptr<int>> box;
  box.push(std::make_unique<int>(7));
  EXPECT_EQ(*box.pop(), 7);
}

}  // namespace
}  // namespace gleaner
