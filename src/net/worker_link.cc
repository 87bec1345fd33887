#include "net/worker_link.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include "net/buffers.h"
#include "net/calls.h"
#include "net/client_stream.h"
#include "net/connection_settings.h"
#include "net/parameter_gate.h"

namespace gleaner {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kFarewell{2};
// Who waits for a place asks so often whether the server lives, and knocks anew if it does not answer for so
// long.
constexpr std::chrono::seconds kSignWhileWaiting{1};
constexpr std::chrono::seconds kServerIsGoneAfter{10};
// Segments handed to gRPC and not yet on their way.
constexpr std::size_t kOutgoing = 2;
// Before the run is known.
constexpr WireLimits kFirstLimits{std::size_t{1} << 20, std::size_t{1} << 20};

// A pool of its own for every channel: control and vectors never share a connection.
std::shared_ptr<grpc::Channel> make_channel(const std::string& server,
                                            const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  connection_settings([&](const char* name, int value) { arguments.SetInt(name, value); });
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  return grpc::CreateCustomChannel(server, credentials, arguments);
}

std::string sentence(const grpc::Status& status) {
  return status.error_message().empty() ? std::string("the connection was closed") : status.error_message();
}

}  // namespace

/// What is shared by the streams of a link: what it has heard, and who hears it.
struct JoinedLink::Hearing {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Placed> placed;
  std::optional<TurnedAway> turned_away;
  std::optional<Waiting> waiting;
  std::optional<Goodbye> goodbye;
  std::optional<std::string> broken;
  Clock::time_point heard{};  // the last frame
  bool told = false;          // the sink has been told the end
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

class JoinedLink::Control final : public ClientStream {
 public:
  Control(std::shared_ptr<grpc::Channel> channel, std::shared_ptr<Hearing> hearing)
      : ClientStream(std::move(channel)), hearing_(std::move(hearing)) {}
  ~Control() override { stop(kFarewell); }

 private:
  bool on_frame(const grpc::ByteBuffer& buffer) override {
    Hearing& h = *hearing_;
    const std::scoped_lock lock(h.mutex);
    Result<ServerFrame> frame = decode_server_frame(to_bytes(buffer), h.limits);
    if (!frame) {
      h.broken = "the server sent what cannot be read: " + frame.error().sentence();
      return false;
    }
    h.heard = Clock::now();
    std::visit([&](auto& f) { hear(h, std::move(f)); }, frame.value());
    h.changed.notify_all();
    return true;
  }
  void on_end(const grpc::Status& status) override { hearing_->breaks(sentence(status)); }

  static void hear(Hearing& h, Placed f) { h.placed = std::move(f); }
  static void hear(Hearing& h, TurnedAway f) { h.turned_away = std::move(f); }
  static void hear(Hearing& h, Waiting f) { h.waiting = std::move(f); }
  static void hear(Hearing& h, Goodbye f) {
    h.goodbye = std::move(f);
    h.tell_end();
  }
  static void hear(Hearing& h, Heartbeat) {
    if (h.sink != nullptr) h.sink->on_heartbeat();
  }
  static void hear(Hearing& h, ServerMessage f) {
    if (h.gate && !h.told) h.gate->message(std::move(f));
  }

  std::shared_ptr<Hearing> hearing_;
};

class JoinedLink::Vectors final : public ClientStream {
 public:
  Vectors(std::shared_ptr<grpc::Channel> channel, std::shared_ptr<Hearing> hearing)
      : ClientStream(std::move(channel)), hearing_(std::move(hearing)) {}
  ~Vectors() override { stop(kFarewell); }

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
    if (!status.ok()) hearing_->breaks("the connection for vectors broke: " + sentence(status));
  }

  std::shared_ptr<Hearing> hearing_;
};

/// A call whose answers are taken one after another by the thread that asked.
class JoinedLink::Fetch final : public ClientStream {
 public:
  using ClientStream::ClientStream;
  ~Fetch() override {
    give_up();
    cancel();
    stop(kFarewell);
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

JoinedLink::JoinedLink(const JoinOptions& options)
    : hearing_(std::make_shared<Hearing>()),
      vector_channel_(make_channel(options.server, options.credentials)),
      control_(std::make_unique<Control>(make_channel(options.server, options.credentials), hearing_)) {}

// Vectors first, so that what was sent is there when the server hears that the link is closed.
JoinedLink::~JoinedLink() {
  vectors_.reset();
  control_.reset();
}

std::variant<std::unique_ptr<JoinedLink>, JoinFailure> JoinedLink::join(
    const JoinOptions& options, const std::function<bool()>& keep_waiting,
    const std::function<void(const std::string&)>& waits) {
  std::unique_ptr<JoinedLink> link(new JoinedLink(options));
  link->control_->start(calls::kControl);
  link->send_frame(Knock{kWireVersionFirst, kWireVersionLast, options.release, options.slot, options.earlier,
                         options.host});
  Hearing& h = *link->hearing_;
  const auto until = Clock::now() + options.patience;
  const auto failed = [&]() -> std::optional<JoinFailure> {
    if (h.turned_away) return JoinFailure{true, false, "", h.turned_away->why};
    if (h.goodbye) return JoinFailure{true, true, h.goodbye->status, h.goodbye->reason};
    if (h.broken) return JoinFailure{false, false, "", *h.broken};
    if (!keep_waiting()) return JoinFailure{true, false, "", "interrupted"};
    if (!h.waiting && Clock::now() > until) {
      return JoinFailure{false, false, "", fmt::format("no answer from {}", options.server)};
    }
    if (h.waiting && Clock::now() > h.heard + kServerIsGoneAfter) {
      return JoinFailure{false, false, "", fmt::format("{} gives no sign of life any more", options.server)};
    }
    return std::nullopt;
  };
  std::optional<JoinFailure> failure;
  {
    std::unique_lock lock(h.mutex);
    bool told = false;
    Clock::time_point next_sign = Clock::now();
    while (!h.placed && !(failure = failed())) {
      if (h.waiting && !std::exchange(told, true)) waits(h.waiting->why);
      if (h.waiting && Clock::now() >= next_sign) {
        next_sign = Clock::now() + kSignWhileWaiting;
        link->heartbeat();
      }
      h.changed.wait_for(lock, std::chrono::milliseconds(100));
    }
  }
  if (failure) {
    link->control_->cancel();
    return *failure;
  }
  return link;
}

const Placed& JoinedLink::placed() const { return *hearing_->placed; }

std::optional<Goodbye> JoinedLink::goodbye() const {
  const std::scoped_lock lock(hearing_->mutex);
  return hearing_->goodbye;
}

grpc::ByteBuffer JoinedLink::introduction() const {
  Knock knock;
  knock.earlier = EarlierLife{placed().peer, placed().term, placed().token};
  return to_buffer(encode(WorkerFrame(std::move(knock))));
}

Result<std::string> JoinedLink::setup() {
  Fetch call(vector_channel_);
  call.start(calls::kSetup);
  call.send(introduction());
  if (std::optional<std::string> bytes = call.next()) return *bytes;
  return run_failed("the server did not tell what the run is: " + sentence(call.status()));
}

Status JoinedLink::fetch(ChunkId chunk, std::uint64_t offset,
                         const std::function<bool(const DataPart&)>& on_part) {
  Fetch call(vector_channel_);
  call.start(calls::kData);
  call.send(introduction());
  call.send(to_buffer(encode(DataRequest{chunk, offset})));
  const auto stop = [&](Error error) {
    call.give_up();
    return error;
  };
  while (const std::optional<std::string> bytes = call.next()) {
    Result<DataPart> part = decode_data_part(*bytes);
    if (!part) return stop(part.error());
    if (part.value().chunk != chunk || part.value().offset != offset) {
      return stop(
          run_failed(fmt::format("chunk {} came from byte {} where byte {} of chunk {} was expected",
                                 part.value().chunk.value, part.value().offset, offset, chunk.value)));
    }
    offset += part.value().bytes.size();
    if (!on_part(part.value())) return stop(run_failed("broken off"));
    if (part.value().bytes.empty()) {
      call.give_up();
      return {};
    }
  }
  return run_failed(
      fmt::format("chunk {} broke off at byte {}: {}", chunk.value, offset, sentence(call.status())));
}

void JoinedLink::start(RemoteWorkerSink& sink, const WireLimits& limits, std::size_t parameters) {
  {
    const std::scoped_lock lock(hearing_->mutex);
    hearing_->limits = limits;
    hearing_->sink = &sink;
    hearing_->gate.emplace(sink, parameters);
    hearing_->tell_end();
  }
  vectors_ = std::make_unique<Vectors>(vector_channel_, hearing_);
  vectors_->start(calls::kVectors);
  vectors_->send(introduction());
}

void JoinedLink::send_frame(const WorkerFrame& frame) { control_->send(to_buffer(encode(frame))); }
void JoinedLink::send(WorkerMessage message) { send_frame(std::move(message)); }
void JoinedLink::send(WorkNote note) { send_frame(note); }
void JoinedLink::heartbeat() { send_frame(Heartbeat{}); }
void JoinedLink::leaving() { send_frame(Leaving{}); }
void JoinedLink::abandon() {
  if (vectors_) vectors_->cancel();
  control_->cancel();
}
void JoinedLink::close_vectors() { vectors_->hurry(); }

bool JoinedLink::send_segment(VectorSegment segment) {
  SegmentHeader header;
  header.kind = SegmentKind::vector;
  header.ticket = segment.ticket;
  header.index = segment.index;
  header.total = 0;
  const auto data = std::make_shared<const std::vector<float>>(std::move(segment.data));
  return vectors_->send_waiting(segment_buffer(header, data, *data), kOutgoing);
}

Result<std::string> ask_server(const std::string& server,
                               std::shared_ptr<grpc::ChannelCredentials> credentials, const std::string& call,
                               Duration patience) {
  const auto channel = make_channel(server, credentials);
  if (!channel->WaitForConnected(std::chrono::system_clock::now() + patience)) {
    return run_failed(fmt::format("there is no connection to {}", server));
  }
  struct Once final : ClientStream {
    using ClientStream::ClientStream;
    ~Once() override { stop(std::chrono::seconds(1)); }
    std::string answer;
    bool on_frame(const grpc::ByteBuffer& buffer) override {
      answer += to_bytes(buffer);
      return true;
    }
    void on_end(const grpc::Status&) override {}
  };
  Once once(channel);
  once.start(call);
  once.stop(std::chrono::duration_cast<std::chrono::milliseconds>(patience));
  const grpc::Status status = once.ending().value_or(grpc::Status::CANCELLED);
  if (!status.ok()) return run_failed(fmt::format("{} answers: {}", server, sentence(status)));
  return once.answer;
}

}  // namespace gleaner
