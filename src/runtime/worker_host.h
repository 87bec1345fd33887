// One incarnation of a worker in this process: its machine, its gradients and its two threads.
#pragma once

#include <functional>
#include <memory>
#include <variant>

#include "protocol/worker.h"
#include "runtime/compute_thread.h"
#include "runtime/send_thread.h"
#include "transport/transport.h"
#include "work/gradient_store.h"
#include "work/run_spec.h"

namespace gleaner {

/// What a host's threads and its link tell the loop that steps its machine.
struct ParametersCame {
  Stamp stamp;
  Parameters parameters;
};
struct ChunkComputed {
  ComputeThread::Result result;
};
struct SendingEnded {
  Ticket ticket;
  SendThread::Ended how{};
};
using HostEvent = std::variant<WorkerEvent, ParametersCame, ChunkComputed, SendingEnded>;

/// Performs the actions of one Worker machine. All member functions are called by the loop thread; the host's
/// own threads only post to it. The machine and the store belong to the loop thread.
class WorkerHost final : public WorkerSink {
 public:
  /// Posts an event for this host to the loop; called from any thread.
  using Post = std::function<void(Peer, HostEvent)>;

  WorkerHost(const RunSpec& spec, Peer peer, Post post, SendWindow& window);
  ~WorkerHost() override;
  WorkerHost(const WorkerHost&) = delete;
  WorkerHost& operator=(const WorkerHost&) = delete;

  /// The link is there: the worker can speak.
  void attach(std::unique_ptr<WorkerTransport> link);
  /// The link is gone; computing goes on.
  void detach();
  /// Closes the link and tells the threads to end, without waiting for them.
  void close();
  /// After close(): the threads have ended, so that the destructor does not wait.
  [[nodiscard]] bool has_ended() const { return compute_.has_ended(); }
  /// The worker hangs: it keeps its link and does nothing any more.
  void hang();
  [[nodiscard]] bool is_hung() const { return hung_; }

  // WorkerSink, from the server's thread.
  void on_parameters(Stamp stamp, SharedVector parameters) override;
  void on_message(ServerMessage message) override;

  [[nodiscard]] Peer peer() const { return machine_.peer(); }
  [[nodiscard]] Worker& machine() { return machine_; }

  void set_parameters(Parameters parameters) { parameters_ = std::move(parameters); }
  /// The chunk's result goes into the store if it is of this round; returns what the machine must hear.
  [[nodiscard]] ChunkEnded chunk_computed(ComputeThread::Result result);

  /// So far the chunk in hand is; 0 if there is none.
  [[nodiscard]] double fraction() const { return compute_.fraction(); }

  void perform(const SendServer& action) {
    if (link_) link_->send(action.message);
  }
  /// Returns the time that the chunk must take at least.
  Duration perform(const Compute& action);
  void perform(const Abort&) { compute_.stop(); }
  /// `pause`: stop halfway and report, since a fault is due there.
  void perform(const EncodeAndSend& action, bool pause);
  void perform(const Withdraw&) {
    if (send_) send_->withdraw();
  }
  void perform(const Release&) { store_.release(); }

 private:
  [[nodiscard]] bool is_redundant() const;

  const RunSpec& spec_;
  Worker machine_;
  Post post_;
  SendWindow& window_;
  GradientStore store_;
  Parameters parameters_;
  bool hung_ = false;
  Duration own_share_took_{};  // the last chunk that was not redundant
  std::unique_ptr<WorkerTransport> link_;
  ComputeThread compute_;
  std::unique_ptr<SendThread> send_;
};

}  // namespace gleaner
