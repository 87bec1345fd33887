// Why a connection cannot be made, in one sentence for a person, on both sides. gRPC itself says only
// "handshake failed" or less, and a server that refuses a certificate just closes.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "net/endpoint_rules.h"
#include "net/tls_files.h"

namespace gleaner {

/// The client's side. Makes one connection of its own as the client would, with TLS if there are files, and
/// says what is wrong with it and what to do, as "WHAT; CURE". Empty: a connection can be made (now). Takes
/// `limit` at most, and as long as the look-up of a name takes; blocks.
[[nodiscard]] std::string why_not_connected(const Endpoint& endpoint, const std::optional<TlsFiles>& files,
                                            std::chrono::milliseconds limit = std::chrono::seconds(5));

/// The same, and whether trying again later can help.
struct Trouble {
  std::string sentence;
  bool lasting = false;  ///< the other end is there, and the two do not fit together
};
[[nodiscard]] Trouble connection_trouble(const Endpoint& endpoint, const std::optional<TlsFiles>& files,
                                         std::chrono::milliseconds limit = std::chrono::seconds(5));

/// The server's side. From now on `say` hears a line for every connection that was refused in its handshake,
/// such as
///
///     refused a connection: its certificate, "worker-3", is signed by "Gleaner CA 12ab", who is unknown here
///
/// and of every error that gRPC logs; everything below an error is dropped. 30 lines at once, then 2 a
/// second: what is more is counted, and the count stands before the next line. `say` is called from gRPC's
/// threads, one at a time; it must be quick and must not call gRPC. Call this before the first credentials
/// are made: of TLS contexts that exist already it learns less. An empty function: only dropped. Holds for
/// the process; the last call counts. gRPC does not tell the address of who was refused.
void watch_handshakes(std::function<void(std::string)> say);

}  // namespace gleaner
