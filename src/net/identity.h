// Who is at the other end of a connection, by the certificate that it showed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace grpc {
class AuthContext;
}

namespace gleaner {

struct Identity {
  enum class Kind : std::uint8_t {
    anonymous,  ///< no certificate: the connection is in plain text
    worker,     ///< of the slot `worker`
    spare,
    operator_,  ///< may ask for the status, and stop the run
    server,
    stranger,  ///< signed by our authority, but its name is none of these
  };
  Kind kind = Kind::anonymous;
  WorkerId worker;   ///< of a worker
  std::string name;  ///< common name of the certificate, as it may be shown
  bool operator==(const Identity&) const = default;
};

/// "worker-3", "spare-0", "operator", "server"; anything else, such as "worker-03" or "Worker-3", is a
/// stranger.
[[nodiscard]] Identity identity_from_name(std::string_view common_name);

/// Of a connection that gRPC let in: under TLS its certificate has been verified by then. A certificate with
/// several common names, or with none, is a stranger's.
[[nodiscard]] Identity identity_of(const grpc::AuthContext& context);

}  // namespace gleaner
