#include "transport/inproc.h"

#include <utility>

#include "base/check.h"

namespace gleaner {

// The lock is held while a worker's sink is called, so that the sink is never called after its link was
// closed. Sinks only queue: nothing waits for anything else under the lock.
struct InprocHub::State {
  explicit State(ServerSink& s) : server(s) {}
  std::mutex mutex;
  ServerSink& server;
  struct Entry {
    Incarnation life;
    WorkerSink* sink;
  };
  std::map<WorkerId, Entry> links;

  WorkerSink* find(Peer peer) {
    const auto it = links.find(peer.worker);
    return it != links.end() && it->second.life == peer.life ? it->second.sink : nullptr;
  }
};

class InprocHub::Link final : public WorkerTransport {
 public:
  Link(std::shared_ptr<State> state, Peer peer) : state_(std::move(state)), peer_(peer) {}
  ~Link() override {
    {
      const std::scoped_lock lock(state_->mutex);
      if (state_->find(peer_) != nullptr) state_->links.erase(peer_.worker);
    }
    state_->server.on_lost(peer_);
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void send(WorkerMessage message) override { state_->server.on_message(peer_, std::move(message)); }
  bool send_segment(VectorSegment segment) override {
    state_->server.on_segment(std::move(segment));
    return true;
  }

 private:
  std::shared_ptr<State> state_;
  Peer peer_;
};

InprocHub::InprocHub(ServerSink& server) : state_(std::make_shared<State>(server)) {}
InprocHub::~InprocHub() = default;

std::unique_ptr<WorkerTransport> InprocHub::connect(Peer peer, WorkerSink& sink) {
  const std::scoped_lock lock(state_->mutex);
  GLEANER_CHECK(state_->find(peer) == nullptr, "an incarnation has one link");
  state_->links[peer.worker] = {peer.life, &sink};
  return std::make_unique<Link>(state_, peer);
}

void InprocHub::send(Peer peer, ServerMessage message) {
  const std::scoped_lock lock(state_->mutex);
  if (WorkerSink* sink = state_->find(peer)) sink->on_message(std::move(message));
}

void InprocHub::send_parameters(Peer peer, Stamp stamp, SharedVector parameters) {
  const std::scoped_lock lock(state_->mutex);
  if (WorkerSink* sink = state_->find(peer)) sink->on_parameters(stamp, std::move(parameters));
}

}  // namespace gleaner
