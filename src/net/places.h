// Who has which place: slots, lives, and those that wait for one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "wire/frames.h"

namespace gleaner {

/// What the one who knocks may have: what its certificate says; without certificates, anything.
struct Right {
  enum class Kind : std::uint8_t {
    any,      ///< plaintext: every place
    own,      ///< the place of `slot`
    spare,    ///< the place of a lost worker
    nothing,  ///< a certificate that is not a worker's
  };
  Kind kind = Kind::any;
  WorkerId slot;     ///< of own
  std::string name;  ///< as the certificate says, for people
};

/// The book of places of one server. It decides who is let in; a link is a number to it, and it touches none.
/// Not thread safe.
///
/// A place has one link at a time. Who wants a place whose worker is linked waits until that one is gone;
/// only the same life (shown by its token) takes the place of its own earlier link. Who may have any place
/// gets one that was never had, then one whose worker was lost, else waits. A spare waits until fill().
class Places {
 public:
  using LinkId = std::uint64_t;

  /// `token`: a new random number, for every life.
  Places(std::size_t workers, Term term, std::vector<Incarnation> lives,
         std::function<std::uint64_t()> token);

  struct Place {
    LinkId link = 0;
    Peer peer;
    std::uint64_t token = 0;
    bool same_life = false;            ///< it had this life before, and may have kept gradients
    std::optional<LinkId> replaces{};  ///< its own earlier link, not known to be broken yet: close it
  };
  struct Refusal {
    std::string why;
  };
  using Answer = std::variant<Place, Waiting, Refusal>;

  [[nodiscard]] Answer knock(LinkId link, const Right& right, const Knock& knock);
  /// This link is gone. The places that follow for those that waited for this very slot.
  [[nodiscard]] std::vector<Place> left(LinkId link);
  /// Gives free places to those that wait for any.
  [[nodiscard]] std::vector<Place> fill();

  /// Is this the life that this link was given? For the other connections of a link.
  [[nodiscard]] std::optional<LinkId> link_of(const EarlierLife& life) const;

  [[nodiscard]] std::size_t linked() const;
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  /// Latest lives, by slot; 0: none yet.
  [[nodiscard]] std::vector<Incarnation> lives() const;

 private:
  struct Seat {
    Incarnation life;
    std::uint64_t token = 0;
    std::optional<LinkId> link;
    std::string host;
  };
  struct Waiter {
    LinkId link;
    std::optional<WorkerId> slot;  ///< none: any
    std::string host;
  };
  Place seat(LinkId link, WorkerId slot, const std::string& host);
  Answer wait(Waiter waiter, std::string why);
  [[nodiscard]] std::optional<WorkerId> free_slot() const;

  Term term_;
  std::function<std::uint64_t()> token_;
  std::vector<Seat> seats_;
  std::vector<Waiter> waiting_;
};

}  // namespace gleaner
