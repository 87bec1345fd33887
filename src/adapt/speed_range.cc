#include "adapt/speed_range.h"

#include "base/check.h"

namespace gleaner {

double SpeedRange::middle() const { return is_exact() ? least : 2 / (1 / least + 1 / most); }

SpeedRange range_of(double elapsed, unsigned parts_done, unsigned parts) {
  GLEANER_CHECK(elapsed > 0 && parts > 0, "time that has passed");
  if (parts_done >= parts) return {elapsed, elapsed};
  const double least = elapsed * parts / (parts_done + 1);
  if (parts_done == 0) return {least, std::numeric_limits<double>::infinity()};
  return {least, elapsed * parts / parts_done};
}

}  // namespace gleaner
