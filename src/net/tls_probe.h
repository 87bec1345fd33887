// A TLS handshake of our own with a server, to learn why gRPC's fails.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/certificate.h"
#include "net/probe_socket.h"
#include "net/tls_files.h"

namespace gleaner {

struct TlsProbe {
  enum class End {
    works,       ///< bytes came through the finished handshake
    distrusted,  ///< this end refused the server's certificate: see `verdict`
    alert,       ///< the other end refused: see `reason`
    closed,      ///< the other end closed without a reason
    plaintext,   ///< what came is not TLS
    silent,      ///< time was up
    unusable,    ///< the files of this end cannot be used: see `reason`
  };
  End end = End::silent;
  bool handshake_done = false;           ///< as far as this end knows: under TLS 1.3 the server judges later
  bool certificate_wanted = false;       ///< the server asked for one
  std::vector<std::string> authorities;  ///< that the server accepts, by common name
  std::optional<CertificateFacts> server;
  int verdict = 0;  ///< X509_V_ERR_.. where distrusted
  int reason = 0;   ///< SSL_R_.. of the last error
  std::string reason_text;
};

/// Shows the certificate of `files`, if there are any, and expects a server of `endpoint`'s name. Without
/// files every server is trusted: nothing is sent that would matter.
[[nodiscard]] TlsProbe probe_tls(ProbeSocket& socket, const Endpoint& endpoint,
                                 const std::optional<TlsFiles>& files);

}  // namespace gleaner
