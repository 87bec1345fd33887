// What lies between workers and server on virtual time: --network (cli.md).
//
//     ideal
//     latency=5ms,bandwidth=100Mbit[,server-bandwidth=1Gbit][,loss=.01][,duplicate=.01][,reorder=.01]
//         [,resend=20ms]
//     .. +partition:workers=2/5,for=3s[,round=2][,from=1s]      or count=2 in place of workers=
//
// The keys of the links stand first, and once; all of them may be left out. Any number of partitions follows.
//
// Every worker has one link to the server, and the server one line that all links share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "work/spec_grammar.h"

namespace gleaner {

/// Some workers cut off from the server for a while: nothing gets through, in either direction.
struct Partition {
  std::vector<WorkerId> workers;  ///< ascending; empty: `count` of them, drawn by the seed
  std::size_t count = 1;
  RoundId round{1};  ///< in which it begins
  Duration from{};   ///< after the start of that round
  Duration lasts{};  ///< > 0
  bool operator==(const Partition&) const = default;
};

/// Options of the simulated network. Value type; the default is ideal: every message arrives at once.
struct NetworkModel {
  static constexpr double kUnlimited = std::numeric_limits<double>::infinity();

  Duration latency{};                    ///< one way, of every message. >= 0
  double bandwidth = kUnlimited;         ///< bytes per second of a worker's link, in each direction. > 0
  double server_bandwidth = kUnlimited;  ///< bytes per second of the server's line, in each direction,
                                         ///< shared: first come, first served. > 0
  double loss = 0;       ///< probability that a transmission is lost; it is made again `resend` later. [0, 1)
  double duplicate = 0;  ///< probability that a message arrives twice. [0, 1]
  double reorder = 0;    ///< probability that a message is held up, so that later ones overtake it. [0, 1]
  /// After how long a lost transmission is repeated; also how long at most a message is held up. Default: 4
  /// latencies, at least 1 ms.
  std::optional<Duration> resend;
  std::vector<Partition> partitions;

  [[nodiscard]] bool ideal() const { return *this == NetworkModel{}; }
  [[nodiscard]] Duration resend_after() const;

  /// Errors name --network, the bad part and what was expected of it. Bandwidths are bits per second with a
  /// unit (bit, kbit, Mbit, Gbit), or bytes per second without one.
  static Result<NetworkModel> parse(std::string_view text, TimeUnits units);
  /// Errors: a partition names a worker that does not exist, or asks for more than there are.
  [[nodiscard]] Status check(std::size_t workers) const;
  /// Errors: a partition begins after the last of `rounds` rounds, and so never.
  [[nodiscard]] Status check_rounds(std::uint64_t rounds) const;
  /// The canonical spelling: parse() reads it back as this model.
  [[nodiscard]] std::string text() const;

  bool operator==(const NetworkModel&) const = default;
};

}  // namespace gleaner
