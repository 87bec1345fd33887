// The thread that encodes a worker's vector and sends it, segment by segment, beside the computing.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "runtime/send_window.h"
#include "transport/transport.h"
#include "work/vector_encoder.h"

namespace gleaner {

/// Owns one thread. start() and withdraw() are called by one other thread and do not wait for it; the
/// callback runs on the sending thread. The destructor withdraws and joins.
class SendThread {
 public:
  struct Task {
    Ticket ticket;
    std::shared_ptr<const VectorEncoder> encoder;
    std::uint32_t first = 0;
    std::optional<std::uint32_t> pause_before;  ///< stop before this segment and say so: a fault is due there
  };
  enum class Ended : std::uint8_t { sent, paused };
  using Finished = std::function<void(Ticket, Ended)>;

  SendThread(Peer peer, WorkerTransport& link, SendWindow& window, Finished finished);
  ~SendThread();
  SendThread(const SendThread&) = delete;
  SendThread& operator=(const SendThread&) = delete;

  /// Sends this vector. What was being sent is withdrawn. A task that is withdrawn is not reported.
  void start(Task task);
  void withdraw();
  /// Ends the thread as soon as it can, without waiting.
  void shut_down();

 private:
  void loop();
  void send(const Task& task, std::uint64_t generation);
  [[nodiscard]] bool overtaken(std::uint64_t generation) const { return generation_.load() != generation; }

  Peer peer_;
  WorkerTransport& link_;
  SendWindow& window_;
  Finished finished_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Task> next_;
  std::atomic<std::uint64_t> generation_{0};  // counts starts and withdrawals
  bool quitting_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace gleaner
