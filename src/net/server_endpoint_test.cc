// What a server's port does with those who do not behave: each is shown out with a line, and nobody else
// notices.
#include "net/server_endpoint.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include "net/buffers.h"
#include "net/calls.h"
#include "net/client_stream.h"
#include "net/worker_link.h"

namespace gleaner {
namespace {

using std::chrono::milliseconds;

class Ear final : public RemoteSink {
 public:
  void on_message(Peer, WorkerMessage) override {}
  void on_segment(VectorSegment) override { ++segments; }
  void on_lost(Peer) override { ++lost; }
  void on_placed(Arrival) override { ++placed; }
  void on_waiting(std::size_t) override {}
  std::atomic<int> segments = 0, lost = 0, placed = 0;
};

/// Sends frames as they are and keeps what comes back.
class Raw final : public ClientStream {
 public:
  Raw(const std::string& server, const char* call)
      : ClientStream(grpc::CreateChannel(server, grpc::InsecureChannelCredentials())) {
    start(call);
  }
  ~Raw() override { stop(milliseconds(500)); }
  grpc::Status finish() {
    stop(std::chrono::seconds(5));
    return *ending();
  }
  std::optional<ServerFrame> first_frame() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(5), [&] { return !frames_.empty(); }))
      return std::nullopt;
    return decode_server_frame(frames_.front(), {4, 8}).value();
  }

 private:
  bool on_frame(const grpc::ByteBuffer& b) override {
    const std::scoped_lock lock(mutex_);
    frames_.push_back(to_bytes(b));
    changed_.notify_all();
    return true;
  }
  void on_end(const grpc::Status&) override {}
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> frames_;
};

class ServerEndpointTest : public testing::Test {
 protected:
  void SetUp() override {
    EndpointOptions o;
    o.listen = "127.0.0.1:0";
    o.credentials = grpc::InsecureServerCredentials();
    o.workers = 2;
    o.term = Term(1);
    o.limits = {2, 8};
    o.knock_limit = milliseconds(200);
    o.setup = "the setup";
    o.chunk = [](ChunkId c) -> Result<std::string> {
      return std::string((std::size_t{1} << 20) + 7, static_cast<char>('a' + c.value));
    };
    o.holds = [](WorkerId w, ChunkId c) { return w.value == c.value; };
    o.status = [] { return std::string("{\"phase\": \"running\"}"); };
    o.stop = [this] { stopped_ = true; };
    o.say = [this](const std::string& line) {
      const std::scoped_lock lock(mutex_);
      said_.push_back(line);
    };
    endpoint_ = ServerEndpoint::open(std::move(o), ear_).value();
    server_ = fmt::format("127.0.0.1:{}", endpoint_->port());
  }
  std::unique_ptr<JoinedLink> join(std::optional<WorkerId> slot = {}) {
    JoinOptions o;
    o.server = server_;
    o.credentials = grpc::InsecureChannelCredentials();
    o.slot = slot;
    auto joined = JoinedLink::join(
        o, [] { return true; }, [](const std::string&) {});
    if (auto* failure = std::get_if<JoinFailure>(&joined)) {
      failure_ = *failure;
      return nullptr;
    }
    return std::move(std::get<std::unique_ptr<JoinedLink>>(joined));
  }
  std::vector<std::string> said() {
    const std::scoped_lock lock(mutex_);
    return said_;
  }

  Ear ear_;
  std::mutex mutex_;
  std::vector<std::string> said_;
  std::atomic<bool> stopped_ = false;
  JoinFailure failure_;
  std::unique_ptr<ServerEndpoint> endpoint_;
  std::string server_;
};

TEST_F(ServerEndpointTest, AnotherVersionIsRefusedAndBothAreNamed) {
  Raw raw(server_, calls::kControl);
  Knock knock;
  knock.first_version = 7;
  knock.last_version = 9;
  knock.release = "9.9";
  raw.send(to_buffer(encode(WorkerFrame(knock))));
  const auto frame = raw.first_frame();
  ASSERT_TRUE(frame);
  EXPECT_THAT(std::get<TurnedAway>(*frame).why, testing::AllOf(testing::HasSubstr("versions 7 to 9"),
                                                               testing::HasSubstr("this server 1 to 1")));
  EXPECT_THAT(said(), testing::Contains(testing::HasSubstr("refused a worker from")));
}

TEST_F(ServerEndpointTest, WhoDoesNotSayWhoItIsIsShownOut) {
  Raw raw(server_, calls::kControl);
  for (int k = 0; k < 300 && !raw.ending(); ++k) std::this_thread::sleep_for(milliseconds(10));
  ASSERT_TRUE(raw.ending());
  EXPECT_EQ(raw.ending()->error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_THAT(said(), testing::Contains(testing::HasSubstr("did not say who it is")));
}

TEST_F(ServerEndpointTest, BytesThatAreNoFrameEndTheConnectionOnly) {
  const auto worker = join(WorkerId(0));
  ASSERT_NE(worker, nullptr);
  Raw raw(server_, calls::kControl);
  raw.send(to_buffer("nonsense"));
  EXPECT_EQ(raw.finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ear_.lost, 0);
  EXPECT_NE(join(WorkerId(1)), nullptr);
}

TEST_F(ServerEndpointTest, ThePlaceOfAnotherCannotBeTakenByGuessing) {
  const auto worker = join(WorkerId(0));
  ASSERT_NE(worker, nullptr);
  Knock knock;
  knock.earlier = EarlierLife{worker->placed().peer, worker->placed().term, worker->placed().token + 1};
  for (const char* call : {calls::kVectors, calls::kData, calls::kSetup}) {
    Raw raw(server_, call);
    raw.send(to_buffer(encode(WorkerFrame(knock))));
    EXPECT_EQ(raw.finish().error_code(), grpc::StatusCode::PERMISSION_DENIED) << call;
  }
  EXPECT_EQ(ear_.segments, 0);
}

TEST_F(ServerEndpointTest, AWorkerGetsTheSetupAndItsOwnChunksFromAnyByteOn) {
  const auto worker = join(WorkerId(1));
  ASSERT_NE(worker, nullptr);
  EXPECT_EQ(worker->setup().value(), "the setup");
  std::string bytes;
  const std::uint64_t from = 5;
  EXPECT_TRUE(worker->fetch(ChunkId(1), from, [&](const DataPart& p) {
    bytes += p.bytes;
    return true;
  }));
  EXPECT_EQ(bytes, std::string((std::size_t{1} << 20) + 2, 'b'));
  const Status other = worker->fetch(ChunkId(0), 0, [](const DataPart&) { return true; });
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().what, testing::HasSubstr("worker 1 does not hold chunk 0"));
}

TEST_F(ServerEndpointTest, ABrokenSegmentCostsTheLinkAndNeverArrives) {
  const auto worker = join(WorkerId(0));
  ASSERT_NE(worker, nullptr);
  Knock knock;
  knock.earlier = EarlierLife{worker->placed().peer, worker->placed().term, worker->placed().token};
  Raw raw(server_, calls::kVectors);
  raw.send(to_buffer(encode(WorkerFrame(knock))));
  SegmentHeader header;
  header.kind = SegmentKind::vector;
  header.ticket = {{Term(1), RoundId(1)}, Epoch(1)};
  const auto numbers = std::make_shared<const std::vector<float>>(100, 1.0F);
  const std::uint32_t wrong = 1;
  raw.send(segment_buffer(header, numbers, *numbers, &wrong));
  EXPECT_EQ(raw.finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ear_.segments, 0);
  EXPECT_EQ(ear_.lost, 1);
  EXPECT_THAT(said(), testing::Contains(testing::HasSubstr("checksum of segment 0")));
}

TEST_F(ServerEndpointTest, AnswersQuestionsAndStops) {
  const auto credentials = grpc::InsecureChannelCredentials();
  EXPECT_EQ(ask_server(server_, credentials, calls::kStatus, std::chrono::seconds(5)).value(),
            "{\"phase\": \"running\"}");
  EXPECT_FALSE(stopped_);
  EXPECT_TRUE(ask_server(server_, credentials, calls::kStop, std::chrono::seconds(5)));
  EXPECT_TRUE(stopped_);
  EXPECT_FALSE(ask_server(server_, credentials, "/gleaner.Cluster/Nothing", std::chrono::seconds(5)));
}

TEST_F(ServerEndpointTest, AGoodbyeReachesWhoWaitsAndEndsEverything) {
  const auto first = join(WorkerId(0));
  const auto second = join(WorkerId(1));
  ASSERT_TRUE(first && second);
  std::jthread waiter([this] { EXPECT_EQ(join(), nullptr); });
  std::this_thread::sleep_for(milliseconds(100));
  endpoint_->goodbye({"completed", "all rounds"});
  waiter.join();
  EXPECT_TRUE(failure_.run_is_over);
  EXPECT_EQ(failure_.why, "all rounds");
}

}  // namespace
}  // namespace gleaner
