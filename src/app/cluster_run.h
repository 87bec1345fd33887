// A run whose workers are processes: the server's side.
#pragma once

#include "app/build_run.h"
#include "base/result.h"
#include "work/run_spec.h"

namespace gleaner {

class Witness;

/// Segments between machines: large enough that a message costs nothing, small enough to overlap.
inline constexpr std::size_t kWireSegmentFloats = std::size_t{1} << 18;

/// Listens, waits for workers, runs `spec` to its end and tells everybody. Errors: the address cannot be had,
/// certificates, the shared folder.
[[nodiscard]] Result<RunResult> run_cluster(const RunKit& kit, const RunSpec& spec, Witness& witness);

}  // namespace gleaner
