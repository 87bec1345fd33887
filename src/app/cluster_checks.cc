#include "app/cluster_checks.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "work/spec_grammar.h"

namespace gleaner {
namespace {

constexpr std::size_t kLocalProcessesMax = 1000;

// Whether this address is one of this machine's, and free, before anything is read or computed for it.
Status check_free(const Endpoint& endpoint) {
  if (endpoint.unix_socket) return {};
  const Error taken =
      bad_input(fmt::format("--listen {} cannot be had", endpoint.text()),
                "is another program listening there, and is the address one of this machine's?");
  addrinfo wish{};
  wish.ai_flags = AI_PASSIVE;
  wish.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &wish, &found) != 0)
    return taken;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, &::freeaddrinfo);
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    const int s = ::socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    if (s < 0) continue;
    const int yes = 1;
    ::setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const bool free = ::bind(s, a->ai_addr, a->ai_addrlen) == 0;
    ::close(s);
    if (free) return {};
  }
  return taken;
}

Status check_local(const TrainOptions& o) {
  const std::size_t n = o.cluster.local_processes;
  if (n > kLocalProcessesMax) {
    return bad_input(fmt::format("--local-processes {} are more than a machine has use for", n),
                     fmt::format("give at most {}", kLocalProcessesMax));
  }
  if (n > 0 && o.plan.gave("--workers") && o.plan.workers != n) {
    return bad_input(fmt::format("--local-processes {} and --workers {} differ", n, o.plan.workers),
                     "leave --workers away");
  }
  return {};
}

}  // namespace

Result<SecuredEndpoint> door_of(const TrainOptions& o) {
  const std::string listen = o.cluster.listen.empty() ? "127.0.0.1:0" : o.cluster.listen;
  return secure("--listen", listen, o.cluster.security);
}

Status check_cluster(const TrainOptions& o) {
  const char* what = o.cluster.listen.empty() ? "--local-processes" : "gleaner server";
  if (o.faults != "none") {
    return bad_input(fmt::format("--faults are injected into threads, and {} has processes", what),
                     "leave --faults away, and kill processes");
  }
  if (o.clock != "real") {
    return bad_input(fmt::format("--clock {} and processes do not go together", o.clock),
                     "leave --clock away");
  }
  if (Status s = check_local(o); !s) return s;
  const Result<Duration> beat = parse_duration(o.cluster.heartbeat, TimeUnits::required);
  if (!beat || beat.value() < std::chrono::milliseconds(1) || beat.value() > std::chrono::minutes(1)) {
    return bad_input(fmt::format("--heartbeat {} is no time from 1ms to 1min", o.cluster.heartbeat),
                     "give e.g. 100ms");
  }
  if (o.plan.plan_file.empty() && o.cluster.start_with > o.plan.workers) {
    return bad_input(
        fmt::format("--start-with {} but there are {} workers", o.cluster.start_with, o.plan.workers),
        "give at most as many as there are");
  }
  const Result<SecuredEndpoint> door = door_of(o);
  if (!door) return door.error();
  if (Status s = check_free(door.value().endpoint); !s) return s;
  if (o.cluster.share.empty()) return {};
  std::error_code trouble;
  std::filesystem::create_directories(o.cluster.share, trouble);
  if (std::filesystem::is_directory(o.cluster.share, trouble)) return {};
  return bad_input(fmt::format("--share {} is no folder, and none can be made", o.cluster.share),
                   "name a folder that this user may write in");
}

void adapt_to_cluster(TrainOptions& o) {
  if (o.cluster.local_processes > 0) o.plan.workers = o.cluster.local_processes;
  if (!o.plan.gave("--when-unrecoverable")) o.when_unrecoverable = kClusterWaits;
}

}  // namespace gleaner
