#include "net/handshake_lines.h"

#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <utility>

namespace gleaner {
namespace {

// In ssl_transport_security.cc of gRPC: this, what SSL_get_error means, and the reason in OpenSSL's words.
constexpr std::string_view kFailed = "Handshake failed with fatal error";

// Part of OpenSSL's reason, and what it means to a server.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kReasons{{
    {"peer did not return a certificate", "it showed no certificate"},
    {"unsupported protocol", "it does not speak TLS 1.3"},
    {"no shared cipher", "it does not speak TLS 1.3"},
    {"wrong version number", "it does not speak TLS"},
    {"http request", "it does not speak TLS"},
    {"packet length too long", "it does not speak TLS"},
    {"alert unknown ca", "it does not know the authority that signed this server's certificate"},
    {"alert certificate expired", "to it this server's certificate has expired"},
    {"alert bad certificate", "it did not accept this server's certificate"},
    {"alert unsupported certificate", "to it this server's certificate is not made for a server"},
    {"alert certificate unknown", "it did not accept this server's certificate"},
    {"certificate verify failed",
     "its certificate did not pass: another authority's, expired, or not a client's"},
}};

std::string why_refused(const RefusedCertificate& refused) {
  const CertificateFacts& f = refused.facts;
  const std::string its = fmt::format("its certificate, \"{}\",", f.name);
  switch (refused.verdict) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return fmt::format("{} is signed by \"{}\", who is unknown here", its, f.signer);
    case X509_V_ERR_CERT_HAS_EXPIRED: return fmt::format("{} has expired on {}", its, date_text(f.until));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fmt::format("{} is valid only from {} on", its, date_text(f.from));
    case X509_V_ERR_INVALID_PURPOSE: return fmt::format("{} is not made for clients", its);
    default: return fmt::format("{} is refused: {}", its, X509_verify_cert_error_string(refused.verdict));
  }
}

}  // namespace

std::optional<std::string> handshake_line(std::string_view message,
                                          const std::optional<RefusedCertificate>& refused) {
  if (message.find(kFailed) == std::string_view::npos) return std::nullopt;
  if (refused) return fmt::format("refused a connection: {}", why_refused(*refused));
  for (const auto& [part, meaning] : kReasons) {
    if (message.find(part) != std::string_view::npos) return fmt::format("refused a connection: {}", meaning);
  }
  return fmt::format("refused a connection: its TLS handshake failed: {}", message.substr(kFailed.size()));
}

std::optional<std::string> rereading_line(std::string_view source, std::string_view message) {
  constexpr std::string_view kTime = "Failed to get the file's modification time of ";
  constexpr std::string_view kRead = "Reading file ";
  constexpr std::string_view kRetry = ". Start retrying...";
  if (source.ends_with("tls_security_connector.cc")) {
    if (message.find("Update handshaker factory failed") == std::string_view::npos) return "";
    return "the certificates that were read anew cannot be used: key and certificate must belong together; "
           "no new "
           "connection is possible until they do";
  }
  // These go along with one of the others, or with what the client says of its address.
  const bool tls = source.ends_with("ssl_transport_security.cc");
  if (tls && message.starts_with("No match found for server name")) return "";
  if (tls && (message.starts_with("Invalid ") || message.find("root cert") != std::string_view::npos))
    return "";
  if (source.ends_with("stat_posix.cc") || source.ends_with("ssl_utils.cc")) return "";
  if (!source.ends_with("grpc_tls_certificate_provider.cc")) return std::nullopt;
  std::string_view file;
  if (message.starts_with(kTime)) {
    file = message.substr(kTime.size(), message.rfind(kRetry) - kTime.size());
  } else if (message.starts_with(kRead)) {
    file = message.substr(kRead.size(), message.find(" failed: ") - kRead.size());
  }
  if (file.empty()) return "";
  return fmt::format("{} cannot be read anew; what was read before holds on", file);
}

}  // namespace gleaner
