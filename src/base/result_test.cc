#include "base/result.h"

#include <memory>

#include <gtest/gtest.h>

namespace gleaner {
namespace {

Result<int> half_of(int n) {
  if (n % 2 != 0) return bad_input("an odd number", "give an even one");
  return n / 2;
}

TEST(Result, HoldsAValueOrAnError) {
  const Result<int> good = half_of(4);
  EXPECT_TRUE(good);
  EXPECT_TRUE(good.ok());
  EXPECT_EQ(good.value(), 2);
  const Result<int> bad = half_of(3);
  EXPECT_FALSE(bad);
  EXPECT_EQ(bad.error().what, "an odd number");
  EXPECT_EQ(bad.error().kind, Error::Kind::bad_input);
}

TEST(Result, GivesItsValueAway) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  EXPECT_EQ(*result.value(), 7);
  *result.value() = 8;
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 8);
}

TEST(Result, MayHoldAnErrorAsValueType) {
  const Result<std::string> text(std::string("fine"));
  EXPECT_EQ(text.value(), "fine");
}

TEST(Status, IsSuccessUnlessTold) {
  EXPECT_TRUE(Status().ok());
  const Status failed = run_failed("the disk is full", "make room");
  EXPECT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, Error::Kind::run_failed);
}

TEST(Error, IsOneSentence) {
  EXPECT_EQ(bad_input("no such file", "name another").sentence(), "no such file; name another");
  EXPECT_EQ(bad_input("no such file").sentence(), "no such file");
}

TEST(ResultDeathTest, LookingAtTheWrongSideIsABug) {
  EXPECT_DEATH((void)half_of(3).value(), "value\\(\\) of a failed Result");
  EXPECT_DEATH((void)half_of(2).error(), "error\\(\\) of a Result that succeeded");
  EXPECT_DEATH((void)Status().error(), "error\\(\\) of a Status that succeeded");
}

TEST(CheckDeathTest, NamesConditionPlaceAndReason) {
  EXPECT_DEATH(GLEANER_CHECK(1 + 1 == 3, "arithmetic holds"), "result_test.*1 \\+ 1 == 3.*arithmetic holds");
}

}  // namespace
}  // namespace gleaner
