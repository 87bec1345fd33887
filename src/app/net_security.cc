#include "app/net_security.h"

#include <fmt/format.h>

#include "net/credentials.h"

namespace gleaner {

Result<SecuredEndpoint> secure(std::string_view flag, const std::string& address,
                               const SecurityOptions& options) {
  Result<Endpoint> endpoint = parse_endpoint(flag, address);
  if (!endpoint) return endpoint.error();
  Result<Security> security = choose_security(endpoint.value(), options.tls, options.insecure);
  if (!security) return security.error();
  return SecuredEndpoint{endpoint.value(), security.value()};
}

namespace {

Error no_tls() {
  return run_failed("OpenSSL of this machine cannot be held to TLS 1.3",
                    "install Debian's libssl3 and try again");
}

}  // namespace

Result<std::shared_ptr<grpc::ServerCredentials>> server_side(const SecuredEndpoint& e) {
  auto credentials = e.security.tls ? server_credentials(*e.security.tls) : grpc::InsecureServerCredentials();
  if (!credentials) return no_tls();
  return credentials;
}

Result<std::shared_ptr<grpc::ChannelCredentials>> client_side(const SecuredEndpoint& e) {
  auto credentials =
      e.security.tls ? channel_credentials(*e.security.tls) : grpc::InsecureChannelCredentials();
  if (!credentials) return no_tls();
  return credentials;
}

}  // namespace gleaner
