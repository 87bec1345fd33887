// For benchmarks: a server and its workers, links and all, within one process; and the limits they are held
// to.
#pragma once

#include <grpcpp/grpcpp.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "net/certificates.h"
#include "net/credentials.h"
#include "net/process_setup.h"
#include "net/server_endpoint.h"
#include "net/worker_link.h"
#include "support/output_folder.h"

namespace gleaner::bench {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

/// Seconds of all threads of this process on a processor.
inline double process_cpu_seconds() {
  rusage u{};
  ::getrusage(RUSAGE_SELF, &u);
  const auto seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(u.ru_utime) + seconds(u.ru_stime);
}

struct Took {
  double wall = 0;
  double cpu = 0;
};
template <class Work>
Took time_of(Work work) {
  const double cpu = process_cpu_seconds();
  const auto began = Clock::now();
  work();
  return {seconds_since(began), process_cpu_seconds() - cpu};
}

inline double median(std::vector<double> v) {
  std::ranges::sort(v);
  return v.empty() ? 0 : v[v.size() / 2];
}

/// Lets one thread wait for so many events of others.
class Tally {
 public:
  void one() {
    if (++count_ == wanted_) count_.notify_all();
  }
  void expect(std::size_t more) { wanted_ += more; }
  void wait() const {
    for (std::size_t now = count_; now < wanted_; now = count_) count_.wait(now);
  }

 private:
  std::atomic<std::size_t> count_{0};
  std::atomic<std::size_t> wanted_{0};
};

/// Certificates in a folder of their own.
class Wax {
 public:
  explicit Wax(std::size_t workers) {
    const auto made = make_certificates(
        {.folder = folder_.path(), .workers = workers, .server = {"127.0.0.1"}, .now = std::time(nullptr)});
    if (!made) throw std::runtime_error(made.error().sentence());
  }
  [[nodiscard]] TlsFiles files(const std::string& who) const {
    return tls_files_in(folder_.path() / who).value();
  }

 private:
  test::OutputFolder folder_;
};

class ServerEar final : public RemoteSink {
 public:
  std::function<void(VectorSegment)> segment = [](const VectorSegment&) {};
  std::function<void(Peer, WorkerMessage)> message = [](Peer, const WorkerMessage&) {};
  std::function<void(Peer)> heartbeat = [](Peer) {};

  void on_message(Peer peer, WorkerMessage m) override { message(peer, std::move(m)); }
  void on_segment(VectorSegment s) override { segment(std::move(s)); }
  void on_heartbeat(Peer peer) override { heartbeat(peer); }
  void on_lost(Peer) override {}
  void on_placed(Arrival) override {}
  void on_waiting(std::size_t) override {}
};

class WorkerEar final : public RemoteWorkerSink {
 public:
  explicit WorkerEar(Tally* rounds = nullptr) : rounds_(rounds) {}
  void on_parameters(Stamp, SharedVector) override {}
  void on_message(ServerMessage) override {
    if (rounds_ != nullptr) rounds_->one();
  }
  void on_heartbeat() override {}
  void on_ended(LinkEnd) override {}

 private:
  Tally* rounds_;
};

inline std::unique_ptr<JoinedLink> join(int port, WorkerId worker,
                                        std::shared_ptr<grpc::ChannelCredentials> credentials) {
  JoinOptions options;
  options.server = "127.0.0.1:" + std::to_string(port);
  options.credentials = std::move(credentials);
  options.slot = worker;
  auto joined = JoinedLink::join(
      options, [] { return true; }, [](const std::string&) {});
  if (auto* failure = std::get_if<JoinFailure>(&joined)) throw std::runtime_error(failure->why);
  return std::move(std::get<std::unique_ptr<JoinedLink>>(joined));
}

/// One server and its workers.
struct Hall {
  Hall(std::size_t workers, bool tls, std::size_t floats_max) {
    set_up_process();  // as the commands do
    if (tls) wax = std::make_unique<Wax>(workers);
    EndpointOptions options;
    options.listen = "127.0.0.1:0";
    options.credentials = tls ? server_credentials(wax->files("server")) : grpc::InsecureServerCredentials();
    options.workers = workers;
    options.term = Term(1);
    options.limits = {workers, 64};
    endpoint = ServerEndpoint::open(std::move(options), server).value();
    for (std::uint32_t w = 0; w < workers; ++w) {
      ears.push_back(std::make_unique<WorkerEar>(&heard));
      links.push_back(join(endpoint->port(), WorkerId(w),
                           tls ? channel_credentials(wax->files("worker-" + std::to_string(w)))
                               : grpc::InsecureChannelCredentials()));
      links.back()->start(*ears.back(), {workers, 64}, floats_max);
    }
  }
  ~Hall() {
    links.clear();
    endpoint.reset();
  }
  [[nodiscard]] Peer peer(std::size_t w) const { return links[w]->placed().peer; }

  std::unique_ptr<Wax> wax;
  ServerEar server;
  Tally heard;  // messages, by all workers
  std::unique_ptr<ServerEndpoint> endpoint;
  std::vector<std::unique_ptr<WorkerEar>> ears;
  std::vector<std::unique_ptr<JoinedLink>> links;
};

}  // namespace gleaner::bench
