// The transport within one process: a message is a call of the other side's sink.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "transport/transport.h"

namespace gleaner {

/// Connects one server and its workers in one process. Thread safe.
///
/// A message is delivered before the call that sends it returns, and segments are handed over without a copy.
/// The sinks must outlive the hub's last use; a worker's sink is not called any more once its WorkerTransport
/// is destroyed.
class InprocHub final : public ServerTransport {
 public:
  explicit InprocHub(ServerSink& server);
  ~InprocHub() override;
  InprocHub(const InprocHub&) = delete;
  InprocHub& operator=(const InprocHub&) = delete;

  /// Opens the link of an incarnation. REQUIRES: this peer is not connected; the hub outlives the link.
  [[nodiscard]] std::unique_ptr<WorkerTransport> connect(Peer peer, WorkerSink& sink);

  void send(Peer peer, ServerMessage message) override;
  void send_parameters(Peer peer, Stamp stamp, SharedVector parameters) override;

 private:
  class Link;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace gleaner
