#include "base/process_memory.h"

#include <gtest/gtest.h>

#include <vector>

namespace gleaner {
namespace {

TEST(ProcessMemory, CountsWhatIsWrittenToAndRemembersThePeak) {
  constexpr std::size_t kBytes = 64U << 20U;
  const std::uint64_t before = resident_bytes();
  {
    const std::vector<char> taken(kBytes, 'x');
    EXPECT_GE(resident_bytes(), before + kBytes * 9 / 10);
    EXPECT_EQ(taken.back(), 'x');
  }
  EXPECT_GE(peak_resident_bytes(), before + kBytes * 9 / 10);
}

}  // namespace
}  // namespace gleaner
