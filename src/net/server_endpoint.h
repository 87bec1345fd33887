// The server's end of a cluster: one port, at which workers, and people who ask or steer, come in.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <grpcpp/security/auth_context.h>
#include <grpcpp/security/server_credentials.h>

#include "base/result.h"
#include "net/places.h"
#include "transport/remote.h"
#include "wire/codec.h"
#include "wire/data_parts.h"

namespace gleaner {

struct EndpointOptions {
  std::string listen;  ///< HOST:PORT; port 0: one that is free
  std::shared_ptr<grpc::ServerCredentials> credentials;
  /// What a certificate allows; unset: everything.
  std::function<Right(const grpc::AuthContext&)> right{};
  std::function<bool(const grpc::AuthContext&)> may_steer{};  ///< stop the run; unset: everybody

  std::size_t workers = 0;
  Term term;
  std::vector<Incarnation> lives{};  ///< latest of each worker; empty: none yet
  WireLimits limits;
  /// By worker: those that share a chunk with it, itself included, ascending. Empty: everybody.
  std::vector<std::vector<WorkerId>> neighbours{};
  Duration heartbeat = std::chrono::milliseconds(100);
  std::size_t credits = 4;               ///< segments of one worker that may wait here
  std::size_t segment_floats = 1 << 18;  ///< of parameters on their way down

  std::string setup;  ///< encode(RunSetup)
  std::function<Result<DataPart>(const DataRequest&)>
      part{};                                       ///< of the bytes of a chunk; errors: no such byte
  std::function<bool(WorkerId, ChunkId)> holds{};   ///< who may have them
  std::function<std::string()> status{};            ///< JSON, for whoever asks
  std::function<void()> stop{};                     ///< somebody asks for the end of the run
  std::function<void(const std::string&)> say{};    ///< one line, for people
  Duration knock_limit = std::chrono::seconds(10);  ///< to say who one is
};

class ServerEndpoint final : public RemoteTransport {
 public:
  /// Listens. Errors: the address cannot be had. The sink must outlive the endpoint; what options' functions
  /// refer to, too. The functions are called from any thread.
  [[nodiscard]] static Result<std::unique_ptr<ServerEndpoint>> open(EndpointOptions options,
                                                                    RemoteSink& sink);
  ~ServerEndpoint() override;
  ServerEndpoint(const ServerEndpoint&) = delete;
  ServerEndpoint& operator=(const ServerEndpoint&) = delete;

  [[nodiscard]] int port() const;

  void send(Peer peer, ServerMessage message) override;
  void send_parameters(Peer peer, Stamp stamp, SharedVector parameters) override;
  void drop(Peer peer, const std::string& why) override;
  void fill_places() override;

  /// Tells everybody that the run is over, and closes; waits a little for them to hear it. Nothing is sent
  /// or heard any more.
  void goodbye(const Goodbye& goodbye);

  class Core;  // server_core.h

 private:
  explicit ServerEndpoint(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace gleaner
