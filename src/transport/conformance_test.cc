// The conformance suite on links within one process.
#include "support/transport_conformance.h"
#include "transport/inproc.h"

namespace gleaner::test {
namespace {

Network inproc(ServerSink& sink) {
  auto hub = std::make_unique<InprocHub>(sink);
  InprocHub* raw = hub.get();
  return {std::move(hub), [raw](Peer p, WorkerSink& s) { return raw->connect(p, s); }};
}

INSTANTIATE_TEST_SUITE_P(Inproc, TransportConformance, testing::Values(&inproc));

}  // namespace
}  // namespace gleaner::test
