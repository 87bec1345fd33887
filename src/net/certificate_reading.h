// PEM texts as objects of OpenSSL. Only the .cc files of this room include it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/certificate.h"
#include "net/openssl_handles.h"

namespace gleaner {

/// The first certificate, or the private key, of a PEM text; null if there is none. A key that needs a
/// password counts as none: nobody is asked.
[[nodiscard]] CertificateHandle certificate_from(std::string_view pem);
[[nodiscard]] KeyHandle key_from(std::string_view pem);
/// All certificates of a PEM text.
[[nodiscard]] std::vector<CertificateHandle> certificates_from(std::string_view pem);

/// Common name, or the whole name where there is none, as it may be shown (shown_name.h).
[[nodiscard]] std::string name_of(const X509_NAME* name);
[[nodiscard]] CertificateFacts facts_of(X509* certificate);
[[nodiscard]] bool is_for_host(X509* certificate, const std::string& host);

}  // namespace gleaner
