// The streams of a worker's link, and what they hear.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "net/buffers.h"
#include "net/client_stream.h"
#include "net/parameter_gate.h"
#include "transport/remote.h"
#include "wire/codec.h"

namespace gleaner {

/// How long a stream that is closed waits for the other end to close it, too.
inline constexpr std::chrono::seconds kStreamFarewell{2};
/// Before the run is known.
inline constexpr WireLimits kFirstLimits{std::size_t{1} << 20, std::size_t{1} << 20};

[[nodiscard]] inline std::string ending_text(const grpc::Status& status) {
  return status.error_message().empty() ? "the connection was closed" : status.error_message();
}

/// What is shared by the streams of a link: what it has heard, and who hears it.
struct LinkHearing {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Placed> placed;
  std::optional<TurnedAway> turned_away;
  std::optional<Waiting> waiting;
  std::optional<Goodbye> goodbye;
  std::optional<std::string> broken;
  std::chrono::steady_clock::time_point heard{};  // the last frame
  bool told = false;                              // the sink has been told the end
  WireLimits limits = kFirstLimits;
  RemoteWorkerSink* sink = nullptr;
  std::optional<ParameterGate> gate;

  /// REQUIRES: the mutex is held.
  void tell_end() {
    if (sink == nullptr || (!goodbye && !broken) || std::exchange(told, true)) return;
    sink->on_ended(goodbye ? LinkEnd{true, goodbye->status, goodbye->reason} : LinkEnd{false, "", *broken});
  }
  void breaks(const std::string& why) {
    const std::scoped_lock lock(mutex);
    if (!broken) broken = why;
    tell_end();
    changed.notify_all();
  }
};

/// Frames. Answers to a knock are kept, messages go through the gate.
class ControlStream final : public ClientStream {
 public:
  ControlStream(std::shared_ptr<grpc::Channel> channel, std::shared_ptr<LinkHearing> hearing)
      : ClientStream(std::move(channel)), hearing_(std::move(hearing)) {}
  ~ControlStream() override { stop(kStreamFarewell); }

 private:
  bool on_frame(const grpc::ByteBuffer& buffer) override {
    LinkHearing& h = *hearing_;
    const std::scoped_lock lock(h.mutex);
    Result<ServerFrame> frame = decode_server_frame(to_bytes(buffer), h.limits);
    if (!frame) {
      h.broken = "the server sent what cannot be read: " + frame.error().sentence();
      return false;
    }
    h.heard = std::chrono::steady_clock::now();
    std::visit([&](auto& f) { hear(h, std::move(f)); }, frame.value());
    h.changed.notify_all();
    return true;
  }
  void on_end(const grpc::Status& status) override { hearing_->breaks(ending_text(status)); }

  static void hear(LinkHearing& h, Placed f) { h.placed = std::move(f); }
  static void hear(LinkHearing& h, TurnedAway f) { h.turned_away = std::move(f); }
  static void hear(LinkHearing& h, Waiting f) { h.waiting = std::move(f); }
  static void hear(LinkHearing& h, Goodbye f) {
    h.goodbye = std::move(f);
    h.tell_end();
  }
  static void hear(LinkHearing& h, Heartbeat) {
    if (h.sink != nullptr) h.sink->on_heartbeat();
  }
  static void hear(LinkHearing& h, ServerMessage f) {
    if (h.gate && !h.told) h.gate->message(std::move(f));
  }

  std::shared_ptr<LinkHearing> hearing_;
};

/// Parameters down, segments up.
class VectorsStream final : public ClientStream {
 public:
  VectorsStream(std::shared_ptr<grpc::Channel> channel, std::shared_ptr<LinkHearing> hearing)
      : ClientStream(std::move(channel)), hearing_(std::move(hearing)) {}
  ~VectorsStream() override { stop(kStreamFarewell); }

 private:
  bool on_frame(const grpc::ByteBuffer& buffer) override {
    const Result<SegmentReader> segment = SegmentReader::open(buffer);
    Status status = segment ? Status() : segment.error();
    if (segment) {
      const std::scoped_lock lock(hearing_->mutex);
      if (hearing_->told) return true;
      status = hearing_->gate->segment(segment.value().header(), [&](std::vector<float>& parameters) {
        return segment.value().append_to(parameters);
      });
    }
    if (!status) hearing_->breaks(status.error().sentence());
    return status.ok();
  }
  // Closed in good order, it says nothing: why the server closes comes by the other connection, maybe later.
  void on_end(const grpc::Status& status) override {
    if (!status.ok()) hearing_->breaks("the connection for vectors broke: " + ending_text(status));
  }

  std::shared_ptr<LinkHearing> hearing_;
};

/// A call whose answers are taken one after another by the thread that asked.
class FetchStream final : public ClientStream {
 public:
  using ClientStream::ClientStream;
  ~FetchStream() override {
    give_up();
    cancel();
    stop(kStreamFarewell);
  }
  /// Nothing: it has ended.
  [[nodiscard]] std::optional<std::string> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_ || frame_; });
    std::optional<std::string> frame = std::exchange(frame_, std::nullopt);
    changed_.notify_all();
    return frame;
  }
  [[nodiscard]] grpc::Status status() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_.has_value(); });
    return *ended_;
  }
  void give_up() {
    const std::scoped_lock lock(mutex_);
    given_up_ = true;
    changed_.notify_all();
  }

 private:
  bool on_frame(const grpc::ByteBuffer& buffer) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !frame_ || given_up_; });
    frame_ = to_bytes(buffer);
    changed_.notify_all();
    return !given_up_;
  }
  void on_end(const grpc::Status& status) override {
    const std::scoped_lock lock(mutex_);
    ended_ = status;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::string> frame_;
  std::optional<grpc::Status> ended_;
  bool given_up_ = false;
};

}  // namespace gleaner
