// The writing half of a gRPC stream: one write at a time, the rest waits in order.
#pragma once

#include <deque>
#include <utility>

#include <grpcpp/impl/codegen/call_op_set.h>
#include <grpcpp/support/byte_buffer.h>

namespace gleaner {

/// Used under the owner's lock. `Reactor` is a ServerBidiReactor or ClientBidiReactor of byte buffers.
template <class Reactor>
class Outbox {
 public:
  explicit Outbox(Reactor& reactor) : reactor_(reactor) {}

  void push(grpc::ByteBuffer buffer) {
    if (closed_) return;
    waiting_.push_back(std::move(buffer));
    if (waiting_.size() == 1) write();
  }
  /// From OnWriteDone. False: the stream is broken, or nothing is left.
  void written(bool ok) {
    waiting_.pop_front();
    if (!ok) {
      closed_ = true;
      waiting_.clear();
    }
    if (!waiting_.empty()) write();
  }
  void close() { closed_ = true; }
  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

 private:
  // What others follow at once may wait for them, so that small frames leave together.
  void write() {
    grpc::WriteOptions options;
    if (waiting_.size() > 1) options.set_buffer_hint();
    reactor_.StartWrite(&waiting_.front(), options);
  }

  Reactor& reactor_;
  std::deque<grpc::ByteBuffer> waiting_;  // the first is being written
  bool closed_ = false;
};

}  // namespace gleaner
