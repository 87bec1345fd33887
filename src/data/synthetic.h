// Data made from a seed, for runs and tests without files.
#pragma once

#include <cstddef>
#include <cstdint>

#include "data/dataset.h"

namespace gleaner {

/// Dense samples of `classes` overlapping clouds: x = mu_y + e with labels y uniform on the classes.
///
///   mu_c: normal directions, centred and scaled so that the root mean square distance of two means is
///         D = 2 (1.5 + 0.45 ln(classes - 1));
///   e has independent entries of variance 1, each a scaled sum of four uniforms (nearly normal).
///
/// D makes the best classifier right for 90-95 % of the samples, for any p that is not below classes.
///
/// A pure function of its arguments, with the same bits on every machine; row i does not depend on `rows`, so
/// a smaller set is the beginning of a larger one. REQUIRES: classes >= 2, features >= 1.
[[nodiscard]] Dataset synthetic_classification(std::size_t rows, std::size_t features, std::size_t classes,
                                               std::uint64_t seed);

/// Dense samples of a linear law: y = w x + b + 0.1 e.
///
///   x and e have independent entries of variance 1, each a scaled sum of four uniforms (nearly normal);
///   w is a random direction of length 1, b a standard normal.
///
/// So the targets have variance 1.01 around b, and no model has a mean square error below 0.01. Pure and
/// portable as synthetic_classification(); row i does not depend on `rows`. REQUIRES: features >= 1.
[[nodiscard]] Dataset synthetic_regression(std::size_t rows, std::size_t features, std::uint64_t seed);

}  // namespace gleaner
