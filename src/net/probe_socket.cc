#include "net/probe_socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace gleaner {

ProbeSocket::ProbeSocket(const Endpoint& endpoint, Clock::time_point deadline) : deadline_(deadline) {
  if (endpoint.unix_socket) {
    connect_unix(endpoint.host);
    return;
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure =
      ::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found);
  if (failure != 0) {
    state_ = State::unknown_name;
    reason_ = ::gai_strerror(failure);
    return;
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  for (const addrinfo* a = found; a != nullptr && state_ != State::open; a = a->ai_next) {
    try_address(a->ai_family, a->ai_addr, a->ai_addrlen);
  }
}

ProbeSocket::~ProbeSocket() {
  if (file_ >= 0) ::close(file_);
}

void ProbeSocket::connect_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    reason_ = std::strerror(ENAMETOOLONG);
    return;
  }
  std::copy(path.begin(), path.end(), address.sun_path);
  try_address(AF_UNIX, &address, sizeof(address));
}

void ProbeSocket::try_address(int family, const void* address, unsigned size) {
  const int file = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (file < 0) {
    reason_ = std::strerror(errno);
    return;
  }
  file_ = file;
  int failure = ::connect(file, static_cast<const sockaddr*>(address), size) == 0 ? 0 : errno;
  bool late = false;
  if (failure == EINPROGRESS) {
    late = !wait_for(POLLOUT);
    socklen_t length = sizeof(failure);
    if (!late) ::getsockopt(file, SOL_SOCKET, SO_ERROR, &failure, &length);
  }
  if (!late && failure == 0) {
    state_ = State::open;
    return;
  }
  ::close(file);
  file_ = -1;
  state_ = late                                           ? State::silent
           : failure == ECONNREFUSED || failure == ENOENT ? State::refused
                                                          : State::unreachable;
  reason_ = std::strerror(late ? ETIMEDOUT : failure);
}

bool ProbeSocket::wait_for(short events) const {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    if (left <= 0) return false;
    pollfd wish{.fd = file_, .events = events, .revents = 0};
    const int ready = ::poll(&wish, 1, static_cast<int>(std::min<long>(left, 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool ProbeSocket::send(std::span<const char> bytes) {
  while (!bytes.empty()) {
    if (!wait_for(POLLOUT)) return false;
    const ssize_t sent = ::send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (sent > 0) bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

std::ptrdiff_t ProbeSocket::receive(std::span<char> room) {
  while (wait_for(POLLIN)) {
    const ssize_t got = ::recv(file_, room.data(), room.size(), 0);
    if (got >= 0) return got;
    if (errno != EINTR && errno != EAGAIN) return -1;
  }
  return -1;
}

}  // namespace gleaner
