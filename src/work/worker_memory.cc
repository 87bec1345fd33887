#include "work/worker_memory.h"

#include <algorithm>

#include "work/vector_encoder.h"

namespace gleaner {
namespace {

// Of its vector: one in the making, some handed to the link, some in gRPC's buffers; of the parameters what
// has come and is not yet appended. Measured: 8 to 14 MB with segments of 1 MiB.
constexpr std::uint64_t kSegmentsOnTheirWay = 12;

std::uint64_t kept_bytes(const RunSpec& spec, std::uint64_t slots, Keeping how) {
  const std::uint64_t d = spec.objective->dimension();
  const std::uint64_t buffer = d * sizeof(float);  // that is being computed
  switch (how) {
    case Keeping::float32: return slots * buffer;
    case Keeping::spilled: return buffer;
    case Keeping::bfloat16: break;
  }
  const std::uint64_t tail = std::min<std::uint64_t>(spec.gradients.exact_tail, d);
  return buffer + slots * ((d - tail) * sizeof(std::uint16_t) + tail * sizeof(float));
}

}  // namespace

WorkerMemory worker_memory(const RunSpec& spec, std::size_t slots, Keeping how,
                           std::optional<std::uint64_t> data) {
  WorkerMemory m;
  m.gradients = kept_bytes(spec, slots, how);
  m.computing = spec.objective->working_bytes();
  const std::uint64_t segment =
      std::min<std::uint64_t>(spec.segment_floats, spec.objective->dimension()) * sizeof(float);
  m.sending = segment + VectorEncoder::scratch_bytes(how, slots, spec.plan->blocks());
  if (!data) return m;
  m.process = kWorkerProcessBytes;
  m.data = *data;
  m.parameters = 2 * spec.objective->parameters() * sizeof(float);
  m.sending += (kSegmentsOnTheirWay - 1) * segment;
  return m;
}

}  // namespace gleaner
