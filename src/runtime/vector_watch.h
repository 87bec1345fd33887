// Which vectors are so slow to come that the round is sooner over without them?
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "protocol/messages.h"

namespace gleaner {

/// Follows the vectors of one round. To go on without a vector costs at most
///
///   C = (time from the start of the round to its first signal) + (longest time that another vector takes)
///
/// since chunks that lose a copy are computed again and their holders send again. A vector is late when it
/// has been on its way for 2 C and, at the pace at which its segments came, needs 2 C more: then giving it up
/// costs at most half of what waiting costs, and no round waits more than three times as long as if it had
/// given up at once (the classical rent-or-buy argument; Karlin et al., "Competitive snoopy caching", 1988).
///
/// Only a vector that others wait for can be late: one that is behind all that are still coming, since
/// credits hold up those that are ahead of it. What another takes is known when it is whole, and else follows
/// from the pace of the segments that came. While nobody is ahead nothing is late: there is nothing to
/// compare with.
///
/// A vector that is given up holds up all others until the next set of vectors is chosen. That time is not
/// theirs: they are measured anew from then on, and what they showed before still tells what a vector takes.
///
/// Pure but for the times that it is told; belongs to one thread.
class VectorWatch {
 public:
  /// `least`: C is never taken for shorter, since machines have hiccups.
  explicit VectorWatch(Duration least) : least_(least) {}

  void round_begins(Time now);
  /// This worker is told to send the segments first .. end-1.
  void signalled(Peer peer, Ticket ticket, std::uint32_t first, std::uint32_t end, Time now);
  /// A segment of its vector came.
  void segment(Peer peer, Ticket ticket, Time now);
  /// What comes of this worker is not wanted any more: it is lost, was left out, or will be told to send
  /// something else. Nobody is late until combines(). For a judgement that late() gave and that was not
  /// followed this must not be called: such a vector still holds up the others.
  void forget(WorkerId worker);
  /// From now on the vectors that are still coming, and those that are signalled next, are combined.
  void combines(Time now);

  struct Late {
    Peer peer;
    Ticket ticket;
    std::string why;
  };
  [[nodiscard]] std::vector<Late> late(Time now) const;

 private:
  struct Coming {
    Peer peer;
    Ticket ticket;
    Time since{};
    Time last{};  // its last segment
    std::uint32_t first = 0;
    std::uint32_t next = 0;
    std::uint32_t end = 0;
    std::optional<Duration> whole;  // that it takes, by what it showed before it was measured anew
  };
  [[nodiscard]] static std::optional<Duration> whole(const Coming& c);
  /// What other vectors take, as far as can be told.
  [[nodiscard]] std::optional<Duration> others(std::uint32_t behind) const;

  Duration least_;
  Time began_{};
  std::optional<Duration> computing_;  // until the first signal
  std::optional<Duration> longest_;    // of a whole vector
  bool waiting_ = false;               // for another set of vectors: nothing is combined
  std::map<WorkerId, Coming> coming_;
};

}  // namespace gleaner
