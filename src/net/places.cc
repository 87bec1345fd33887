#include "net/places.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace gleaner {

Places::Places(std::size_t workers, Term term, std::vector<Incarnation> lives,
               std::function<std::uint64_t()> token)
    : term_(term), token_(std::move(token)), seats_(workers) {
  for (std::size_t w = 0; w < std::min(lives.size(), workers); ++w) seats_[w].life = lives[w];
}

std::optional<Places::LinkId> Places::link_of(const EarlierLife& life) const {
  if (life.term != term_ || life.peer.worker.index() >= seats_.size()) return std::nullopt;
  const Seat& s = seats_[life.peer.worker.index()];
  if (s.life != life.peer.life || s.token != life.token || s.token == 0) return std::nullopt;
  return s.link;
}

Places::Place Places::seat(LinkId link, WorkerId slot, const std::string& host) {
  Seat& s = seats_[slot.index()];
  s.life = Incarnation(s.life.value + 1);
  s.token = token_();
  s.link = link;
  s.host = host;
  return {link, {slot, s.life}, s.token};
}

Places::Answer Places::wait(Waiter waiter, std::string why) {
  waiting_.push_back(std::move(waiter));
  return Waiting{std::move(why)};
}

// Never had before lost: whoever was lost may come back for what it kept.
std::optional<WorkerId> Places::free_slot() const {
  std::optional<WorkerId> lost;
  for (std::uint32_t w = 0; w < seats_.size(); ++w) {
    if (seats_[w].link) continue;
    if (seats_[w].token == 0) return WorkerId(w);
    if (!lost) lost = WorkerId(w);
  }
  return lost;
}

Places::Answer Places::knock(LinkId link, const Right& right, const Knock& knock) {
  if (right.kind == Right::Kind::nothing) {
    return Refusal{fmt::format("the certificate is that of {}, which is no worker's", right.name)};
  }
  std::optional<WorkerId> slot = knock.slot;
  if (right.kind == Right::Kind::spare && slot) {
    return Refusal{
        fmt::format("the certificate is that of {}, which may not choose a place: it wants that of "
                    "worker {}",
                    right.name, slot->value)};
  }
  if (right.kind == Right::Kind::own) {
    if (slot && *slot != right.slot) {
      return Refusal{fmt::format("the certificate is that of {}, which may not have the place of worker {}",
                                 right.name, slot->value)};
    }
    slot = right.slot;
  }
  if (slot && slot->index() >= seats_.size()) {
    return Refusal{
        fmt::format("there is no worker {}: the run has workers 0 to {}", slot->value, seats_.size() - 1)};
  }
  if (const auto& earlier = knock.earlier; earlier && earlier->term == term_ &&
                                           earlier->peer.worker.index() < seats_.size() &&
                                           (!slot || *slot == earlier->peer.worker)) {
    Seat& s = seats_[earlier->peer.worker.index()];
    if (s.token != 0 && s.token == earlier->token && s.life == earlier->peer.life) {
      const std::optional<LinkId> before = std::exchange(s.link, link);
      return Place{link, earlier->peer, s.token, true, before};
    }
  }
  if (!slot && right.kind == Right::Kind::any) slot = free_slot();
  if (!slot) return wait({link, std::nullopt, knock.host}, "all places are taken: it is kept as a spare");
  const Seat& s = seats_[slot->index()];
  if (s.link) {
    return wait({link, slot, knock.host},
                fmt::format("worker {} is here already, from {}: it waits until that one is gone",
                            slot->value, s.host));
  }
  return seat(link, *slot, knock.host);
}

std::vector<Places::Place> Places::left(LinkId link) {
  std::vector<Place> places;
  std::erase_if(waiting_, [&](const Waiter& w) { return w.link == link; });
  const auto s = std::ranges::find(seats_, std::optional(link), &Seat::link);
  if (s == seats_.end()) return places;
  s->link.reset();
  const WorkerId slot(static_cast<std::uint32_t>(s - seats_.begin()));
  const auto next = std::ranges::find(waiting_, std::optional(slot), &Waiter::slot);
  if (next != waiting_.end()) {
    const Waiter w = *next;
    waiting_.erase(next);
    places.push_back(seat(w.link, slot, w.host));
  }
  return places;
}

std::vector<Places::Place> Places::fill() {
  std::vector<Place> places;
  while (true) {
    const auto next = std::ranges::find(waiting_, std::optional<WorkerId>(), &Waiter::slot);
    const auto slot = free_slot();
    if (next == waiting_.end() || !slot) return places;
    const Waiter w = *next;
    waiting_.erase(next);
    places.push_back(seat(w.link, *slot, w.host));
  }
}

std::size_t Places::linked() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(seats_, [](const Seat& s) { return s.link.has_value(); }));
}

std::vector<Incarnation> Places::lives() const {
  std::vector<Incarnation> lives;
  for (const Seat& s : seats_) lives.push_back(s.life);
  return lives;
}

}  // namespace gleaner
