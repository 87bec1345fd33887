// The server's end of one stream of byte buffers.
#pragma once

#include <atomic>
#include <mutex>

#include <grpcpp/generic/async_generic_service.h>

#include "net/outbox.h"

namespace gleaner {

/// Belongs to gRPC, which deletes it by on_done(). send(), read_on() and finish() are for any thread; the
/// virtual functions are called one at a time, but for on_written(), which may come beside them.
class ServerStream : public grpc::ServerGenericBidiReactor {
 public:
  ServerStream() : out_(*this) {}

  /// Queued behind what was sent before; nothing is sent any more after finish().
  void send(grpc::ByteBuffer buffer);
  /// Ends the stream when what was sent has left.
  void finish(grpc::Status status);
  /// The next frame may come. REQUIRES: on_frame() returned false for the one before.
  void read_on();

 protected:
  /// The first frame may come. REQUIRES: called once, before any other.
  void begin() { read_on(); }
  /// True: the next may come at once; false: read_on() follows.
  virtual bool on_frame(const grpc::ByteBuffer& frame) = 0;
  /// No frame follows: the other end is done, or (`broken`) certainly gone. Once.
  virtual void on_end(bool broken) = 0;
  /// Something that was sent has left; so many buffers wait behind it.
  virtual void on_written(std::size_t /*waiting*/) {}
  /// It ended otherwise than both ends wanted. REQUIRES: within on_done().
  [[nodiscard]] bool was_cut() const { return cut_; }
  /// Nothing follows at all; `this` may be deleted.
  virtual void on_done() { delete this; }

 private:
  void OnReadDone(bool ok) final;
  void OnWriteDone(bool ok) final;
  void OnCancel() final {
    cut_ = true;
    end(true);
  }
  void OnDone() final { on_done(); }
  void end(bool broken);

  std::mutex mutex_;
  Outbox<grpc::ServerGenericBidiReactor> out_;
  grpc::ByteBuffer in_;
  grpc::Status status_;
  bool ended_ = false;
  std::atomic<bool> cut_ = false;
  bool finishing_ = false;
  bool finished_ = false;
};

}  // namespace gleaner
