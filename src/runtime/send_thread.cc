#include "runtime/send_thread.h"

#include <utility>

namespace gleaner {

SendThread::SendThread(Peer peer, WorkerTransport& link, SendWindow& window, Finished finished)
    : peer_(peer), link_(link), window_(window), finished_(std::move(finished)), thread_([this] {
        loop();
      }) {}

SendThread::~SendThread() {
  shut_down();
  thread_.join();
}

void SendThread::start(Task task) {
  {
    const std::scoped_lock lock(mutex_);
    ++generation_;
    next_ = std::move(task);
  }
  window_.wake();
  changed_.notify_all();
}

void SendThread::withdraw() {
  {
    const std::scoped_lock lock(mutex_);
    ++generation_;
    next_.reset();
  }
  window_.wake();
}

void SendThread::shut_down() {
  {
    const std::scoped_lock lock(mutex_);
    ++generation_;
    next_.reset();
    quitting_ = true;
  }
  window_.wake();
  changed_.notify_all();
}

void SendThread::loop() {
  while (true) {
    Task task;
    std::uint64_t generation = 0;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return quitting_ || next_.has_value(); });
      if (quitting_) return;
      task = *std::exchange(next_, std::nullopt);
      generation = generation_.load();
    }
    send(task, generation);
  }
}

void SendThread::send(const Task& task, std::uint64_t generation) {
  const SegmentLayout& layout = task.encoder->layout();
  // A vector of which nothing is wanted any more is ended by an empty segment.
  const std::uint32_t end = std::max(layout.count(), task.first + 1);
  for (std::uint32_t index = task.first; index < end; ++index) {
    if (task.pause_before && index >= *task.pause_before) return finished_(task.ticket, Ended::paused);
    if (!window_.wait(task.ticket.stamp, index, [&] { return overtaken(generation); })) return;
    VectorSegment segment{peer_, task.ticket, index, std::vector<float>(layout.range(index).size())};
    task.encoder->encode(index, segment.data);
    if (overtaken(generation) || !link_.send_segment(std::move(segment))) return;
  }
  finished_(task.ticket, Ended::sent);
}

}  // namespace gleaner
