// The conformance suite on links between processes, here of one process with itself.
#include <fmt/format.h>
#include <grpcpp/security/server_credentials.h>

#include "net/server_endpoint.h"
#include "net/worker_link.h"
#include "support/transport_conformance.h"

namespace gleaner::test {
namespace {

constexpr std::size_t kCredits = 3;

/// Passes on what the suite looks at.
class ServerEar final : public RemoteSink {
 public:
  explicit ServerEar(ServerSink& sink) : sink_(sink) {}
  void on_message(Peer peer, WorkerMessage m) override { sink_.on_message(peer, std::move(m)); }
  void on_segment(VectorSegment s) override { sink_.on_segment(std::move(s)); }
  void on_lost(Peer peer) override { sink_.on_lost(peer); }
  void on_placed(Arrival) override {}
  void on_waiting(std::size_t) override {}

 private:
  ServerSink& sink_;
};

class WorkerEar final : public RemoteWorkerSink {
 public:
  explicit WorkerEar(WorkerSink& sink) : sink_(sink) {}
  void on_parameters(Stamp stamp, SharedVector p) override { sink_.on_parameters(stamp, std::move(p)); }
  void on_message(ServerMessage m) override { sink_.on_message(std::move(m)); }
  void on_heartbeat() override {}
  void on_ended(LinkEnd) override {}

 private:
  WorkerSink& sink_;
};

class GrpcServer final : public ServerTransport {
 public:
  explicit GrpcServer(ServerSink& sink) : ear_(sink) {
    EndpointOptions options;
    options.listen = "127.0.0.1:0";
    options.credentials = grpc::InsecureServerCredentials();
    options.workers = 8;
    options.term = Term(1);
    options.limits = {8, 64};
    options.credits = kCredits;
    endpoint_ = ServerEndpoint::open(std::move(options), ear_).value();
  }
  void send(Peer peer, ServerMessage m) override { endpoint_->send(peer, std::move(m)); }
  void send_parameters(Peer peer, Stamp stamp, SharedVector p) override {
    endpoint_->send_parameters(peer, stamp, std::move(p));
  }
  [[nodiscard]] std::string address() const { return fmt::format("127.0.0.1:{}", endpoint_->port()); }

 private:
  ServerEar ear_;
  std::unique_ptr<ServerEndpoint> endpoint_;
};

class GrpcWorker final : public WorkerTransport {
 public:
  GrpcWorker(const std::string& server, Peer peer, WorkerSink& sink) : ear_(sink) {
    JoinOptions options;
    options.server = server;
    options.credentials = grpc::InsecureChannelCredentials();
    options.slot = peer.worker;
    auto joined = JoinedLink::join(
        options, [] { return true; }, [](const std::string&) {});
    link_ = std::move(std::get<std::unique_ptr<JoinedLink>>(joined));
    EXPECT_EQ(link_->placed().peer, peer);
    link_->start(ear_, {8, 64}, 1 << 20);
  }
  void send(WorkerMessage m) override { link_->send(std::move(m)); }
  bool send_segment(VectorSegment s) override { return link_->send_segment(std::move(s)); }

 private:
  WorkerEar ear_;
  std::unique_ptr<JoinedLink> link_;
};

Network over_grpc(ServerSink& sink) {
  auto server = std::make_unique<GrpcServer>(sink);
  const std::string address = server->address();
  return {std::move(server),
          [address](Peer p, WorkerSink& s) { return std::make_unique<GrpcWorker>(address, p, s); }, kCredits};
}

INSTANTIATE_TEST_SUITE_P(Grpc, TransportConformance, testing::Values(&over_grpc));

}  // namespace
}  // namespace gleaner::test
