#include "net/certificate_reading.h"

#include <arpa/inet.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

#include "net/shown_name.h"

namespace gleaner {
namespace {

BioHandle reader(std::string_view text) {
  return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

int no_password(char*, int, int, void*) { return 0; }

std::string text_of(const ASN1_STRING* text) {
  unsigned char* bytes = nullptr;
  const int size = ASN1_STRING_to_UTF8(&bytes, text);
  if (size < 0) return "";
  std::string copy(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return copy;
}

std::string address_of(const ASN1_OCTET_STRING* ip) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(ip) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(ip) != 16) return "";
  return ::inet_ntop(family, ASN1_STRING_get0_data(ip), text.data(), text.size()) == nullptr ? ""
                                                                                             : text.data();
}

std::vector<std::string> hosts_of(X509* certificate) {
  std::vector<std::string> hosts;
  const std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) hosts.push_back(shown_name(text_of(name->d.dNSName), kHostNameMax));
    if (name->type == GEN_IPADD) hosts.push_back(address_of(name->d.iPAddress));
  }
  return hosts;
}

std::time_t time_of(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0;
}

}  // namespace

std::vector<CertificateHandle> certificates_from(std::string_view pem) {
  std::vector<CertificateHandle> all;
  const BioHandle bio = reader(pem);
  while (bio) {
    CertificateHandle one(PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr));
    if (!one) break;
    all.push_back(std::move(one));
  }
  ERR_clear_error();  // the end of the text is one
  return all;
}

CertificateHandle certificate_from(std::string_view pem) {
  std::vector<CertificateHandle> all = certificates_from(pem);
  return all.empty() ? nullptr : std::move(all.front());
}

KeyHandle key_from(std::string_view pem) {
  const BioHandle bio = reader(pem);
  KeyHandle key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr) : nullptr);
  ERR_clear_error();
  return key;
}

std::string name_of(const X509_NAME* name) {
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at >= 0) return shown_name(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at))));
  std::array<char, 256> whole{};
  X509_NAME_oneline(name, whole.data(), static_cast<int>(whole.size()));
  return shown_name(whole.data());
}

CertificateFacts facts_of(X509* certificate) {
  return {.name = name_of(X509_get_subject_name(certificate)),
          .signer = name_of(X509_get_issuer_name(certificate)),
          .hosts = hosts_of(certificate),
          .from = time_of(X509_get0_notBefore(certificate)),
          .until = time_of(X509_get0_notAfter(certificate))};
}

Result<CertificateFacts> facts_of(std::string_view certificate) {
  const CertificateHandle read = certificate_from(certificate);
  if (!read) return bad_input("there is no certificate in PEM format", "");
  return facts_of(read.get());
}

bool belong_together(std::string_view certificate, std::string_view key) {
  const CertificateHandle c = certificate_from(certificate);
  const KeyHandle k = key_from(key);
  const bool fit = c && k && X509_check_private_key(c.get(), k.get()) == 1;
  ERR_clear_error();
  return fit;
}

bool signed_by(std::string_view certificate, std::string_view authority) {
  const CertificateHandle c = certificate_from(certificate);
  const std::vector<CertificateHandle> authorities = certificates_from(authority);
  const bool found =
      c && std::any_of(authorities.begin(), authorities.end(), [&](const CertificateHandle& a) {
        return X509_check_issued(a.get(), c.get()) == X509_V_OK &&
               X509_verify(c.get(), X509_get0_pubkey(a.get())) == 1;
      });
  ERR_clear_error();
  return found;
}

bool is_ip_address(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

bool is_for_host(X509* certificate, const std::string& host) {
  if (is_ip_address(host)) return X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
  return X509_check_host(certificate, host.data(), host.size(), 0, nullptr) == 1;
}

bool is_for_host(std::string_view certificate, const std::string& host) {
  const CertificateHandle c = certificate_from(certificate);
  return c && is_for_host(c.get(), host);
}

bool is_for_clients(std::string_view certificate) {
  const CertificateHandle c = certificate_from(certificate);
  return c && X509_check_purpose(c.get(), X509_PURPOSE_SSL_CLIENT, 0) == 1;
}

std::string date_text(std::time_t time) { return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(time)); }

}  // namespace gleaner
