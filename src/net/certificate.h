// Certificates as values: what one says, how one is made, and who signed it. Keys are ECDSA on P-256.
#pragma once

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gleaner {

/// A certificate and its private key, as PEM texts.
struct KeyPair {
  std::string certificate;
  std::string key;
};

/// What a new certificate is to say.
struct CertificateSpec {
  enum class Use { authority, server, client };
  Use use = Use::client;
  std::string name;                ///< common name; of server and client a DNS name too
  std::vector<std::string> hosts;  ///< further DNS names and IP addresses
  std::time_t from = 0;            ///< seconds since 1970
  std::time_t until = 0;
};

/// What a certificate says. Its names are as they may be shown (shown_name.h).
struct CertificateFacts {
  std::string name;                ///< common name
  std::string signer;              ///< common name of who signed it
  std::vector<std::string> hosts;  ///< DNS names and IP addresses
  std::time_t from = 0;
  std::time_t until = 0;
};

/// A new key and a certificate for it, signed by `authority`; by itself, if that is empty. Errors: what
/// OpenSSL refuses, a key of `authority` that does not belong to its certificate.
[[nodiscard]] Result<KeyPair> issue(const CertificateSpec& spec, const KeyPair& authority);

/// Of the first certificate in a PEM text. Errors: there is none.
[[nodiscard]] Result<CertificateFacts> facts_of(std::string_view certificate);

/// Whether `key` is the private key of `certificate`; false too if one of them cannot be read.
[[nodiscard]] bool belong_together(std::string_view certificate, std::string_view key);

/// Whether one of the certificates in `authority` signed `certificate`, whatever the time is.
[[nodiscard]] bool signed_by(std::string_view certificate, std::string_view authority);

/// Whether `certificate` is for this DNS name or IP address.
[[nodiscard]] bool is_for_host(std::string_view certificate, const std::string& host);

/// Whether `certificate` may be shown by a client.
[[nodiscard]] bool is_for_clients(std::string_view certificate);

[[nodiscard]] bool is_ip_address(const std::string& text);

/// "2027-11-22 01:42 UTC"
[[nodiscard]] std::string date_text(std::time_t time);

}  // namespace gleaner
