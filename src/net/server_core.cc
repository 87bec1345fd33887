#include "net/server_core.h"

#include <utility>

#include <fmt/format.h>

#include "net/buffers.h"

namespace gleaner {
namespace {

std::vector<std::uint32_t> checksums(std::span<const float> numbers, std::size_t segment_floats) {
  std::vector<std::uint32_t> crcs;
  for (std::size_t at = 0; at < numbers.size(); at += segment_floats) {
    crcs.push_back(crc32c(std::as_bytes(numbers.subspan(at, std::min(segment_floats, numbers.size() - at)))));
  }
  return crcs;
}

}  // namespace

ServerEndpoint::Core::Core(EndpointOptions options, RemoteSink& sink)
    : options_(std::move(options)),
      sink_(sink),
      places_(options_.workers, options_.term, options_.lives, [this] {
        std::uint64_t token = 0;
        while (token == 0) token = (std::uint64_t{random_()} << 32) | random_();
        return token;
      }) {}

void ServerEndpoint::Core::say(const std::string& line) {
  if (!options_.say) return;
  std::size_t dropped = 0;
  {
    const std::scoped_lock lock(say_mutex_);
    if (!lines_.pass(LineLimit::Clock::now())) return;
    dropped = lines_.take_dropped();
  }
  if (dropped > 0) options_.say(fmt::format("{} lines before this one were left out", dropped));
  options_.say(line);
}

void ServerEndpoint::Core::send(Peer peer, ServerMessage message) {
  const std::scoped_lock lock(mutex_);
  Link* link = find(peer);
  if (link == nullptr || link->control == nullptr) return;
  std::span<const WorkerId> neighbours;
  if (!options_.neighbours.empty()) neighbours = options_.neighbours[peer.worker.index()];
  link->control->send(to_buffer(encode(ServerFrame(std::move(message)), neighbours)));
}

// The checksums are the same for all workers of a round.
std::shared_ptr<const Descent::Content> ServerEndpoint::Core::content_of(const SharedVector& parameters) {
  {
    const std::scoped_lock lock(mutex_);
    if (auto known = last_content_.lock(); known && known->numbers == parameters) return known;
  }
  auto content = std::make_shared<const Descent::Content>(
      Descent::Content{parameters, checksums(*parameters, options_.segment_floats)});
  const std::scoped_lock lock(mutex_);
  last_content_ = content;
  return content;
}

void ServerEndpoint::Core::send_parameters(Peer peer, Stamp stamp, SharedVector parameters) {
  const auto content = content_of(parameters);
  const std::scoped_lock lock(mutex_);
  Link* link = find(peer);
  if (link == nullptr) return;
  const bool idle = !link->descent;
  link->descent = Descent{stamp, content};
  if (idle) pump(*link, kInFlight);
}

void ServerEndpoint::Core::pump(LinkId id, std::size_t segments) {
  const std::scoped_lock lock(mutex_);
  if (const auto it = links_.find(id); it != links_.end()) pump(it->second, segments);
}

void ServerEndpoint::Core::pump(Link& link, std::size_t segments) {
  for (; segments > 0 && link.descent && link.vectors != nullptr; --segments) {
    Descent& d = *link.descent;
    const std::span<const float> all(*d.content->numbers);
    const std::size_t at = d.next * options_.segment_floats;
    SegmentHeader header;
    header.kind = SegmentKind::parameters;
    header.ticket.stamp = d.stamp;
    header.index = d.next;
    header.total = all.size();
    const auto part = all.subspan(at, std::min(options_.segment_floats, all.size() - at));
    link.vectors->send(segment_buffer(header, d.content, part, &d.content->crcs[d.next]));
    sink_.on_sent(part.size_bytes());
    if (++d.next == d.content->crcs.size()) link.descent.reset();
  }
}

void ServerEndpoint::Core::drop(Peer peer, const std::string& why) {
  const std::scoped_lock lock(mutex_);
  const auto it = placed_.find(peer.worker);
  Link* link = find(peer);
  if (link == nullptr) return;
  ServerStream* control = link->control;
  stray(*link);
  release(it->second, why);
  if (control != nullptr) control->finish({grpc::StatusCode::ABORTED, why});
}

void ServerEndpoint::Core::fill_places() {
  const std::scoped_lock lock(mutex_);
  const std::vector<Places::Place> filled = places_.fill();
  for (const Places::Place& p : filled) place(p);
  if (!filled.empty()) sink_.on_waiting(places_.waiting());
}

ServerEndpoint::Core::Link* ServerEndpoint::Core::find(Peer peer) {
  const auto it = placed_.find(peer.worker);
  if (it == placed_.end()) return nullptr;
  Link& link = links_.at(it->second);
  return link.peer == peer ? &link : nullptr;
}

ServerEndpoint::Core::LinkId ServerEndpoint::Core::connected(ServerStream* control, const std::string& from) {
  const std::scoped_lock lock(mutex_);
  Link& link = links_[++last_link_];
  link.from = from;
  link.since = link.heard = std::chrono::steady_clock::now();
  link.control = control;
  if (over_) {
    control->send(to_buffer(encode(ServerFrame(*over_))));
  } else if (links_.size() > links_max()) {
    control->finish(
        {grpc::StatusCode::RESOURCE_EXHAUSTED, fmt::format("more than {} connections", links_max())});
  }
  return last_link_;
}

void ServerEndpoint::Core::heard(LinkId id, const Right& right, const WorkerFrame& frame) {
  std::optional<Peer> peer;
  {
    const std::scoped_lock lock(mutex_);
    const auto it = links_.find(id);
    if (it == links_.end()) return;
    if (over_) return heard_after_the_end(it->second, frame);
    if (const auto* k = std::get_if<Knock>(&frame)) return knock(id, right, *k);
    it->second.heard = std::chrono::steady_clock::now();
    peer = it->second.peer;
    if (!peer && it->second.knocked && std::holds_alternative<Heartbeat>(frame)) {  // it waits for a place
      return it->second.control->send(to_buffer(encode(ServerFrame(Heartbeat{}))));
    }
    if (!peer) {
      return it->second.control->finish({grpc::StatusCode::FAILED_PRECONDITION, "no Knock came before"});
    }
    it->second.leaving |= std::holds_alternative<Leaving>(frame);
    if (std::holds_alternative<Heartbeat>(frame)) {
      it->second.control->send(to_buffer(encode(ServerFrame(Heartbeat{}))));
    }
  }
  if (std::holds_alternative<Heartbeat>(frame)) return sink_.on_heartbeat(*peer);
  if (std::holds_alternative<Leaving>(frame)) return sink_.on_leaving(*peer);
  if (const auto* note = std::get_if<WorkNote>(&frame)) return sink_.on_note(*peer, *note);
  if (const auto* message = std::get_if<WorkerMessage>(&frame)) sink_.on_message(*peer, *message);
}

void ServerEndpoint::Core::turn_away(Link& link, const std::string& why) {
  say(fmt::format("refused a worker from {}: {}", link.from, why));
  TurnedAway answer;
  answer.why = why;
  link.control->send(to_buffer(encode(ServerFrame(std::move(answer)))));
  link.control->finish(grpc::Status::OK);
}

void ServerEndpoint::Core::knock(LinkId id, const Right& right, const Knock& knock) {
  Link& link = links_.at(id);
  if (std::exchange(link.knocked, true)) {
    return link.control->finish({grpc::StatusCode::FAILED_PRECONDITION, "a second Knock"});
  }
  if (!knock.host.empty()) link.from = fmt::format("{} ({})", knock.host, link.from);
  if (knock.last_version < kWireVersionFirst || knock.first_version > kWireVersionLast) {
    return turn_away(link,
                     fmt::format("it speaks versions {} to {} of the wire format (Gleaner {}), this server "
                                 "{} to {}; install the same release on both",
                                 knock.first_version, knock.last_version, knock.release, kWireVersionFirst,
                                 kWireVersionLast));
  }
  link.version = std::min(kWireVersionLast, knock.last_version);
  const Places::Answer answer = places_.knock(id, right, knock);
  if (const auto* refusal = std::get_if<Places::Refusal>(&answer)) return turn_away(link, refusal->why);
  if (const auto* waiting = std::get_if<Waiting>(&answer)) {
    link.control->send(to_buffer(encode(ServerFrame(*waiting))));
    return sink_.on_waiting(places_.waiting());
  }
  place(std::get<Places::Place>(answer));
}

void ServerEndpoint::Core::place(const Places::Place& place) {
  if (place.replaces) {
    Link& before = links_.at(*place.replaces);
    ServerStream* control = before.control;
    if (std::exchange(before.peer, std::nullopt)) {
      placed_.erase(place.peer.worker);
      sink_.on_lost(place.peer);
    }
    const grpc::Status replaced(grpc::StatusCode::ABORTED, "it came back by another link");
    if (control != nullptr) control->finish(replaced);
    if (before.vectors != nullptr) before.vectors->finish(replaced);
  }
  Link& link = links_.at(place.link);
  link.peer = place.peer;
  link.had = place.peer.worker;
  placed_[place.peer.worker] = place.link;
  strays_.erase(place.peer.worker);
  sink_.on_placed({place.peer, place.same_life, link.from});
  link.control->send(to_buffer(
      encode(ServerFrame(Placed{link.version, place.peer, options_.term, place.token, options_.heartbeat}))));
}

std::optional<ServerEndpoint::Core::LinkId> ServerEndpoint::Core::attach(const EarlierLife& life,
                                                                         ServerStream* vectors) {
  const std::scoped_lock lock(mutex_);
  const std::optional<LinkId> id = places_.link_of(life);
  if (!id || over_) return std::nullopt;
  if (vectors == nullptr) return id;
  Link& link = links_.at(*id);
  if (link.vectors != nullptr) return std::nullopt;
  link.vectors = vectors;
  link.vectors_ended.reset();
  if (link.descent) link.descent->next = 0;  // what was on its way by another connection is lost
  return id;
}

void ServerEndpoint::Core::detached(LinkId id, ServerStream* vectors) {
  const std::scoped_lock lock(mutex_);
  const auto it = links_.find(id);
  if (it == links_.end() || it->second.vectors != vectors) return;
  it->second.vectors = nullptr;
  it->second.vectors_ended = std::chrono::steady_clock::now();
  if (it->second.control == nullptr) links_.erase(it);
  changed_.notify_all();
}

bool ServerEndpoint::Core::stranger(ServerStream* stream) {
  const std::scoped_lock lock(mutex_);
  if (strangers_.size() >= links_max()) return false;
  strangers_[stream] = std::chrono::steady_clock::now();
  return true;
}

void ServerEndpoint::Core::known(ServerStream* stream) {
  const std::scoped_lock lock(mutex_);
  strangers_.erase(stream);
}

}  // namespace gleaner
