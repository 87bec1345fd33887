// Addresses, and when a connection may be in plain text: within this machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/tls_files.h"

namespace gleaner {

/// A place to listen at or to connect to: "host:port", "[::1]:port" or "unix:/path".
struct Endpoint {
  std::string host;        ///< without brackets; of a unix socket its path
  std::uint16_t port = 0;  ///< 0: any (to listen)
  bool unix_socket = false;

  [[nodiscard]] std::string text() const;  ///< as it was written
};

/// Errors name `flag`: no port, one that is no number up to 65535, brackets that do not close, an IPv6
/// address without brackets, no host.
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view flag, std::string_view text);

/// 127.0.0.0/8, ::1 (also written as ::ffff:127.x.x.x), localhost, a unix socket. 0.0.0.0 and :: are
/// everywhere.
[[nodiscard]] bool is_loopback(const Endpoint& endpoint);

/// How connections at an address are protected.
struct Security {
  std::optional<TlsFiles> tls;  ///< none: plain text
  std::string warning;          ///< to be said at the start; empty: nothing to warn of
};

/// `tls_folder`: the value of --tls, empty: not given. TLS where it is given. Without it plain text, which
/// beyond loopback must be asked for by --insecure. Errors: neither of the two beyond loopback; both; what
/// tls_files_in says of the folder.
[[nodiscard]] Result<Security> choose_security(const Endpoint& endpoint, const std::string& tls_folder,
                                               bool insecure);

}  // namespace gleaner
