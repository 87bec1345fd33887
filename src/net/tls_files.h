// The three files that one end of a TLS connection needs.
#pragma once

#include <ctime>
#include <filesystem>
#include <string>

#include "base/result.h"

namespace gleaner {

/// Paths. Certificate and key belong together; `ca` holds the authorities that the other end may be signed
/// by.
struct TlsFiles {
  std::string ca;
  std::string certificate;
  std::string key;

  /// Where `certificate` lies, for messages.
  [[nodiscard]] std::string folder() const {
    return std::filesystem::path(certificate).parent_path().string();
  }
};

/// ca.pem, cert.pem and key.pem in `folder`, as gleaner certs makes them, as absolute paths. Errors: a file
/// that is missing, that cannot be read, or that is no PEM; a key that is another certificate's, or that
/// needs a password; a certificate that has expired, is not valid yet, or is of none of the authorities in
/// ca.pem.
[[nodiscard]] Result<TlsFiles> tls_files_in(const std::filesystem::path& folder, std::time_t now);
[[nodiscard]] Result<TlsFiles> tls_files_in(const std::filesystem::path& folder);

}  // namespace gleaner
