// Objects of OpenSSL with owners, and its errors as words. Only the .cc files of this room include it.
#pragma once

#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace gleaner {

template <auto free_it>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    free_it(object);
  }
};

using BioHandle = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using ConfHandle = std::unique_ptr<CONF, Freer<NCONF_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using CertificateHandle = std::unique_ptr<X509, Freer<X509_free>>;
using StoreHandle = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;
using StoreContextHandle = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;
using TlsContextHandle = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using TlsHandle = std::unique_ptr<SSL, Freer<SSL_free>>;

}  // namespace gleaner
