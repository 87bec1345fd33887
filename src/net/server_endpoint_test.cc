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
      : ClientStream(grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), of_its_own())) {
    start(call);
  }
  ~Raw() override { stop(milliseconds(500)); }
  grpc::Status finish() {
    stop(std::chrono::seconds(5));
    return *ending();
  }
  std::optional<ServerFrame> first_frame() { return frame(0); }
  std::optional<ServerFrame> frame(std::size_t number) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(5), [&] { return frames_.size() > number; }))
      return std::nullopt;
    return decode_server_frame(frames_[number], {4, 8}).value();
  }
  /// Whether the other end has finished within some seconds.
  [[nodiscard]] bool was_ended() const {
    for (int k = 0; k < 500 && !ending(); ++k) std::this_thread::sleep_for(milliseconds(10));
    return ending().has_value();
  }

 private:
  static grpc::ChannelArguments of_its_own() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // no connection is shared with another stream
    return arguments;
  }
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
  void SetUp() override { open(milliseconds(200)); }
  void open(milliseconds knock_limit) {
    endpoint_.reset();
    EndpointOptions o;
    o.listen = "127.0.0.1:0";
    o.credentials = grpc::InsecureServerCredentials();
    o.workers = 2;
    o.term = Term(1);
    o.limits = {2, 8};
    o.knock_limit = knock_limit;
    o.setup = "the setup";
    o.part = [](const DataRequest& r) -> Result<DataPart> {
      const std::uint64_t size = kDataPartBytes + 7;
      if (r.offset > size) return bad_input("no such byte");
      const auto bytes = std::min<std::uint64_t>(kDataPartBytes, size - r.offset);
      return DataPart{r.chunk, r.offset, size, std::string(bytes, static_cast<char>('a' + r.chunk.value))};
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
  ASSERT_TRUE(raw.was_ended());
  EXPECT_EQ(raw.ending()->error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_THAT(said(), testing::Contains(testing::HasSubstr("did not say who it is")));
}

TEST_F(ServerEndpointTest, NoCallIsOpenForLongBeforeItSaysWhoseItIs) {
  for (const char* call : {calls::kVectors, calls::kData, calls::kSetup}) {
    Raw raw(server_, call);
    ASSERT_TRUE(raw.was_ended()) << call;
    EXPECT_EQ(raw.ending()->error_code(), grpc::StatusCode::DEADLINE_EXCEEDED) << call;
  }
}

TEST_F(ServerEndpointTest, ManyWhoDoNotSayWhoTheyAreKeepNobodyOut) {
  open(std::chrono::seconds(3));
  std::vector<std::unique_ptr<Raw>> strangers;
  strangers.reserve(100);
  for (int k = 0; k < 100; ++k) strangers.push_back(std::make_unique<Raw>(server_, calls::kVectors));
  EXPECT_NE(join(WorkerId(0)), nullptr);
  for (const auto& s : strangers) ASSERT_TRUE(s->was_ended());
  EXPECT_GT(std::ranges::count_if(strangers,
                                  [](const auto& s) {
                                    return s->ending()->error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED;
                                  }),
            0);
  EXPECT_NE(join(WorkerId(1)), nullptr);
}

TEST_F(ServerEndpointTest, AWorkerOfANewerReleaseIsSpokenToInThisOnesVersion) {
  Raw raw(server_, calls::kControl);
  Knock knock;
  knock.last_version = 99;
  raw.send(to_buffer(encode(WorkerFrame(knock))));
  const auto frame = raw.first_frame();
  ASSERT_TRUE(frame);
  EXPECT_EQ(std::get<Placed>(*frame).version, kWireVersionLast);
}

TEST_F(ServerEndpointTest, WhoWaitsForAPlaceIsAnswered) {
  const auto first = join(WorkerId(0));
  const auto second = join(WorkerId(1));
  Raw spare(server_, calls::kControl);
  spare.send(to_buffer(encode(WorkerFrame(Knock{}))));
  ASSERT_TRUE(spare.first_frame());
  EXPECT_TRUE(std::holds_alternative<Waiting>(*spare.first_frame()));
  spare.send(to_buffer(encode(WorkerFrame(Heartbeat{}))));
  ASSERT_TRUE(spare.frame(1));
  EXPECT_TRUE(std::holds_alternative<Heartbeat>(*spare.frame(1)));
}

TEST_F(ServerEndpointTest, AByteThatAChunkDoesNotHaveIsRefused) {
  const auto worker = join(WorkerId(1));
  ASSERT_NE(worker, nullptr);
  const Status s = worker->fetch(ChunkId(1), std::uint64_t{1} << 40, [](const DataPart&) { return true; });
  ASSERT_FALSE(s);
  EXPECT_THAT(s.error().what, testing::HasSubstr("no such byte"));
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
  // The call may have ended before that is told.
  for (int k = 0; k < 500 && ear_.lost == 0; ++k) std::this_thread::sleep_for(std::chrono::milliseconds(10));
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
