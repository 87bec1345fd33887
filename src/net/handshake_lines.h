// What gRPC 1.51 and OpenSSL 3 log of a failed handshake, in words of our own. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/certificate.h"

namespace gleaner {

/// Why the certificate of the other end was refused, noted while it was verified.
struct RefusedCertificate {
  CertificateFacts facts;
  int verdict = 0;     ///< X509_V_ERR_..
  bool client = true;  ///< it was shown by a client, to us as server
};

/// The line for a person; none if `message` (of gRPC's log) is not about a handshake. `refused`: what was
/// noted in this handshake, if anything.
[[nodiscard]] std::optional<std::string> handshake_line(std::string_view message,
                                                        const std::optional<RefusedCertificate>& refused);

/// The line for a person where gRPC complains that files of certificates cannot be read anew, or not be used;
/// empty where it complains of the same a second time in other words; none if `message`, of gRPC's source
/// file `source`, is about something else.
[[nodiscard]] std::optional<std::string> rereading_line(std::string_view source, std::string_view message);

}  // namespace gleaner
