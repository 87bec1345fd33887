#include "net/certificate.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>

#include "net/certificate_reading.h"

namespace gleaner {
namespace {

Error refused(std::string_view step) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  return run_failed(fmt::format("OpenSSL cannot {}: {}", step, reason.data()),
                    "check the installation of OpenSSL");
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x3fU) | 0x40U);  // positive, and of one length
  const std::unique_ptr<BIGNUM, Freer<BN_free>> number(
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_name(X509* certificate, const std::string& name) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(name.data()),
                                    static_cast<int>(name.size()), -1, 0) == 1;
}

bool add_extension(X509* certificate, X509* signer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, signer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

std::string alternative_names(const CertificateSpec& spec) {
  std::string names = "DNS:" + spec.name;
  for (const std::string& host : spec.hosts) {
    names += fmt::format(",{}:{}", is_ip_address(host) ? "IP" : "DNS", host);
  }
  return names;
}

bool add_extensions(X509* certificate, X509* signer, const CertificateSpec& spec) {
  const bool authority = spec.use == CertificateSpec::Use::authority;
  const auto add = [&](int kind, const std::string& value) {
    return add_extension(certificate, signer, kind, value);
  };
  if (!add(NID_basic_constraints, authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE"))
    return false;
  if (!add(NID_key_usage, authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature"))
    return false;
  if (!add(NID_subject_key_identifier, "hash")) return false;
  if (authority) return true;
  const bool server = spec.use == CertificateSpec::Use::server;
  return add(NID_authority_key_identifier, "keyid:always") &&
         add(NID_ext_key_usage, server ? "serverAuth" : "clientAuth") &&
         add(NID_subject_alt_name, alternative_names(spec));
}

template <class Write>
std::string as_pem(Write write) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  if (!bio || write(bio.get()) != 1) return "";
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

Result<KeyPair> issue(const CertificateSpec& spec, const KeyPair& authority) {
  const bool own = authority.certificate.empty();
  if (!own && !belong_together(authority.certificate, authority.key)) {
    return bad_input("the key of the certificate authority does not belong to its certificate",
                     "use the two files that were made together");
  }
  const KeyHandle key(EVP_EC_gen("P-256"));
  if (!key) return refused("make a key");
  const KeyHandle signing_key = own ? nullptr : key_from(authority.key);
  const CertificateHandle signing = own ? nullptr : certificate_from(authority.certificate);
  const CertificateHandle made(X509_new());
  X509* signer = own ? made.get() : signing.get();
  const bool filled = made && X509_set_version(made.get(), X509_VERSION_3) == 1 && set_serial(made.get()) &&
                      ASN1_TIME_set(X509_getm_notBefore(made.get()), spec.from) != nullptr &&
                      ASN1_TIME_set(X509_getm_notAfter(made.get()), spec.until) != nullptr &&
                      X509_set_pubkey(made.get(), key.get()) == 1 && set_name(made.get(), spec.name) &&
                      X509_set_issuer_name(made.get(), X509_get_subject_name(signer)) == 1 &&
                      add_extensions(made.get(), signer, spec);
  if (!filled) return refused(fmt::format("make a certificate for {}", spec.name));
  if (X509_sign(made.get(), own ? key.get() : signing_key.get(), EVP_sha256()) == 0) {
    return refused(fmt::format("sign the certificate of {}", spec.name));
  }
  KeyPair pair;
  pair.certificate = as_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, made.get()); });
  pair.key = as_pem([&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  if (pair.certificate.empty() || pair.key.empty()) return refused("write a certificate");
  return pair;
}

}  // namespace gleaner
