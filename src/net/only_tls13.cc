#include "net/only_tls13.h"

#include "net/openssl_handles.h"

namespace gleaner {
namespace {

// gRPC sets a minimal version of its own on every context, 1.2; the protocols that are switched off stay off.
constexpr const char* kSettings = R"(gleaner = gleaner_modules
[gleaner_modules]
ssl_conf = gleaner_tls
[gleaner_tls]
system_default = gleaner_system_default
[gleaner_system_default]
Protocol = -ALL,TLSv1.3
MinProtocol = TLSv1.3
)";

bool load_settings() {
  // The file of the system first: read later, it would undo what is set here.
  if (OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, nullptr) != 1) return false;
  const BioHandle text(BIO_new_mem_buf(kSettings, -1));
  const ConfHandle settings(NCONF_new(nullptr));
  long line = 0;
  if (!text || !settings || NCONF_load_bio(settings.get(), text.get(), &line) != 1) return false;
  if (CONF_modules_load(settings.get(), "gleaner", 0) != 1) return false;
  const TlsContextHandle sample(SSL_CTX_new(TLS_method()));
  return sample && (SSL_CTX_get_options(sample.get()) & SSL_OP_NO_TLSv1_2) != 0;
}

}  // namespace

bool allow_only_tls13() {
  static const bool loaded = load_settings();
  return loaded;
}

}  // namespace gleaner
