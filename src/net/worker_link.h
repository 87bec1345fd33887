// A worker's end of a cluster: it knocks, is given a place, gets what it must know, and then works.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>

#include "base/result.h"
#include "transport/remote.h"
#include "wire/codec.h"
#include "wire/data_parts.h"

namespace gleaner {

class ControlStream;
class VectorsStream;
struct LinkHearing;

struct JoinOptions {
  std::string server;  ///< HOST:PORT
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  std::optional<WorkerId> slot;                 ///< none: any
  std::optional<EarlierLife> earlier{};         ///< that it had, and whose gradients it may have kept
  std::string release;                          ///< of Gleaner, for people
  std::string host;                             ///< for people
  Duration patience = std::chrono::seconds(5);  ///< to be answered
};

/// Why there is no link. Not retried: the server would say the same again.
struct JoinFailure {
  bool final = false;
  bool run_is_over = false;
  std::string status;  ///< of a run that is over: completed | failed | interrupted
  std::string why;
};

/// One link of one life. Thread safe.
class JoinedLink final : public RemoteLink {
 public:
  /// Knocks and waits for a place, as long as `keep_waiting` says; `waits` is told when the server has none
  /// yet.
  [[nodiscard]] static std::variant<std::unique_ptr<JoinedLink>, JoinFailure> join(
      const JoinOptions& options, const std::function<bool()>& keep_waiting,
      const std::function<void(const std::string&)>& waits);
  ~JoinedLink() override;
  JoinedLink(const JoinedLink&) = delete;
  JoinedLink& operator=(const JoinedLink&) = delete;

  [[nodiscard]] const Placed& placed() const;
  /// What the server said when the run was over; nothing as long as it goes on.
  [[nodiscard]] std::optional<Goodbye> goodbye() const;
  /// What the server says of the run: bytes for decode_run_setup. Waits for the answer.
  [[nodiscard]] Result<std::string> setup();
  /// Brings a chunk's bytes from `offset` on, part by part; on_part is called on the caller's thread; false
  /// breaks off. Errors: the link broke (ask again from the byte reached), the server refuses.
  [[nodiscard]] Status fetch(ChunkId chunk, std::uint64_t offset,
                             const std::function<bool(const DataPart&)>& on_part);

  /// From now on the sink hears. `limits` and the longest parameter vector: of the run. REQUIRES: called
  /// once; the sink outlives the link.
  void start(RemoteWorkerSink& sink, const WireLimits& limits, std::size_t parameters);

  void send(WorkerMessage message) override;
  void send(WorkNote note) override;
  bool send_segment(VectorSegment segment) override;
  void close_vectors() override;
  void heartbeat() override;
  void leaving() override;
  void abandon() override;

 private:
  explicit JoinedLink(const JoinOptions& options);
  void send_frame(const WorkerFrame& frame);
  [[nodiscard]] grpc::ByteBuffer introduction() const;

  std::shared_ptr<LinkHearing> hearing_;
  std::shared_ptr<grpc::Channel> vector_channel_;
  std::unique_ptr<ControlStream> control_;
  std::unique_ptr<VectorsStream> vectors_;
};

/// One question whose answer is one text: status, stop. Errors: not connected (with the reason), refused.
[[nodiscard]] Result<std::string> ask_server(const std::string& server,
                                             std::shared_ptr<grpc::ChannelCredentials> credentials,
                                             const std::string& call, Duration patience);

}  // namespace gleaner
