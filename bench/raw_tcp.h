// What the kernel carries at most: connections on loopback, a thread at either end, nothing else done.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace gleaner::bench {

class RawTcp {
 public:
  explicit RawTcp(std::size_t connections) {
    const int door = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* where = reinterpret_cast<sockaddr*>(&at);
    if (::bind(door, where, size) != 0 || ::listen(door, 64) != 0) throw std::runtime_error("no socket");
    ::getsockname(door, where, &size);
    for (std::size_t k = 0; k < connections; ++k) {
      const int out = ::socket(AF_INET, SOCK_STREAM, 0);
      if (::connect(out, where, size) != 0) throw std::runtime_error("no connection");
      const int on = 1;
      ::setsockopt(out, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      pairs_.emplace_back(out, ::accept(door, nullptr, nullptr));
    }
    ::close(door);
  }
  ~RawTcp() {
    for (const auto& [out, in] : pairs_) {
      ::close(out);
      ::close(in);
    }
  }
  RawTcp(const RawTcp&) = delete;
  RawTcp& operator=(const RawTcp&) = delete;

  /// On every connection so many blocks, each from the same memory to the same memory.
  void send(std::size_t blocks, std::size_t block_bytes) {
    std::vector<std::jthread> threads;
    for (const auto& pair : pairs_) {
      threads.emplace_back([=, out = pair.first] {
        const std::vector<char> block(block_bytes, 'x');
        for (std::size_t k = 0; k < blocks; ++k) {
          for (std::size_t at = 0; at < block_bytes;) at += move(::write(out, &block[at], block_bytes - at));
        }
      });
      threads.emplace_back([=, in = pair.second] {
        std::vector<char> block(block_bytes);
        for (std::size_t k = 0; k < blocks; ++k) {
          for (std::size_t at = 0; at < block_bytes;) at += move(::read(in, &block[at], block_bytes - at));
        }
      });
    }
  }

 private:
  static std::size_t move(ssize_t n) {
    if (n <= 0) throw std::runtime_error("a connection broke");
    return static_cast<std::size_t>(n);
  }
  std::vector<std::pair<int, int>> pairs_;  // writing, reading
};

}  // namespace gleaner::bench
