// Certificates in a folder of their own, a gRPC server that says who it takes a caller for, and callers.
#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <ctime>
#include <string>

#include "net/certificate.h"
#include "net/certificate_files.h"
#include "net/certificates.h"
#include "net/credentials.h"
#include "net/endpoint_rules.h"
#include "net/identity.h"
#include "support/output_folder.h"

namespace gleaner::test {

/// What `gleaner certs` makes: 4 workers and a spare.
class TlsFolder {
 public:
  explicit TlsFolder(std::vector<std::string> server = {}) {
    const auto made = make_certificates({.folder = folder_.path(),
                                         .workers = 4,
                                         .spares = 1,
                                         .server = std::move(server),
                                         .now = std::time(nullptr)});
    GLEANER_CHECK(made.ok(), "certificates for a test");
  }
  [[nodiscard]] std::filesystem::path of(const std::string& identity) const {
    return folder_.path() / identity;
  }
  [[nodiscard]] TlsFiles files(const std::string& identity) const {
    return tls_files_in(of(identity)).value();
  }
  [[nodiscard]] KeyPair authority() const {
    return {read_pem(of("ca.pem")).value(), read_pem(of("ca.key")).value()};
  }
  /// Writes another certificate and its key over those of `identity`; nothing is checked.
  TlsFiles replace(const std::string& identity, const CertificateSpec& spec, const KeyPair& signer) const {
    const KeyPair pair = issue(spec, signer).value();
    GLEANER_CHECK(write_pem(of(identity) / "key.pem", pair.key, Readers::owner).ok(), "key.pem");
    GLEANER_CHECK(write_pem(of(identity) / "cert.pem", pair.certificate, Readers::everybody).ok(),
                  "cert.pem");
    return {.ca = (of(identity) / "ca.pem").string(),
            .certificate = (of(identity) / "cert.pem").string(),
            .key = (of(identity) / "key.pem").string()};
  }

 private:
  OutputFolder folder_;
};

/// A certificate that is valid from an hour ago until in `hours`.
inline CertificateSpec valid(CertificateSpec::Use use, std::string name, int hours,
                             std::vector<std::string> hosts = {}) {
  const std::time_t now = std::time(nullptr);
  return {.use = use,
          .name = std::move(name),
          .hosts = std::move(hosts),
          .from = now - 3600 * 24,
          .until = now + std::time_t{3600} * hours};
}

inline grpc::ByteBuffer as_buffer(const std::string& text) {
  const grpc::Slice slice(text);
  return {&slice, 1};
}
inline std::string as_text(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  return buffer.DumpToSingleSlice(&slice).ok() ? std::string(slice.begin(), slice.end()) : "";
}

/// Answers every call with the identity of the caller: "1 worker-3".
class WhoServer final : public grpc::CallbackGenericService {
 public:
  explicit WhoServer(const std::shared_ptr<grpc::ServerCredentials>& credentials,
                     const std::string& host = "127.0.0.1") {
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(this);
    builder.AddListeningPort(host + ":0", credentials, &port_);
    server_ = builder.BuildAndStart();
    GLEANER_CHECK(server_ != nullptr && port_ > 0, "a server for a test");
  }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] Endpoint at(std::string host = "127.0.0.1") const {
    return {.host = std::move(host), .port = static_cast<std::uint16_t>(port_), .unix_socket = false};
  }

 private:
  struct Answer final : grpc::ServerGenericBidiReactor {
    explicit Answer(const Identity& who)
        : answer(as_buffer(std::to_string(static_cast<int>(who.kind)) + " " + who.name)) {
      StartRead(&question);
    }
    void OnReadDone(bool) override { StartWriteAndFinish(&answer, grpc::WriteOptions(), grpc::Status::OK); }
    void OnDone() override { delete this; }
    grpc::ByteBuffer question;
    grpc::ByteBuffer answer;
  };
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    return new Answer(identity_of(*context->auth_context()));
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

/// One connection to a WhoServer.
class Caller {
 public:
  Caller(const Endpoint& at, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
    channel_ = grpc::CreateCustomChannel(at.text(), credentials, arguments);
  }
  /// The answer, or "" if there was none.
  std::string ask() {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
    grpc::CompletionQueue queue;
    const auto call = stub.PrepareUnaryCall(&context, "/gleaner.test/Who", as_buffer("who am I?"), &queue);
    grpc::ByteBuffer answer;
    grpc::Status status;
    call->StartCall();
    call->Finish(&answer, &status, this);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    server_certificate_.clear();
    if (!status.ok()) return "";
    for (const grpc::string_ref& pem : context.auth_context()->FindPropertyValues("x509_pem_cert")) {
      server_certificate_.assign(pem.data(), pem.size());
    }
    return as_text(answer);
  }
  /// That the last call saw.
  [[nodiscard]] const std::string& server_certificate() const { return server_certificate_; }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::string server_certificate_;
};

}  // namespace gleaner::test
