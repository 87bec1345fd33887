#include "net/tls_probe.h"

#include <openssl/err.h>

#include <array>

#include "net/certificate_reading.h"
#include "net/openssl_handles.h"

namespace gleaner {
namespace {

// What the callbacks of one handshake see and fill.
struct Seen {
  TlsProbe* probe;
  const Endpoint* endpoint;
  bool trust_all;
};

int verify(X509_STORE_CTX* chain, void* argument) {
  const Seen& seen = *static_cast<const Seen*>(argument);
  X509* leaf = X509_STORE_CTX_get0_cert(chain);
  if (leaf != nullptr) seen.probe->server = facts_of(leaf);
  if (seen.trust_all) return 1;
  if (X509_verify_cert(chain) != 1) {
    seen.probe->verdict = X509_STORE_CTX_get_error(chain);
    return 0;
  }
  if (seen.endpoint->unix_socket || is_for_host(leaf, seen.endpoint->host)) return 1;
  X509_STORE_CTX_set_error(chain, X509_V_ERR_HOSTNAME_MISMATCH);
  seen.probe->verdict = X509_V_ERR_HOSTNAME_MISMATCH;
  return 0;
}

int certificate_wanted(SSL* tls, void* argument) {
  TlsProbe& probe = *static_cast<const Seen*>(argument)->probe;
  probe.certificate_wanted = true;
  const STACK_OF(X509_NAME)* names = SSL_get0_peer_CA_list(tls);
  for (int i = 0; i < sk_X509_NAME_num(names); ++i) {
    probe.authorities.push_back(name_of(sk_X509_NAME_value(names, i)));
  }
  return 1;
}

TlsContextHandle context_for(const std::optional<TlsFiles>& files, Seen& seen) {
  TlsContextHandle context(SSL_CTX_new(TLS_client_method()));
  if (!context) return nullptr;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context.get(), verify, &seen);
  SSL_CTX_set_cert_cb(context.get(), certificate_wanted, &seen);
  constexpr std::array<unsigned char, 3> kHttp2{2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context.get(), kHttp2.data(), kHttp2.size());
  if (!files) return context;
  const bool loaded = SSL_CTX_load_verify_locations(context.get(), files->ca.c_str(), nullptr) == 1 &&
                      SSL_CTX_use_certificate_chain_file(context.get(), files->certificate.c_str()) == 1 &&
                      SSL_CTX_use_PrivateKey_file(context.get(), files->key.c_str(), SSL_FILETYPE_PEM) == 1;
  return loaded ? std::move(context) : nullptr;
}

bool flush(SSL* tls, ProbeSocket& socket) {
  std::array<char, 4096> bytes{};
  for (int size = 0; (size = BIO_read(SSL_get_wbio(tls), bytes.data(), bytes.size())) > 0;) {
    if (!socket.send(std::span(bytes).first(static_cast<std::size_t>(size)))) return false;
  }
  return true;
}

TlsProbe::End ended(const ProbeSocket& socket) {
  return socket.late() ? TlsProbe::End::silent : TlsProbe::End::closed;
}

bool is_plaintext(int reason) {
  return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
         reason == SSL_R_PACKET_LENGTH_TOO_LONG || reason == SSL_R_RECORD_LENGTH_MISMATCH ||
         reason == SSL_R_BAD_RECORD_TYPE || reason == SSL_R_UNEXPECTED_MESSAGE;
}

// The handshake failed, or was ended by the other side, at this end's last step.
TlsProbe::End failure(TlsProbe& probe) {
  const unsigned long error = ERR_peek_last_error();
  probe.reason = ERR_GET_REASON(error);
  if (const char* text = ERR_reason_error_string(error)) probe.reason_text = text;
  if (probe.verdict != 0) return TlsProbe::End::distrusted;
  if (is_plaintext(probe.reason)) return TlsProbe::End::plaintext;
  // 1000 + the number of the alert (openssl/sslerr.h).
  return probe.reason >= SSL_AD_REASON_OFFSET ? TlsProbe::End::alert : TlsProbe::End::closed;
}

// The handshake, and then one byte of what the server says: its judgement of us comes after our last message.
TlsProbe::End converse(SSL* tls, ProbeSocket& socket, TlsProbe& probe) {
  std::array<char, 4096> bytes{};
  while (true) {
    ERR_clear_error();
    const bool reading = probe.handshake_done;
    const int result = reading ? SSL_read(tls, bytes.data(), 1) : SSL_do_handshake(tls);
    const int problem = SSL_get_error(tls, result);
    probe.handshake_done = SSL_is_init_finished(tls) != 0;
    if (result > 0 && reading) return TlsProbe::End::works;
    if (result <= 0 && problem != SSL_ERROR_WANT_READ) {
      const TlsProbe::End end = failure(probe);
      (void)flush(tls, socket);  // an alert for the other side
      return end;
    }
    if (!flush(tls, socket)) return ended(socket);
    if (result > 0) continue;
    const std::ptrdiff_t got = socket.receive(bytes);
    if (got <= 0) return ended(socket);
    BIO_write(SSL_get_rbio(tls), bytes.data(), static_cast<int>(got));
  }
}

}  // namespace

TlsProbe probe_tls(ProbeSocket& socket, const Endpoint& endpoint, const std::optional<TlsFiles>& files) {
  TlsProbe probe;
  Seen seen{.probe = &probe, .endpoint = &endpoint, .trust_all = !files};
  ERR_clear_error();
  const TlsContextHandle context = context_for(files, seen);
  const TlsHandle tls(context ? SSL_new(context.get()) : nullptr);
  if (!tls) {
    failure(probe);
    probe.end = TlsProbe::End::unusable;
    return probe;
  }
  SSL_set_bio(tls.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));  // never write to the socket: SIGPIPE
  SSL_set_connect_state(tls.get());
  if (!endpoint.unix_socket && !is_ip_address(endpoint.host)) {
    SSL_set_tlsext_host_name(tls.get(), endpoint.host.c_str());
  }
  probe.end = converse(tls.get(), socket, probe);
  ERR_clear_error();
  return probe;
}

}  // namespace gleaner
