// A client's end of one stream of byte buffers.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>

#include "net/outbox.h"

namespace gleaner {

/// Thread safe. The virtual functions are called from gRPC's threads, one at a time. A derived class calls
/// stop() in its destructor, before its members go.
class ClientStream : private grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit ClientStream(std::shared_ptr<grpc::Channel> channel);
  ~ClientStream() override = default;
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;

  /// REQUIRES: called once.
  void start(const std::string& method);
  /// False if the stream has ended.
  bool send(grpc::ByteBuffer buffer);
  /// The same, but waits while `most` buffers or more are on their way. False also when hurry() was called.
  bool send_waiting(grpc::ByteBuffer buffer, std::size_t most);
  /// Ends all waiting in send_waiting(), now and later.
  void hurry();
  /// Tells the other end that nothing follows, when all that was sent has left.
  void close();
  /// close(), then waits for the other end to finish; breaks off after `patience`. Afterwards nothing is
  /// called any more.
  void stop(std::chrono::milliseconds patience);
  /// Breaks off at once; on_end() follows.
  void cancel() { context_.TryCancel(); }

  /// How it ended; nothing before.
  [[nodiscard]] std::optional<grpc::Status> ending() const;

 protected:
  /// False: the stream is broken off.
  virtual bool on_frame(const grpc::ByteBuffer& frame) = 0;
  virtual void on_end(const grpc::Status& status) = 0;

 private:
  void OnReadDone(bool ok) final;
  void OnWriteDone(bool ok) final;
  void OnDone(const grpc::Status& status) final;
  void close_if_idle();

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Outbox<grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>> out_;
  grpc::ByteBuffer in_;
  bool started_ = false;
  bool open_ = false;     // the other end has not finished
  bool closing_ = false;  // nothing is to follow
  bool closed_ = false;   // and that was said
  bool hurry_ = false;
  std::optional<grpc::Status> ending_;
};

}  // namespace gleaner
