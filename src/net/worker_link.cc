#include "net/worker_link.h"

#include <utility>

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include "net/calls.h"
#include "net/connection_settings.h"
#include "net/worker_streams.h"

namespace gleaner {
namespace {

using Clock = std::chrono::steady_clock;

// Who waits for a place asks so often whether the server lives, and knocks anew if it does not answer for so
// long.
constexpr std::chrono::seconds kSignWhileWaiting{1};
constexpr std::chrono::seconds kServerIsGoneAfter{10};
// Segments handed to gRPC and not yet on their way.
constexpr std::size_t kOutgoing = 2;

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

}  // namespace

JoinedLink::JoinedLink(const JoinOptions& options)
    : hearing_(std::make_shared<LinkHearing>()),
      vector_channel_(make_channel(options.server, options.credentials)),
      control_(std::make_unique<ControlStream>(make_channel(options.server, options.credentials), hearing_)) {
}

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
  LinkHearing& h = *link->hearing_;
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
  FetchStream call(vector_channel_);
  call.start(calls::kSetup);
  call.send(introduction());
  if (std::optional<std::string> bytes = call.next()) return *bytes;
  return run_failed("the server did not tell what the run is: " + ending_text(call.status()));
}

Status JoinedLink::fetch(ChunkId chunk, std::uint64_t offset,
                         const std::function<bool(const DataPart&)>& on_part) {
  FetchStream call(vector_channel_);
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
      fmt::format("chunk {} broke off at byte {}: {}", chunk.value, offset, ending_text(call.status())));
}

void JoinedLink::start(RemoteWorkerSink& sink, const WireLimits& limits, std::size_t parameters) {
  {
    const std::scoped_lock lock(hearing_->mutex);
    hearing_->limits = limits;
    hearing_->sink = &sink;
    hearing_->gate.emplace(sink, parameters);
    hearing_->tell_end();
  }
  vectors_ = std::make_unique<VectorsStream>(vector_channel_, hearing_);
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
  if (!status.ok()) return run_failed(fmt::format("{} answers: {}", server, ending_text(status)));
  return once.answer;
}

}  // namespace gleaner
