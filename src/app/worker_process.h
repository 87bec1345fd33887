// One process of a worker: from its first knock to the end of the run.
#pragma once

#include <chrono>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <fmt/format.h>

#include "app/net_security.h"
#include "app/options.h"
#include "base/result.h"
#include "base/trace.h"
#include "feed/chunk_shelf.h"
#include "net/worker_link.h"
#include "runtime/worker_loop.h"

namespace gleaner {

/// The trace of a worker as sentences, a line at a time.
class TraceFile final : public TraceSink {
 public:
  Status open(const std::string& path) {
    if (path.empty()) return {};
    file_.open(path);
    if (!file_) return bad_input(fmt::format("--trace {} cannot be written", path), "check the folder");
    return {};
  }
  void record(const TraceRecord& r) override {
    if (file_.is_open())
      file_ << fmt::format("{:12.6f}  {}\n", seconds(r.at), sentence(r.note)) << std::flush;
  }

 private:
  std::ofstream file_;
};

/// How a worker says, in bytes, what memory it had at its peak: LocalProcesses reads it.
inline constexpr std::string_view kPeakWords = "bytes of memory at its peak: ";

/// One worker process, over all the lives that it may have.
class WorkerProcess {
 public:
  using Clock = std::chrono::steady_clock;
  using LinkOrFailure = std::variant<std::unique_ptr<JoinedLink>, JoinFailure>;

  WorkerProcess(const WorkerFlags& flags, SecuredEndpoint server, Duration patience);

  Result<int> run();

 private:
  /// Knocks again and again, until there is a place, or no hope.
  LinkOrFailure knock(const std::optional<EarlierLife>& earlier);
  Result<WorkerEnding> work(std::unique_ptr<JoinedLink> link);
  /// Errors: what it must know and hold does not come.
  Result<RunSpec> prepare(JoinedLink& link);
  Result<std::shared_ptr<const HeldChunks>> bring_data(const RunSetup& setup, const Plan& plan,
                                                       JoinedLink& link);
  void name(const Peer& peer) { who_ = fmt::format("worker {}", peer.worker.value); }
  void tell(const std::string& line) const;
  int over(const std::string& status, const std::string& reason) const;

  const WorkerFlags& flags_;
  SecuredEndpoint server_;
  Duration patience_;
  std::string host_;
  std::string who_ = "worker";
  TraceFile trace_;
  std::optional<ChunkShelf> shelf_;
  std::string shelf_digest_;
  std::optional<Clock::time_point> hopeless_;  // when it gives up to bring its data, unless more come
  std::uint64_t most_bytes_ = 0;               // that it had of them so far
  bool was_linked_ = false;
  std::unique_ptr<JoinedLink> next_;  // of another life, made while the last one ended
};

}  // namespace gleaner
