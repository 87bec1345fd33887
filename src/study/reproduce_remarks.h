// Where the paper's figures mislead, with what this run measured of it.
#pragma once

#include <string>
#include <vector>

#include "study/reproduce.h"

namespace gleaner {

struct Remark {
  std::string title;  ///< a short sentence without a full stop
  std::string text;   ///< sentences; numbers are those of this run
};

/// Remarks that need what was not given (the published results, G1) are left out.
[[nodiscard]] std::vector<Remark> remarks_on(const Reproduction& reproduction);

}  // namespace gleaner
