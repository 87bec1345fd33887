// Where a reproduction is: for the progress display, and for those who do not want to wait. Internal to
// reproduce.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "study/reproduce.h"

namespace gleaner {

/// Counts the rows that are begun. Used by one thread.
class ReproduceSteps {
 public:
  ReproduceSteps(const ReproduceOptions& options, std::size_t all) : options_(options), all_(all) {}

  /// Tells what begins. Errors: somebody has asked to stop.
  [[nodiscard]] Status begin(const std::string& what) {
    if (Status s = still_wanted(); !s) return s;
    if (options_.progress) options_.progress(what, done_, all_);
    ++done_;
    return {};
  }
  [[nodiscard]] Status still_wanted() const {
    if (!options_.keep_going || options_.keep_going()) return {};
    return run_failed("the reproduction was interrupted");
  }

 private:
  const ReproduceOptions& options_;
  std::size_t done_ = 0;
  std::size_t all_;
};

}  // namespace gleaner
