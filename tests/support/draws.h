// Draws for property tests. Call inside a property or a generator only.
#pragma once

#include <cstddef>

#include <rapidcheck.h>

namespace gleaner::test {

/// Any of least..most. Unlike rc::gen::inRange alone it draws from the whole range from the first run on, not
/// from a part that grows with the number of runs.
inline std::size_t any_between(std::size_t least, std::size_t most) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(least, most + 1));
}

}  // namespace gleaner::test
