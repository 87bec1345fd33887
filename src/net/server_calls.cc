// What a server does with each of its streams.
#include <atomic>
#include <utility>

#include <fmt/format.h>
#include <grpcpp/security/auth_context.h>

#include "net/buffers.h"
#include "net/server_core.h"
#include "wire/data_parts.h"

namespace gleaner {
namespace {

using Core = ServerEndpoint::Core;

grpc::Status denied(std::string why) { return {grpc::StatusCode::PERMISSION_DENIED, std::move(why)}; }
grpc::Status broken(const Error& error) { return {grpc::StatusCode::INVALID_ARGUMENT, error.sentence()}; }

/// Messages, notes, signs of life.
class ControlCall final : public ServerStream {
 public:
  ControlCall(Core& core, const std::string& from, Right right)
      : core_(core), from_(from), right_(std::move(right)), link_(core.connected(this, from)) {
    begin();
  }

 private:
  bool on_frame(const grpc::ByteBuffer& buffer) override {
    // Before it has a place it may name any, and is told in words if there is none of that name.
    const WireLimits limits = known_ ? core_.options().limits : WireLimits{};
    Result<WorkerFrame> frame = decode_worker_frame(to_bytes(buffer), limits);
    if (!frame) {
      core_.say(fmt::format("closed the connection of {}: {}", from_, frame.error().sentence()));
      finish(broken(frame.error()));
      core_.broke(link_, "it sent what cannot be read");
      return true;
    }
    known_ = true;
    core_.heard(link_, right_, frame.value());
    return true;
  }
  void on_end(bool) override { core_.ended(link_); }
  void on_done() override {
    core_.closed(link_, was_cut());
    delete this;
  }

  Core& core_;
  std::string from_;
  Right right_;
  Core::LinkId link_;
  bool known_ = false;
};

/// What the other calls of a worker have in common: the first frame says whose they are.
class MemberCall : public ServerStream {
 public:
  MemberCall(Core& core, bool holds_vectors) : core_(core), holds_vectors_(holds_vectors) {
    if (!core_.stranger(this))
      finish({grpc::StatusCode::RESOURCE_EXHAUSTED, "too many connections do not say whose they are"});
  }

 protected:
  bool on_frame(const grpc::ByteBuffer& buffer) final {
    if (link_) return on_member_frame(buffer);
    Result<WorkerFrame> frame = decode_worker_frame(to_bytes(buffer), core_.options().limits);
    const auto* knock = frame ? std::get_if<Knock>(&frame.value()) : nullptr;
    if (knock == nullptr || !knock->earlier) {
      finish(denied("the first frame must say whose connection this is"));
      return true;
    }
    core_.known(this);
    const auto link = core_.attach(*knock->earlier, holds_vectors_ ? this : nullptr);
    if (!link) {
      finish(denied("nobody has this place and token"));
      return true;
    }
    peer_ = knock->earlier->peer;
    link_ = *link;
    on_member();
    return true;
  }
  void on_done() override {
    core_.known(this);
    delete this;
  }
  virtual void on_member() {}
  virtual bool on_member_frame(const grpc::ByteBuffer& buffer) = 0;

  Core& core_;
  bool holds_vectors_;
  std::atomic<Core::LinkId> link_ = 0;  // 0: not known yet; on_end() may come beside on_frame()
  Peer peer_;
};

/// Segments up, parameters down.
class VectorsCall final : public MemberCall {
 public:
  explicit VectorsCall(Core& core) : MemberCall(core, true), flow_(std::make_shared<Flow>()) {
    flow_->stream = this;
    flow_->most = core.options().credits;
    begin();
  }

 private:
  // How many segments of this worker wait here to be combined. Outlives the stream.
  struct Flow {
    std::mutex mutex;
    ServerStream* stream = nullptr;
    std::size_t most = 1;
    std::size_t waiting = 0;
    bool paused = false;

    void let_go() {
      const std::scoped_lock lock(mutex);
      --waiting;
      if (stream != nullptr && waiting < most && std::exchange(paused, false)) stream->read_on();
    }
  };

  void on_member() override { core_.pump(link_, Core::kInFlight); }
  bool on_member_frame(const grpc::ByteBuffer& buffer) override {
    const Result<SegmentReader> segment = SegmentReader::open(buffer);
    if (!segment) return refuse(segment.error());
    const SegmentHeader& h = segment.value().header();
    if (h.kind != SegmentKind::vector) return refuse(bad_input("parameters came from a worker"));
    std::vector<float> numbers;
    if (Status s = segment.value().append_to(numbers); !s) return refuse(s.error());
    {
      const std::scoped_lock lock(flow_->mutex);
      ++flow_->waiting;
    }
    std::shared_ptr<void> credit(nullptr, [flow = flow_](void*) { flow->let_go(); });
    core_.segment({peer_, h.ticket, h.index, std::move(numbers), std::move(credit)});
    const std::scoped_lock lock(flow_->mutex);
    flow_->paused = flow_->waiting >= flow_->most;
    return !flow_->paused;
  }
  bool refuse(const Error& error) {
    core_.say(fmt::format("closed the connection of worker {}: {}", peer_.worker.value, error.sentence()));
    finish(broken(error));
    core_.broke(link_, "a segment of its vector was broken");
    return true;
  }
  void on_written(std::size_t waiting) override {
    if (waiting < Core::kInFlight) core_.pump(link_, 1);
  }
  // A worker that goes is done with vectors first; what it said on the other connection may still be coming.
  void on_end(bool broken) override {
    if (link_ != 0 && broken) core_.broke(link_, "its connection for vectors is closed");
  }
  void on_done() override {
    {
      const std::scoped_lock lock(flow_->mutex);
      flow_->stream = nullptr;
    }
    if (link_ != 0) core_.detached(link_, this);
    MemberCall::on_done();
  }

  std::shared_ptr<Flow> flow_;
};

/// What a worker must know of the run.
class SetupCall final : public MemberCall {
 public:
  explicit SetupCall(Core& core) : MemberCall(core, false) { begin(); }

 private:
  void on_member() override {
    send(to_buffer(core_.options().setup));
    finish(grpc::Status::OK);
  }
  bool on_member_frame(const grpc::ByteBuffer&) override { return true; }
  void on_end(bool) override {}
};

/// Chunks of the data, in parts, one request after another.
class DataCall final : public MemberCall {
 public:
  explicit DataCall(Core& core) : MemberCall(core, false) { begin(); }

 private:
  bool on_member_frame(const grpc::ByteBuffer& buffer) override {
    Result<DataRequest> request = decode_data_request(to_bytes(buffer));
    if (!request) {
      finish(broken(request.error()));
      return true;
    }
    const DataRequest& r = request.value();
    if (!core_.options().holds(peer_.worker, r.chunk)) {
      finish(denied(fmt::format("worker {} does not hold chunk {}", peer_.worker.value, r.chunk.value)));
      return true;
    }
    const std::scoped_lock lock(mutex_);
    next_ = r;
    send_part();
    return false;  // the next request when this one is served
  }
  void on_written(std::size_t waiting) override {
    if (waiting > 0) return;
    const std::scoped_lock lock(mutex_);
    if (sending_) return send_part();
    read_on();
  }
  void send_part() {
    const Result<DataPart> part = core_.options().part(next_);
    if (!part) return finish({grpc::StatusCode::OUT_OF_RANGE, part.error().sentence()});
    sending_ = !part.value().bytes.empty();  // an empty one is the last
    next_.offset += part.value().bytes.size();
    send(to_buffer(encode(part.value())));
  }
  void on_end(bool) override {}

  std::mutex mutex_;
  DataRequest next_;
  bool sending_ = false;
};

/// Answers with one text, whatever is asked.
class TextCall final : public ServerStream {
 public:
  explicit TextCall(std::string text) {
    send(to_buffer(std::move(text)));
    finish(grpc::Status::OK);
  }
  explicit TextCall(grpc::Status refusal) { finish(std::move(refusal)); }

 private:
  bool on_frame(const grpc::ByteBuffer&) override { return true; }
  void on_end(bool) override {}
};

}  // namespace

grpc::ServerGenericBidiReactor* ServerEndpoint::Core::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  const std::string& method = context->method();
  const auto authority = context->auth_context();
  const Right right = options_.right ? options_.right(*authority) : Right{};
  if (method == calls::kControl) return new ControlCall(*this, context->peer(), right);
  if (method == calls::kVectors) return new VectorsCall(*this);
  if (method == calls::kSetup) return new SetupCall(*this);
  if (method == calls::kData) return new DataCall(*this);
  if (method == calls::kStatus) return new TextCall(options_.status ? options_.status() : "{}");
  if (method == calls::kStop) {
    if (options_.may_steer && !options_.may_steer(*authority)) {
      return new TextCall(
          denied(fmt::format("the certificate is that of {}, which may not stop a run; use that "
                             "of the operator",
                             right.name)));
    }
    say(fmt::format("asked to stop by {}", context->peer()));
    if (options_.stop) options_.stop();
    return new TextCall(std::string("stops after this round"));
  }
  return new TextCall(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "there is no call " + method));
}

}  // namespace gleaner
