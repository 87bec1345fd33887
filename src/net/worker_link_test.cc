// What a worker makes of a server that sends broken things: here one that is written for that.
#include "net/worker_link.h"

#include <gmock/gmock.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "net/buffers.h"
#include "net/calls.h"
#include "net/server_stream.h"

namespace gleaner {
namespace {

const Stamp kStamp{Term(1), RoundId(1)};
const auto kNumbers = std::make_shared<const std::vector<float>>(1000, 0.5F);

using Buffers = std::vector<grpc::ByteBuffer>;

/// Answers the first frame with the first of these, the next with the next, and then is silent.
class Answers final : public ServerStream {
 public:
  explicit Answers(std::vector<Buffers> answers) : answers_(std::move(answers)) { begin(); }

 private:
  bool on_frame(const grpc::ByteBuffer&) override {
    if (next_ == answers_.size()) return true;
    for (grpc::ByteBuffer& b : answers_[next_++]) send(std::move(b));
    return true;
  }
  void on_end(bool) override {}

  std::vector<Buffers> answers_;
  std::size_t next_ = 0;
};

/// Gives whoever knocks a place, begins round 1 when it says Hello, and sends `parameters` as they are.
class FakeServer final : public grpc::CallbackGenericService {
 public:
  explicit FakeServer(Buffers parameters) : parameters_(std::move(parameters)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterCallbackGenericService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeServer() override { server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1)); }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    if (context->method() == calls::kVectors) return new Answers({parameters_});
    Placed placed;
    placed.peer = {WorkerId(0), Incarnation(1)};
    placed.term = Term(1);
    placed.heartbeat = std::chrono::milliseconds(100);
    return new Answers({{to_buffer(encode(ServerFrame(placed)))},
                        {to_buffer(encode(ServerFrame(ServerMessage(StartRound{kStamp}))))}});
  }

  Buffers parameters_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class Ear final : public RemoteWorkerSink {
 public:
  void on_parameters(Stamp, SharedVector p) override {
    const std::scoped_lock lock(mutex_);
    sound = *p == *kNumbers;
  }
  void on_message(ServerMessage) override {
    const std::scoped_lock lock(mutex_);
    started = true;
    changed_.notify_all();
  }
  void on_heartbeat() override {}
  void on_ended(LinkEnd end) override {
    const std::scoped_lock lock(mutex_);
    ended = std::move(end);
    changed_.notify_all();
  }
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [this] { return started || ended; });
  }
  bool sound = false;
  bool started = false;
  std::optional<LinkEnd> ended;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

grpc::ByteBuffer segment(std::uint32_t index, std::size_t from, std::size_t count, std::uint32_t spoilt = 0) {
  SegmentHeader header;
  header.kind = SegmentKind::parameters;
  header.ticket.stamp = kStamp;
  header.index = index;
  header.total = kNumbers->size();
  const auto part = std::span(*kNumbers).subspan(from, count);
  const std::uint32_t crc = crc32c(std::as_bytes(part)) ^ spoilt;
  return segment_buffer(header, kNumbers, part, &crc);
}

/// What a worker hears of a server that sends these parameters.
void listen(Ear& ear, Buffers parameters) {
  FakeServer server(std::move(parameters));
  JoinOptions options;
  options.server = server.address();
  options.credentials = grpc::InsecureChannelCredentials();
  auto joined = JoinedLink::join(
      options, [] { return true; }, [](const std::string&) {});
  ASSERT_TRUE(std::holds_alternative<std::unique_ptr<JoinedLink>>(joined));
  const auto link = std::move(std::get<std::unique_ptr<JoinedLink>>(joined));
  link->start(ear, {8, 64}, kNumbers->size());
  link->send(Hello{});
  EXPECT_TRUE(ear.wait());
  link->abandon();
}

TEST(WorkerLink, SoundParametersStartTheRound) {
  Ear ear;
  listen(ear, {segment(0, 0, 600), segment(1, 600, 400)});
  EXPECT_TRUE(ear.started && ear.sound);
}

TEST(WorkerLink, ParametersWithABrokenChecksumEndTheLinkAndAreNeverUsed) {
  Ear ear;
  listen(ear, {segment(0, 0, 600), segment(1, 600, 400, 1)});
  ASSERT_TRUE(ear.ended);
  EXPECT_FALSE(ear.ended->run_is_over);
  EXPECT_THAT(ear.ended->reason, testing::HasSubstr("the checksum of segment 1 is"));
  EXPECT_FALSE(ear.started || ear.sound);
}

TEST(WorkerLink, AGapInTheParametersEndsTheLink) {
  Ear ear;
  listen(ear, {segment(0, 0, 600), segment(2, 600, 400)});
  ASSERT_TRUE(ear.ended);
  EXPECT_THAT(ear.ended->reason, testing::HasSubstr("segment 2 of the parameters of round 1 came"));
  EXPECT_FALSE(ear.started);
}

TEST(WorkerLink, BytesThatAreNoSegmentEndTheLink) {
  Ear ear;
  listen(ear, {to_buffer("nonsense")});
  ASSERT_TRUE(ear.ended);
  EXPECT_THAT(ear.ended->reason, testing::HasSubstr("a segment of 8 bytes has no header"));
  EXPECT_FALSE(ear.started);
}

}  // namespace
}  // namespace gleaner
