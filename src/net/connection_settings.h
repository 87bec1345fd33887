// What both ends of a connection ask of HTTP/2.
#pragma once

#include <grpc/grpc.h>

namespace gleaner {

/// `set(name, value)` for each setting.
///
/// Frames of 1 MiB, as large as a segment. The window is fixed: with gRPC's own search for one (bandwidth
/// times delay) a segment cost half as much processor time again (docs/performance.md). A window of 4 MiB
/// keeps a link of 40 MB/s and 100 ms full; so much may wait at the receiving end of each connection while
/// its reader is busy.
template <class Set>
void connection_settings(Set set) {
  set(GRPC_ARG_HTTP2_MAX_FRAME_SIZE, 1 << 20);
  set(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  set(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 4 << 20);
}

}  // namespace gleaner
