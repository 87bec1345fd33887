// How links end, one by one and all together.
#include <utility>

#include "net/buffers.h"
#include "net/server_core.h"

namespace gleaner {
namespace {

constexpr std::chrono::seconds kFarewell{3};
// A worker whose link broke so long ago or longer is not waited for at the end.
constexpr std::chrono::seconds kStraysAreGoneAfter{10};

}  // namespace

void ServerEndpoint::Core::release(LinkId id, const std::string& why) {
  Link& link = links_.at(id);
  if (link.vectors != nullptr) link.vectors->finish({grpc::StatusCode::ABORTED, why});
  link.descent.reset();
  if (const auto peer = std::exchange(link.peer, std::nullopt)) {
    placed_.erase(peer->worker);
    sink_.on_lost(*peer);
  }
  const std::size_t before = places_.waiting();
  for (const Places::Place& p : places_.left(id)) place(p);
  if (places_.waiting() != before) sink_.on_waiting(places_.waiting());
}

// It may knock to hear the end, if that comes soon.
void ServerEndpoint::Core::stray(const Link& link) {
  if (link.had && !link.leaving) strays_[*link.had] = std::chrono::steady_clock::now();
}

void ServerEndpoint::Core::ended(LinkId id) {
  const std::scoped_lock lock(mutex_);
  if (!over_ && links_.contains(id)) release(id, "its connection is closed");
}

void ServerEndpoint::Core::broke(LinkId id, const std::string& why) {
  const std::scoped_lock lock(mutex_);
  if (over_ || !links_.contains(id)) return;
  Link& link = links_.at(id);
  if (link.peer) stray(link);
  ServerStream* control = link.control;
  release(id, why);
  if (control != nullptr) control->finish({grpc::StatusCode::ABORTED, why});
}

void ServerEndpoint::Core::closed(LinkId id, bool cut) {
  const std::scoped_lock lock(mutex_);
  Link& link = links_.at(id);
  if (!over_) release(id, "its connection is closed");
  // Nobody else has its place; and if it is over, the news may not have come.
  const bool is_next = link.had && (link.peer || !placed_.contains(*link.had));
  if (cut && is_next) stray(link);
  link.control = nullptr;
  if (link.vectors == nullptr) links_.erase(id);
  changed_.notify_all();
}

// It has been told already; that it knocks says that nobody need wait for it any longer.
void ServerEndpoint::Core::heard_after_the_end(Link& link, const WorkerFrame& frame) {
  const auto* knock = std::get_if<Knock>(&frame);
  if (knock == nullptr || link.control == nullptr) return;
  if (knock->earlier) {
    strays_.erase(knock->earlier->peer.worker);
  } else if (knock->slot) {
    strays_.erase(*knock->slot);
  }
  link.control->finish(grpc::Status::OK);
}

bool ServerEndpoint::Core::all_have_heard() const { return links_.empty() && strays_.empty(); }

// Who has heard it closes its streams. Were they closed here, the end of the one for vectors could be there
// sooner than the news on the other connection, and a worker would take it for a fault and knock for minutes.
void ServerEndpoint::Core::goodbye(const Goodbye& goodbye) {
  {
    std::unique_lock lock(mutex_);
    if (over_) return;
    over_ = goodbye;
    for (auto& [id, link] : links_) {
      if (link.control == nullptr) continue;
      link.control->send(to_buffer(encode(ServerFrame(goodbye))));
      if (!link.knocked) link.control->finish(grpc::Status::OK);
    }
    changed_.notify_all();
    std::erase_if(strays_, [now = std::chrono::steady_clock::now()](const auto& stray) {
      return now - stray.second > kStraysAreGoneAfter;
    });
    changed_.wait_for(lock, kFarewell, [this] { return all_have_heard(); });
    for (auto& [id, link] : links_) {
      if (link.control != nullptr) link.control->finish(grpc::Status::OK);
      if (link.vectors != nullptr) link.vectors->finish(grpc::Status::OK);
    }
  }
  if (watch_.joinable()) watch_.join();
  if (server_) server_->Shutdown(std::chrono::system_clock::now() + kFarewell);
}

}  // namespace gleaner
