#include "net/handshake_trouble.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <vector>

#include "net/certificate.h"
#include "net/certificate_files.h"
#include "net/tls_probe.h"

namespace gleaner {
namespace {

// Everything that the sentences need.
struct Case {
  std::string at;  ///< the endpoint, as a person wrote it
  std::string host;
  std::optional<TlsFiles> files;
  std::string limit;
  TlsProbe probe;
};

std::string listed(std::vector<std::string> names) {
  constexpr std::size_t kShown = 8;
  const std::size_t more = names.size() - std::min(names.size(), kShown);
  names.resize(names.size() - more);
  if (more > 0) names.push_back(fmt::format("{} more", more));
  return names.empty() ? "nobody" : fmt::format("{}", fmt::join(names, ", "));
}

std::string quoted(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const std::string& name : names) all.push_back(fmt::format("\"{}\"", name));
  return listed(all);
}

std::string without_connection(const Case& c, const ProbeSocket& socket) {
  switch (socket.state()) {
    case ProbeSocket::State::unknown_name:
      return fmt::format("the name {} cannot be resolved ({}); check it, or give the address", c.host,
                         socket.reason());
    case ProbeSocket::State::refused:
      return fmt::format("nobody listens at {}; start gleaner server there, or check host and port", c.at);
    case ProbeSocket::State::silent:
      return fmt::format("{} does not answer within {}; check the address, and firewalls on the way", c.at,
                         c.limit);
    default:
      return fmt::format("{} cannot be reached ({}); check address and network", c.at, socket.reason());
  }
}

std::string no_gleaner(const Case& c, std::string_view does) {
  return fmt::format("{} takes connections but {}; check that gleaner server runs there", c.at, does);
}

std::string in_plain_text(const Case& c) {
  switch (c.probe.end) {
    case TlsProbe::End::plaintext: return "";
    case TlsProbe::End::silent: return no_gleaner(c, fmt::format("says nothing within {}", c.limit));
    case TlsProbe::End::closed:
      if (!c.probe.server) return no_gleaner(c, "closes them at once");
      [[fallthrough]];
    default:
      return fmt::format(
          "the server at {} asks for TLS and a certificate of {}; give --tls DIR with the folder of "
          "this machine that gleaner certs made",
          c.at, c.probe.authorities.empty() ? "its authority" : quoted(c.probe.authorities));
  }
}

std::string distrusted(const Case& c) {
  const CertificateFacts server = c.probe.server.value_or(CertificateFacts());
  const std::string whose = fmt::format("the certificate of the server at {}", c.at);
  switch (c.probe.verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
      return fmt::format(
          "{} is for {} and not for {}; connect to one of those, or make one for this name with "
          "gleaner certs --server {}",
          whose, listed(server.hosts), c.host, c.host);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return fmt::format("{} has expired on {}; renew it there", whose, date_text(server.until));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fmt::format("{} is valid only from {} on; set the clocks of both machines", whose,
                         date_text(server.from));
    case X509_V_ERR_INVALID_PURPOSE:
      return fmt::format("{}, \"{}\", is not made for a server; start the server with --tls DIR/server",
                         whose, server.name);
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return fmt::format(
          "{} is signed by \"{}\", who is not in {}; use certificates of one gleaner certs on both "
          "sides",
          whose, server.signer, c.files->ca);
    default:
      return fmt::format("{} is refused here: {}; make new ones with gleaner certs", whose,
                         X509_verify_cert_error_string(c.probe.verdict));
  }
}

// The server refused us: by an alert with a reason or, as gRPC does, by closing without one.
std::string refused(const Case& c) {
  if (c.probe.reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION) {
    return fmt::format("the server at {} does not speak TLS 1.3; check that gleaner server runs there", c.at);
  }
  if (!c.probe.server) return no_gleaner(c, "ends the TLS handshake");
  const std::string& file = c.files->certificate;
  const Result<std::string> certificate = read_pem(file);
  const Result<CertificateFacts> own =
      certificate ? facts_of(certificate.value()) : Result<CertificateFacts>(certificate.error());
  if (!own) return fmt::format("{} cannot be used; {}", file, own.error().what);
  const std::vector<std::string>& known = c.probe.authorities;
  if (own.value().until <= std::time(nullptr)) {
    return fmt::format(
        "the server at {} refused {}, which has expired on {}; make a new one with gleaner certs", c.at, file,
        date_text(own.value().until));
  }
  if (!known.empty() && std::find(known.begin(), known.end(), own.value().signer) == known.end()) {
    return fmt::format(
        "the server at {} refused {}: it does not know \"{}\", who signed it, but only {}; take a "
        "folder that was made there",
        c.at, file, own.value().signer, quoted(known));
  }
  if (!is_for_clients(certificate.value())) {
    return fmt::format(
        "the server at {} refused {}: \"{}\" is not made for clients; take the folder of a worker", c.at,
        file, own.value().name);
  }
  return fmt::format("the server at {} refused {}{}; its log says why", c.at, file,
                     c.probe.reason_text.empty() ? "" : fmt::format(" ({})", c.probe.reason_text));
}

std::string under_tls(const Case& c) {
  switch (c.probe.end) {
    case TlsProbe::End::works: return "";
    case TlsProbe::End::distrusted: return distrusted(c);
    case TlsProbe::End::plaintext:
      return fmt::format(
          "the server at {} speaks plain text; start it with --tls DIR, or leave --tls away here", c.at);
    case TlsProbe::End::silent: return no_gleaner(c, fmt::format("says nothing within {}", c.limit));
    case TlsProbe::End::unusable: {
      const Result<TlsFiles> again = tls_files_in(c.files->folder());
      return again ? fmt::format("{} cannot be used: {}; make a new folder with gleaner certs",
                                 c.files->folder(), c.probe.reason_text)
                   : again.error().sentence();
    }
    default: return refused(c);
  }
}

}  // namespace

Trouble connection_trouble(const Endpoint& endpoint, const std::optional<TlsFiles>& files,
                           std::chrono::milliseconds limit) {
  Case c{.at = endpoint.text(),
         .host = endpoint.host,
         .files = files,
         .limit = fmt::format("{:.3g} s", std::chrono::duration<double>(limit).count()),
         .probe = {}};
  ProbeSocket socket(endpoint, ProbeSocket::Clock::now() + limit);
  if (socket.state() != ProbeSocket::State::open) return {without_connection(c, socket), false};
  c.probe = probe_tls(socket, endpoint, files);
  Trouble trouble{files ? under_tls(c) : in_plain_text(c), false};
  const TlsProbe::End end = c.probe.end;
  trouble.lasting = !trouble.sentence.empty() && end != TlsProbe::End::silent &&
                    (end != TlsProbe::End::closed || c.probe.server.has_value());
  return trouble;
}

std::string why_not_connected(const Endpoint& endpoint, const std::optional<TlsFiles>& files,
                              std::chrono::milliseconds limit) {
  return connection_trouble(endpoint, files, limit).sentence;
}

}  // namespace gleaner
