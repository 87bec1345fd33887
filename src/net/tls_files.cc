#include "net/tls_files.h"

#include <fmt/format.h>

#include "net/certificate.h"
#include "net/certificate_files.h"
#include "net/certificate_reading.h"

namespace gleaner {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMake = "make a new one with gleaner certs and copy it there";

Status check_folder(const fs::path& folder) {
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) {
    if (fs::exists(folder / "cert.pem", ignored) || !fs::exists(folder / "ca.key", ignored)) return {};
    return bad_input(fmt::format("--tls {} holds the authority, not one certificate", folder.string()),
                     fmt::format("name a folder within it, like --tls {}", (folder / "worker-0").string()));
  }
  return bad_input(fmt::format("--tls {} is no folder", folder.string()),
                   "name a folder with cert.pem, key.pem and ca.pem; gleaner certs makes such folders");
}

Status check_certificate(const std::string& certificate, const std::string& path, const std::string& ca,
                         const std::string& ca_path, std::time_t now) {
  const Result<CertificateFacts> facts = facts_of(certificate);
  if (!facts) return bad_input(fmt::format("{} holds no certificate in PEM format", path), kMake);
  const CertificateFacts& f = facts.value();
  if (f.until <= now) return bad_input(fmt::format("{} has expired on {}", path, date_text(f.until)), kMake);
  if (f.from > now) {
    return bad_input(fmt::format("{} is valid only from {} on", path, date_text(f.from)),
                     "set the clock of this machine");
  }
  if (certificates_from(ca).empty()) {
    return bad_input(fmt::format("{} holds no certificate in PEM format", ca_path),
                     "copy the ca.pem of gleaner certs there");
  }
  if (signed_by(certificate, ca)) return {};
  return bad_input(fmt::format("{} is signed by \"{}\", which is not in {}", path, f.signer, ca_path),
                   "take all three files from one folder of gleaner certs");
}

}  // namespace

Result<TlsFiles> tls_files_in(const fs::path& folder, std::time_t now) {
  if (Status s = check_folder(folder); !s) return s.error();
  std::error_code ignored;
  const fs::path whole = fs::absolute(folder, ignored).lexically_normal();
  const TlsFiles files{.ca = (whole / "ca.pem").string(),
                       .certificate = (whole / "cert.pem").string(),
                       .key = (whole / "key.pem").string()};
  const Result<std::string> certificate = read_pem(files.certificate);
  if (!certificate) return certificate.error();
  const Result<std::string> key = read_pem(files.key);
  if (!key) return key.error();
  const Result<std::string> ca = read_pem(files.ca);
  if (!ca) return ca.error();
  if (Status s = check_certificate(certificate.value(), files.certificate, ca.value(), files.ca, now); !s) {
    return s.error();
  }
  if (!key_from(key.value())) {
    return bad_input(fmt::format("{} holds no private key in PEM format without a password", files.key),
                     kMake);
  }
  if (!belong_together(certificate.value(), key.value())) {
    return bad_input(fmt::format("{} is not the key of {}", files.key, files.certificate),
                     "take both from one folder of gleaner certs");
  }
  return files;
}

Result<TlsFiles> tls_files_in(const fs::path& folder) { return tls_files_in(folder, std::time(nullptr)); }

}  // namespace gleaner
