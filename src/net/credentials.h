// Mutual TLS 1.3 for gRPC: both ends show a certificate, and both are verified in the handshake.
#pragma once

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "net/tls_files.h"

namespace gleaner {

/// Certificates and keys are read anew within this time after they changed; connections that exist live on.
inline constexpr unsigned kRereadSeconds = 1;

/// Nobody gets in who has no certificate of an authority in files.ca that is made for clients. Who it is says
/// identity_of (net/identity.h). Null if OpenSSL cannot be held to TLS 1.3.
[[nodiscard]] std::shared_ptr<grpc::ServerCredentials> server_credentials(const TlsFiles& files);

/// Connects only to a server with a certificate of an authority in files.ca that is made for servers, and for
/// the name or address that is connected to. Null as above.
[[nodiscard]] std::shared_ptr<grpc::ChannelCredentials> channel_credentials(const TlsFiles& files);

}  // namespace gleaner
