// When a message arrives: bandwidth, latency, losses, repetitions, delays. Internal to cluster.h.
//
//   to the server    link of the worker --> line of the server, that all share --> latency
//   to a worker      line of the server --> link of the worker                 --> latency
//
// Lines are passed cut-through: a message takes both at once, each from when it is free, and is there when
// the later of the two is done with it. A link is a reliable stream: what is lost is sent again and keeps up
// all that follows. Only a message that is held up (reorder) is overtaken, and a repetition (duplicate) comes
// later. Nothing overtakes a Hello, which comes once, or the parameters of a round (SendParameters in
// protocol/server.h), and segments of vectors do not overtake one another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "base/random.h"
#include "base/time.h"
#include "sim/network_model.h"

namespace gleaner {

/// a + d, at most the end of time.
[[nodiscard]] constexpr Time after(Time a, Duration d) { return d < Time::max() - a ? a + d : Time::max(); }

/// One direction of a link.
struct Lane {
  Time free{};     ///< its bandwidth is taken until then
  Time latest{};   ///< arrival of what was sent last and not held up: nothing sent later arrives before
  Time segment{};  ///< the same of segments of vectors
};

struct WorkerLink {
  bool up = false;
  std::uint32_t session = 0;  ///< counts the times it was up
  std::uint32_t valid = 0;    ///< what was sent in sessions before this one is lost
  bool cut = false;           ///< broken until somebody mends it
  Time loss_heard{};          ///< when the server has heard of the end of the session before
  Time isolated_until{};      ///< a partition: until then nothing gets through
  Lane to_server;
  Lane to_worker;
  std::uint64_t sent = 0;  ///< messages in all, both ways: names their draws
};

/// The lines of one cluster. Belongs to one thread.
class Network {
 public:
  enum class Kind : std::uint8_t { hello, parameters, message, segment };
  struct Arrival {
    Time at{};
    std::optional<Time> again;  ///< of a repetition
  };

  explicit Network(const NetworkModel& model)
      : model_(model), resend_(model.resend_after()), ideal_(model.ideal()) {}

  void restart(std::uint64_t seed);
  /// Nothing takes time and nothing gets lost.
  [[nodiscard]] bool ideal() const { return ideal_; }

  /// A message is handed to the link of a worker: when its first byte leaves. Takes the link from then on,
  /// until lane.free.
  [[nodiscard]] Time depart(WorkerLink& link, Time now, std::size_t bytes) const;
  /// The first byte of it leaves now: when it arrives. To be called in the order of departures.
  [[nodiscard]] Arrival to_server(WorkerLink& link, WorkerId worker, Time now, std::size_t bytes, Kind kind);
  [[nodiscard]] Arrival to_worker(WorkerLink& link, WorkerId worker, Time now, std::size_t bytes, Kind kind);

 private:
  [[nodiscard]] Arrival arrive(WorkerLink& link, Lane& lane, WorkerId worker, Time at, Kind kind) const;

  NetworkModel model_;
  Duration resend_;
  bool ideal_;
  std::uint64_t seed_ = 0;
  Time line_to_server_free_{};
  Time line_to_workers_free_{};
};

}  // namespace gleaner
