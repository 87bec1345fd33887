#include "net/server_stream.h"

#include <utility>

namespace gleaner {

void ServerStream::send(grpc::ByteBuffer buffer) {
  const std::scoped_lock lock(mutex_);
  if (!finishing_) out_.push(std::move(buffer));
}

void ServerStream::finish(grpc::Status status) {
  const std::scoped_lock lock(mutex_);
  if (std::exchange(finishing_, true)) return;
  status_ = std::move(status);
  if (!out_.empty()) return;  // after the last write
  finished_ = true;
  Finish(status_);
}

void ServerStream::read_on() {
  const std::scoped_lock lock(mutex_);
  if (!finished_ && !ended_) StartRead(&in_);
}

void ServerStream::OnReadDone(bool ok) {
  if (!ok) return end(false);
  if (on_frame(in_)) read_on();
}

void ServerStream::OnWriteDone(bool ok) {
  std::size_t waiting = 0;
  {
    const std::scoped_lock lock(mutex_);
    out_.written(ok);
    waiting = out_.size();
    if (finishing_) {
      if (waiting == 0 && !std::exchange(finished_, true)) Finish(status_);
      return;
    }
  }
  if (ok) on_written(waiting);
}

void ServerStream::end(bool broken) {
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(ended_, true)) return;
  }
  on_end(broken);
  finish(grpc::Status::OK);
}

}  // namespace gleaner
