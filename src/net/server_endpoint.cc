#include "net/server_endpoint.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <grpcpp/server_builder.h>

#include "net/buffers.h"
#include "net/connection_settings.h"
#include "net/server_core.h"

namespace gleaner {
namespace {

constexpr int kMessageBytesMax = 16 << 20;  // of anything that a worker may send
constexpr int kHandshakeMillisecondsMax = 10'000;
constexpr int kKeepaliveMilliseconds = 20'000;
constexpr int kIdleMilliseconds = 30'000;  // that a connection may have no call at all
constexpr std::chrono::seconds kSpareIsGoneAfter{15};

}  // namespace

Status ServerEndpoint::Core::listen() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(options_.listen, options_.credentials, &port_);
  builder.RegisterCallbackGenericService(this);
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  builder.SetMaxSendMessageSize(-1);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMillisecondsMax);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // two servers on one port would share the workers
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 16);
  connection_settings([&](const char* name, int value) { builder.AddChannelArgument(name, value); });
  server_ = builder.BuildAndStart();
  if (!server_ || port_ == 0) {
    return bad_input(fmt::format("--listen {} cannot be had", options_.listen),
                     "is another program listening there, and is the address one of this machine's?");
  }
  watch_ = std::thread([this] { watch_knocks(); });
  return {};
}

// Whoever does not say who it is in time is shown out.
void ServerEndpoint::Core::watch_knocks() {
  std::unique_lock lock(mutex_);
  while (!over_) {
    changed_.wait_for(lock, std::min<Duration>(options_.knock_limit / 4, std::chrono::seconds(1)));
    const auto now = std::chrono::steady_clock::now();
    for (auto& [id, link] : links_) {
      // Its connection for vectors is gone, and the other end does not know.
      if (link.peer && link.vectors_ended && now - *link.vectors_ended > options_.knock_limit) {
        release(id, "its connection for vectors is closed");
        if (link.control != nullptr)
          link.control->finish({grpc::StatusCode::ABORTED, "no connection for vectors"});
      }
      // It waits for a place, and gave no sign of life all the time.
      if (link.knocked && !link.peer && link.control != nullptr && now - link.heard > kSpareIsGoneAfter) {
        release(id, "it gives no sign of life");
        link.control->finish({grpc::StatusCode::ABORTED, "no sign of life"});
      }
      if (link.knocked || link.control == nullptr || now - link.since < options_.knock_limit) continue;
      link.knocked = true;
      say(fmt::format("closed a connection from {}: it did not say who it is", link.from));
      link.control->finish({grpc::StatusCode::DEADLINE_EXCEEDED, "no Knock came in time"});
    }
    for (const auto& [stream, since] : strangers_) {
      if (now - since > options_.knock_limit)
        stream->finish(
            {grpc::StatusCode::DEADLINE_EXCEEDED, "it was not said in time whose connection this is"});
    }
  }
}

ServerEndpoint::Core::~Core() {
  goodbye({"interrupted", "the server is gone"});
  if (server_) server_->Wait();
}

Result<std::unique_ptr<ServerEndpoint>> ServerEndpoint::open(EndpointOptions options, RemoteSink& sink) {
  auto core = std::make_unique<Core>(std::move(options), sink);
  if (Status s = core->listen(); !s) return s.error();
  return std::unique_ptr<ServerEndpoint>(new ServerEndpoint(std::move(core)));
}

ServerEndpoint::ServerEndpoint(std::unique_ptr<Core> core) : core_(std::move(core)) {}
ServerEndpoint::~ServerEndpoint() = default;

int ServerEndpoint::port() const { return core_->port(); }
void ServerEndpoint::send(Peer peer, ServerMessage message) { core_->send(peer, std::move(message)); }
void ServerEndpoint::send_parameters(Peer peer, Stamp stamp, SharedVector parameters) {
  core_->send_parameters(peer, stamp, std::move(parameters));
}
void ServerEndpoint::drop(Peer peer, const std::string& why) { core_->drop(peer, why); }
void ServerEndpoint::fill_places() { core_->fill_places(); }
void ServerEndpoint::goodbye(const Goodbye& goodbye) { core_->goodbye(goodbye); }

}  // namespace gleaner
