// What 1,000 workers cost the server while they compute: processor time per report and per sign of life, and
// memory per worker. The workers are links of a child process, so that all that is counted here is the
// server's.
//
//   report_bench [WORKERS]
//
// Prints a table; no framework, as the child must be there before gRPC is.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "bench/net_hall.h"

namespace gleaner::bench {
namespace {

constexpr std::size_t kSweeps = 20;  // every worker speaks once in each
constexpr std::chrono::milliseconds kBetweenSweeps{100};
constexpr int kRepeats = 5;

/// One side asks, the other answers, a byte each.
struct Pipes {
  int to_child[2];
  int to_parent[2];
};
void say(int fd, int number) {
  if (::write(fd, &number, sizeof number) != sizeof number) std::exit(1);
}
int hear(int fd) {
  int number = 0;
  return ::read(fd, &number, sizeof number) == sizeof number ? number : -1;
}

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

enum Order : int { kJoin = 1, kStart, kReport, kHeartbeat };

/// All workers, in the child.
[[noreturn]] void be_workers(const Pipes& pipes, std::size_t workers) {
  set_up_process();
  const int port = hear(pipes.to_child[0]);
  std::vector<std::unique_ptr<JoinedLink>> links;
  WorkerEar ear;
  for (int order = hear(pipes.to_child[0]); order > 0; order = hear(pipes.to_child[0])) {
    switch (order) {
      case kJoin:
        for (std::uint32_t w = 0; w < workers; ++w)
          links.push_back(join(port, WorkerId(w), grpc::InsecureChannelCredentials()));
        break;
      case kStart:
        for (auto& link : links) link->start(ear, {workers, 64}, 1 << 20);
        break;
      default:
        for (std::size_t k = 0; k < kSweeps; ++k) {
          const auto next = Clock::now() + kBetweenSweeps;
          for (auto& link : links) {
            if (order == kHeartbeat) {
              link->heartbeat();
            } else {
              Progress p;
              p.stamp = {Term(1), RoundId(1)};
              p.done = SlotSet::first(k % 8);
              p.pace = {std::chrono::milliseconds(20), 16};
              link->send(WorkerMessage(p));
            }
          }
          std::this_thread::sleep_until(next);
        }
    }
    say(pipes.to_parent[1], 0);
  }
  std::_Exit(0);
}

int measure(const Pipes& pipes, std::size_t workers) {
  set_up_process();
  ServerEar sink;
  Tally reports;
  Tally heartbeats;
  sink.message = [&](Peer, const WorkerMessage&) { reports.one(); };
  sink.heartbeat = [&](Peer) { heartbeats.one(); };
  EndpointOptions options;
  options.listen = "127.0.0.1:0";
  options.credentials = grpc::InsecureServerCredentials();
  options.workers = workers;
  options.term = Term(1);
  options.limits = {workers, 64};
  auto endpoint = ServerEndpoint::open(std::move(options), sink).value();
  const int child = pipes.to_child[1];
  const auto done = [&] {
    if (hear(pipes.to_parent[0]) != 0) throw std::runtime_error("the workers are gone");
  };
  say(child, endpoint->port());

  const double empty = resident_mib();
  const Took joined = time_of([&] {
    say(child, kJoin);
    done();
  });
  const double with_control = resident_mib();
  say(child, kStart);
  done();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const double with_both = resident_mib();
  const double n = static_cast<double>(workers);
  fmt::print("{} workers joined in {:.2f} s, {:.0f} us of the server's processor time each\n", workers,
             joined.wall, joined.cpu / n * 1e6);
  fmt::print(
      "memory per worker: {:.0f} KiB with its control connection, {:.0f} KiB with that for vectors, too\n",
      (with_control - empty) / n * 1024, (with_both - empty) / n * 1024);

  const Took idle = time_of([] { std::this_thread::sleep_for(std::chrono::seconds(2)); });
  fmt::print("idle: {:.2f}% of a processor\n", 100 * idle.cpu / idle.wall);
  for (const auto& [order, name, tally] : {std::tuple{kReport, "report", &reports},
                                           std::tuple{kHeartbeat, "sign of life, answered", &heartbeats}}) {
    std::vector<double> each;
    for (int k = 0; k < kRepeats; ++k) {
      tally->expect(workers * kSweeps);
      const Took took = time_of([&] {
        say(child, order);
        tally->wait();
        done();
      });
      each.push_back(took.cpu / (n * kSweeps) * 1e6);
    }
    std::ranges::sort(each);
    fmt::print("{}: {:.1f} us of the server's processor time ({:.1f} to {:.1f}, {} repeats)\n", name,
               median(each), each.front(), each.back(), kRepeats);
  }
  ::close(child);
  ::wait(nullptr);
  return 0;
}

}  // namespace
}  // namespace gleaner::bench

int main(int argc, char** argv) {
  using namespace gleaner::bench;
  const std::size_t workers = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000;
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  Pipes pipes{};
  if (workers == 0 || ::pipe(pipes.to_child) != 0 || ::pipe(pipes.to_parent) != 0) return 2;
  if (::fork() == 0) {
    ::close(pipes.to_child[1]);
    ::close(pipes.to_parent[0]);
    be_workers(pipes, workers);
  }
  ::close(pipes.to_child[0]);
  ::close(pipes.to_parent[1]);
  return measure(pipes, workers);
}
