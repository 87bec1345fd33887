// What gRPC carries at most: streams of our own shape, on which messages are only counted.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/net_hall.h"
#include "net/client_stream.h"
#include "net/connection_settings.h"
#include "net/server_stream.h"

namespace gleaner::bench {

/// One server and a connection for each of so many senders, in plain text, with the settings of a link for
/// vectors.
class BareGrpc {
 public:
  explicit BareGrpc(std::size_t connections) : service_(came_) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterCallbackGenericService(&service_);
    builder.SetMaxReceiveMessageSize(-1);
    connection_settings([&](const char* name, int value) { builder.AddChannelArgument(name, value); });
    server_ = builder.BuildAndStart();
    for (std::size_t k = 0; k < connections; ++k) {
      grpc::ChannelArguments arguments;
      arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
      connection_settings([&](const char* name, int value) { arguments.SetInt(name, value); });
      streams_.push_back(std::make_unique<Sender>(grpc::CreateCustomChannel(
          "127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), arguments)));
      streams_.back()->start("/bare");
    }
  }
  ~BareGrpc() {
    streams_.clear();
    server_->Shutdown();
  }
  BareGrpc(const BareGrpc&) = delete;
  BareGrpc& operator=(const BareGrpc&) = delete;

  /// On every connection so many messages, each of the same memory.
  void send(std::size_t messages, std::size_t bytes) {
    came_.expect(messages * streams_.size());
    std::vector<std::jthread> threads;
    for (const auto& stream : streams_) {
      threads.emplace_back([&stream, messages, bytes] {
        const grpc::Slice block(std::string(bytes, 'x'));
        for (std::size_t k = 0; k < messages; ++k) {
          if (!stream->send_waiting(grpc::ByteBuffer(&block, 1), 2))
            throw std::runtime_error("a stream broke");
        }
      });
    }
    came_.wait();
  }

 private:
  class Receiver final : public ServerStream {
   public:
    explicit Receiver(Tally& came) : came_(came) { begin(); }

   private:
    bool on_frame(const grpc::ByteBuffer&) override {
      came_.one();
      return true;
    }
    void on_end(bool) override {}
    Tally& came_;
  };
  class Service final : public grpc::CallbackGenericService {
   public:
    explicit Service(Tally& came) : came_(came) {}

   private:
    grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
      return new Receiver(came_);
    }
    Tally& came_;
  };
  class Sender final : public ClientStream {
   public:
    using ClientStream::ClientStream;
    ~Sender() override { stop(std::chrono::seconds(2)); }

   private:
    bool on_frame(const grpc::ByteBuffer&) override { return true; }
    void on_end(const grpc::Status&) override {}
  };

  Tally came_;
  Service service_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::unique_ptr<Sender>> streams_;
};

}  // namespace gleaner::bench
