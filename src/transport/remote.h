// What a server's driver sees where workers come from outside: it does not make them, they come and go.
#pragma once

#include <cstddef>
#include <string>

#include "transport/transport.h"

namespace gleaner {

/// A worker that was given a place.
struct Arrival {
  Peer peer;
  bool same_life = false;  ///< it had this life before, and may have kept gradients
  std::string from;        ///< where it is, for people
};

/// As ServerSink. A worker's Hello comes when it has its data, which may be long after it was placed.
class RemoteSink : public ServerSink {
 public:
  virtual void on_placed(Arrival arrival) = 0;
  /// So many wait for a place.
  virtual void on_waiting(std::size_t spares) = 0;
  /// So many bytes of parameters are on their way: what newer ones overtook before is not sent.
  virtual void on_sent(std::uint64_t /*bytes*/) {}
};

/// The server's end of links that others open. Thread safe.
class RemoteTransport : public ServerTransport {
 public:
  /// Gives a worker up: its link is closed, on_lost follows. `why` is told to it, too.
  virtual void drop(Peer peer, const std::string& why) = 0;
  /// Gives places without a worker to those that wait for any.
  virtual void fill_places() = 0;
};

/// How a worker's link ended.
struct LinkEnd {
  bool run_is_over = false;  ///< the server said so; else the link broke, or the server gave the worker up
  std::string status;        ///< of the run, if it is over
  std::string reason;
};

/// As WorkerSink.
class RemoteWorkerSink : public WorkerSink {
 public:
  virtual void on_heartbeat() = 0;
  /// Nothing more is heard. Once.
  virtual void on_ended(LinkEnd end) = 0;
};

/// A worker's end of a link to another process.
class RemoteLink : public WorkerTransport {
 public:
  virtual void heartbeat() = 0;
  /// The worker goes after the round in hand.
  virtual void leaving() = 0;
  /// The link is of no use any more: destroying it does not wait for the other end.
  virtual void abandon() = 0;
};

}  // namespace gleaner
