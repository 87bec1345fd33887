// The end of a run: who is there hears of it before its connections close.
#include <fmt/format.h>
#include <grpcpp/security/server_credentials.h>
#include <gtest/gtest.h>

#include <future>

#include "net/server_endpoint.h"
#include "net/worker_link.h"

namespace gleaner::test {
namespace {

class NoServerSink final : public RemoteSink {
 public:
  void on_message(Peer, WorkerMessage) override {}
  void on_segment(VectorSegment) override {}
  void on_lost(Peer) override {}
  void on_placed(Arrival) override {}
  void on_waiting(std::size_t) override {}
};

class EndListener final : public RemoteWorkerSink {
 public:
  void on_parameters(Stamp, SharedVector) override {}
  void on_message(ServerMessage) override {}
  void on_heartbeat() override {}
  void on_ended(LinkEnd end) override { end_.set_value(std::move(end)); }
  [[nodiscard]] LinkEnd wait() { return end_.get_future().get(); }

 private:
  std::promise<LinkEnd> end_;
};

std::unique_ptr<ServerEndpoint> open(RemoteSink& sink) {
  EndpointOptions options;
  options.listen = "127.0.0.1:0";
  options.credentials = grpc::InsecureServerCredentials();
  options.workers = 1;
  options.term = Term(1);
  options.limits = {1, 1};
  options.setup = "setup";
  return ServerEndpoint::open(std::move(options), sink).value();
}

std::unique_ptr<JoinedLink> join(const ServerEndpoint& server) {
  JoinOptions options;
  options.server = fmt::format("127.0.0.1:{}", server.port());
  options.credentials = grpc::InsecureChannelCredentials();
  auto joined = JoinedLink::join(
      options, [] { return true; }, [](const std::string&) {});
  return std::move(std::get<std::unique_ptr<JoinedLink>>(joined));
}

TEST(Farewell, TheServerStaysUntilTheWorkerHasHeardItAndClosed) {
  NoServerSink sink;
  const auto server = open(sink);
  auto link = join(*server);
  EndListener ear;
  link->start(ear, {1, 1}, 1);
  ASSERT_TRUE(link->setup().ok());  // the connection for vectors is there
  std::atomic<bool> closed = false;
  std::future<LinkEnd> end = std::async([&] {
    LinkEnd heard = ear.wait();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));  // a long way, or a slow worker
    closed = true;
    link.reset();
    return heard;
  });
  server->goodbye({"completed", "all rounds"});
  EXPECT_TRUE(closed);
  const LinkEnd heard = end.get();
  EXPECT_TRUE(heard.run_is_over);
  EXPECT_EQ(heard.status, "completed");
}

TEST(Farewell, WhoStillFetchesItsDataHearsItToo) {
  NoServerSink sink;
  const auto server = open(sink);
  auto link = join(*server);
  EXPECT_FALSE(link->goodbye());
  std::future<bool> heard = std::async([&] {
    while (link->setup().ok()) {
    }
    const bool knows = link->goodbye().has_value();
    link.reset();
    return knows;
  });
  server->goodbye({"completed", ""});
  EXPECT_TRUE(heard.get());
}

TEST(Farewell, WhoseLinkBrokeAMomentAgoHearsItWhenItKnocks) {
  NoServerSink sink;
  const auto server = open(sink);
  auto link = join(*server);
  const EarlierLife life{link->placed().peer, link->placed().term, link->placed().token};
  link->abandon();
  link.reset();
  std::atomic<bool> heard = false;
  const auto from = std::chrono::steady_clock::now();
  std::future<void> knocker = std::async([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    JoinOptions options;
    options.server = fmt::format("127.0.0.1:{}", server->port());
    options.credentials = grpc::InsecureChannelCredentials();
    options.earlier = life;
    const auto again = JoinedLink::join(
        options, [] { return true; }, [](const std::string&) {});
    const auto* failure = std::get_if<JoinFailure>(&again);
    heard = failure != nullptr && failure->run_is_over;
  });
  server->goodbye({"completed", "all rounds"});
  knocker.get();
  EXPECT_TRUE(heard);
  EXPECT_GE(std::chrono::steady_clock::now() - from, std::chrono::milliseconds(400)) << "it waited for it";
}

TEST(Farewell, NobodyWaitsForOneThatSaidThatItGoes) {
  NoServerSink sink;
  const auto server = open(sink);
  auto link = join(*server);
  link->leaving();
  link.reset();
  const auto from = std::chrono::steady_clock::now();
  server->goodbye({"completed", "all rounds"});
  EXPECT_LT(std::chrono::steady_clock::now() - from, std::chrono::milliseconds(2900));
}

TEST(Farewell, ASilentWorkerHoldsItUpForAFewSecondsOnly) {
  NoServerSink sink;
  const auto server = open(sink);
  auto link = join(*server);  // and never looks at it again
  const auto from = std::chrono::steady_clock::now();
  server->goodbye({"completed", ""});
  EXPECT_LT(std::chrono::steady_clock::now() - from, std::chrono::seconds(8));
}

}  // namespace
}  // namespace gleaner::test
