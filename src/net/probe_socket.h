// One connection that gives up at a time limit. For asking why another one cannot be made.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>

#include "net/endpoint_rules.h"

namespace gleaner {

class ProbeSocket {
 public:
  enum class State { open, unknown_name, refused, silent, unreachable };
  using Clock = std::chrono::steady_clock;

  /// Tries every address of the endpoint, until `deadline` at the latest. (Looking up a name can take
  /// longer.)
  ProbeSocket(const Endpoint& endpoint, Clock::time_point deadline);
  ~ProbeSocket();
  ProbeSocket(const ProbeSocket&) = delete;
  ProbeSocket& operator=(const ProbeSocket&) = delete;

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }  ///< the system's words, where not open

  /// REQUIRES for both: open. False: the connection ended, or time is up.
  [[nodiscard]] bool send(std::span<const char> bytes);
  /// How many bytes came; 0: the other end closed; -1: time is up, or the connection broke.
  [[nodiscard]] std::ptrdiff_t receive(std::span<char> room);
  [[nodiscard]] bool late() const { return Clock::now() >= deadline_; }

 private:
  void try_address(int family, const void* address, unsigned size);
  void connect_unix(const std::string& path);
  [[nodiscard]] bool wait_for(short events) const;

  Clock::time_point deadline_;
  int file_ = -1;
  State state_ = State::unreachable;
  std::string reason_;
};

}  // namespace gleaner
