// From --tls and --insecure to credentials, for both ends.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include "app/options.h"
#include "base/result.h"
#include "net/endpoint_rules.h"

namespace gleaner {

/// An address and how connections to it are protected.
struct SecuredEndpoint {
  Endpoint endpoint;
  Security security;

  /// "mutual TLS" or "plaintext".
  [[nodiscard]] std::string protection() const { return security.tls ? "mutual TLS 1.3" : "plaintext"; }
};
/// The warning is for the caller to say. Errors name the flag.
[[nodiscard]] Result<SecuredEndpoint> secure(std::string_view flag, const std::string& address,
                                             const SecurityOptions& options);

[[nodiscard]] Result<std::shared_ptr<grpc::ServerCredentials>> server_side(const SecuredEndpoint& endpoint);
[[nodiscard]] Result<std::shared_ptr<grpc::ChannelCredentials>> client_side(const SecuredEndpoint& endpoint);

}  // namespace gleaner
