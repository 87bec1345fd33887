#include "net/client_stream.h"

#include <utility>

namespace gleaner {

ClientStream::ClientStream(std::shared_ptr<grpc::Channel> channel)
    : stub_(std::shared_ptr<grpc::ChannelInterface>(std::move(channel))), out_(*this) {}

void ClientStream::start(const std::string& method) {
  stub_.PrepareBidiStreamingCall(&context_, method, {}, this);
  started_ = open_ = true;
  AddHold();  // until the other end is done: writes come from anywhere
  StartRead(&in_);
  StartCall();
}

bool ClientStream::send(grpc::ByteBuffer buffer) {
  const std::scoped_lock lock(mutex_);
  if (!open_ || closing_) return false;
  out_.push(std::move(buffer));
  return true;
}

bool ClientStream::send_waiting(grpc::ByteBuffer buffer, std::size_t most) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !open_ || closing_ || hurry_ || out_.size() < most; });
  if (!open_ || closing_ || hurry_) return false;
  out_.push(std::move(buffer));
  return true;
}

void ClientStream::hurry() {
  const std::scoped_lock lock(mutex_);
  hurry_ = true;
  changed_.notify_all();
}

void ClientStream::close() {
  const std::scoped_lock lock(mutex_);
  closing_ = true;
  close_if_idle();
  changed_.notify_all();
}

void ClientStream::close_if_idle() {
  if (closing_ && open_ && out_.empty() && !std::exchange(closed_, true)) StartWritesDone();
}

void ClientStream::stop(std::chrono::milliseconds patience) {
  if (!started_) return;
  close();
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, patience, [&] { return ending_.has_value(); })) return;
  lock.unlock();
  context_.TryCancel();
  lock.lock();
  changed_.wait(lock, [&] { return ending_.has_value(); });
}

std::optional<grpc::Status> ClientStream::ending() const {
  const std::scoped_lock lock(mutex_);
  return ending_;
}

void ClientStream::OnReadDone(bool ok) {
  if (ok) {
    if (!on_frame(in_)) context_.TryCancel();
    StartRead(&in_);
    return;
  }
  {
    const std::scoped_lock lock(mutex_);
    open_ = false;
    out_.close();
    changed_.notify_all();
  }
  RemoveHold();
}

void ClientStream::OnWriteDone(bool ok) {
  const std::scoped_lock lock(mutex_);
  out_.written(ok);
  close_if_idle();
  changed_.notify_all();
}

void ClientStream::OnDone(const grpc::Status& status) {
  on_end(status);
  const std::scoped_lock lock(mutex_);
  ending_ = status;
  changed_.notify_all();
}

}  // namespace gleaner
