// Links as between processes, within one: they can be cut, and workers can fall silent.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "training/run_log.h"
#include "transport/remote.h"

namespace gleaner::test {

/// The server's end. Thread safe; sinks are called under its lock, and only queue.
class RemoteHub final : public RemoteTransport {
 public:
  explicit RemoteHub(RemoteSink& server) : server_(server) {}

  /// A link for this life. REQUIRES: it has none.
  [[nodiscard]] std::unique_ptr<RemoteLink> connect(Peer peer, bool same_life) {
    const std::scoped_lock lock(mutex_);
    links_[peer.worker] = {peer, nullptr};
    server_.on_placed({peer, same_life, "here"});
    return std::make_unique<Link>(*this, peer);
  }
  void start(RemoteLink& link, RemoteWorkerSink& sink) {
    const std::scoped_lock lock(mutex_);
    if (Entry* e = find(static_cast<Link&>(link).peer)) {
      e->sink = &sink;
    } else {  // it was cut in the meantime
      sink.on_ended({false, "", "cut"});
    }
  }
  /// Both ends hear that the link is gone. False: there was none.
  bool cut(WorkerId worker) {
    const std::scoped_lock lock(mutex_);
    const auto it = links_.find(worker);
    if (it == links_.end() || it->second.sink == nullptr) return false;
    remove(it->second.peer, "cut");
    return true;
  }
  /// Nothing of this worker arrives any more (or it does again); its link stays.
  void silence(WorkerId worker, bool silent) {
    const std::scoped_lock lock(mutex_);
    if (silent) {
      silent_.insert(worker);
    } else {
      silent_.erase(worker);
    }
  }
  /// Segments of this worker from `segment` on go astray; none: they arrive again.
  void lose_segments(WorkerId worker, std::optional<std::uint32_t> segment) {
    const std::scoped_lock lock(mutex_);
    if (segment) {
      astray_[worker] = *segment;
    } else {
      astray_.erase(worker);
    }
  }
  void goodbye(const RunSummary& summary) {
    const std::scoped_lock lock(mutex_);
    over_ = true;
    for (auto& [worker, e] : links_) {
      if (e.sink != nullptr) e.sink->on_ended({true, summary.status, summary.reason});
    }
    links_.clear();
  }
  [[nodiscard]] bool over() {
    const std::scoped_lock lock(mutex_);
    return over_;
  }

  void send(Peer peer, ServerMessage message) override {
    const std::scoped_lock lock(mutex_);
    if (Entry* e = find(peer); e != nullptr && e->sink != nullptr) e->sink->on_message(std::move(message));
  }
  void send_parameters(Peer peer, Stamp stamp, SharedVector parameters) override {
    const std::scoped_lock lock(mutex_);
    if (Entry* e = find(peer); e != nullptr && e->sink != nullptr) {
      server_.on_sent(parameters->size() * sizeof(float));
      e->sink->on_parameters(stamp, std::move(parameters));
    }
  }
  void drop(Peer peer, const std::string& why) override {
    const std::scoped_lock lock(mutex_);
    remove(peer, why);
  }
  void fill_places() override {}

 private:
  struct Entry {
    Peer peer;
    RemoteWorkerSink* sink = nullptr;
  };
  class Link final : public RemoteLink {
   public:
    Link(RemoteHub& hub, Peer p) : peer(p), hub_(hub) {}
    ~Link() override {
      const std::scoped_lock lock(hub_.mutex_);
      hub_.remove(peer, "");
    }
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    void send(WorkerMessage m) override {
      hub_.from(peer, [&](RemoteSink& s) { s.on_message(peer, std::move(m)); });
    }
    void send(WorkNote n) override {
      hub_.from(peer, [&](RemoteSink& s) { s.on_note(peer, n); });
    }
    bool send_segment(VectorSegment segment) override {
      return hub_.from(peer, [&](RemoteSink& s) {
        const auto astray = hub_.astray_.find(peer.worker);
        if (astray == hub_.astray_.end() || segment.index < astray->second) s.on_segment(std::move(segment));
      });
    }
    void heartbeat() override {
      hub_.from(peer, [&](RemoteSink& s) { s.on_heartbeat(peer); });
      const std::scoped_lock lock(hub_.mutex_);
      if (Entry* e = hub_.find(peer); e != nullptr && e->sink != nullptr) e->sink->on_heartbeat();
    }
    void leaving() override {
      hub_.from(peer, [&](RemoteSink& s) { s.on_leaving(peer); });
    }
    void abandon() override {}
    const Peer peer;

   private:
    RemoteHub& hub_;
  };

  Entry* find(Peer peer) {
    const auto it = links_.find(peer.worker);
    return it != links_.end() && it->second.peer == peer ? &it->second : nullptr;
  }
  void remove(Peer peer, const std::string& why) {
    Entry* e = find(peer);
    if (e == nullptr) return;
    RemoteWorkerSink* sink = e->sink;
    links_.erase(peer.worker);
    server_.on_lost(peer);
    if (sink != nullptr && !why.empty()) sink->on_ended({false, "", why});
  }
  template <class Deliver>
  bool from(Peer peer, Deliver deliver) {
    const std::scoped_lock lock(mutex_);
    if (find(peer) == nullptr) return false;
    if (!silent_.contains(peer.worker)) deliver(server_);
    return true;
  }

  RemoteSink& server_;
  std::mutex mutex_;
  std::map<WorkerId, Entry> links_;
  std::set<WorkerId> silent_;
  std::map<WorkerId, std::uint32_t> astray_;
  bool over_ = false;
};

}  // namespace gleaner::test
