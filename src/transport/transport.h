// How server and workers reach each other: typed messages, parameters, and segments of vectors.
//
// The machines never see this; a driver performs their actions on it. One conformance suite
// (tests/support/transport_conformance.h) runs on every implementation.
#pragma once

#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "protocol/messages.h"
#include "protocol/vector_segment.h"
#include "protocol/work_note.h"

namespace gleaner {

/// The parameter vector of one round. Shared and never written after it was sent.
using SharedVector = std::shared_ptr<const std::vector<float>>;

/// What the server hears. Called from any thread, possibly several at once; must be quick and must not call
/// back into the transport. For one worker messages, notes and heartbeats come in the order sent, and so do
/// segments; the two do not wait for each other.
class ServerSink {
 public:
  virtual ~ServerSink() = default;
  virtual void on_message(Peer peer, WorkerMessage message) = 0;
  virtual void on_segment(VectorSegment segment) = 0;
  virtual void on_note(Peer /*peer*/, WorkNote /*note*/) {}
  virtual void on_heartbeat(Peer /*peer*/) {}
  /// The worker goes, and wants no more rounds.
  virtual void on_leaving(Peer /*peer*/) {}
  /// The link of this incarnation is gone: nothing more of it follows, until it is joined anew. Once for
  /// every link.
  virtual void on_lost(Peer peer) = 0;
};

/// What a worker hears, under the same rules. Parameters come before the messages that were sent after them.
class WorkerSink {
 public:
  virtual ~WorkerSink() = default;
  virtual void on_parameters(Stamp stamp, SharedVector parameters) = 0;
  virtual void on_message(ServerMessage message) = 0;
};

/// The server's end. Thread safe. Sending to a peer that is not connected is not an error: its loss is on the
/// way.
class ServerTransport {
 public:
  virtual ~ServerTransport() = default;
  virtual void send(Peer peer, ServerMessage message) = 0;
  /// Where the parameters of an earlier stamp have not left yet, these take their place, and the StartRound
  /// of that stamp goes with them: a worker behind a slow link is not sent rounds that are over.
  virtual void send_parameters(Peer peer, Stamp stamp, SharedVector parameters) = 0;
};

/// A worker's end: one link of one incarnation. Thread safe. Destroying it closes the link, and the server
/// hears on_lost; what was sent before is delivered first.
class WorkerTransport {
 public:
  virtual ~WorkerTransport() = default;
  virtual void send(WorkerMessage message) = 0;
  /// False if the link is closed. May wait until the link takes more; close() ends the waiting.
  virtual bool send_segment(VectorSegment segment) = 0;
  virtual void send(WorkNote /*note*/) {}
  /// Ends a waiting send_segment, which is false from now on; messages still go out.
  virtual void close_vectors() {}
};

}  // namespace gleaner
