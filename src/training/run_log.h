// What a training run says about itself, as JSON: the log (one line per record) and the summary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "training/ledger_page.h"

namespace gleaner {

/// "Not measured": printed as null.
inline constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

/// What was asked for; the first line of a log.
struct StartRecord {
  std::string method;             ///< partial | original | uncoded
  std::string policy = "static";  ///< static | skip | replan
  std::uint32_t margin = 0;       ///< copies beyond the blocks before a chunk is skipped
  std::string objective;          ///< e.g. softmax
  std::string data;               ///< name of the data set
  std::string optimizer;          ///< sgd | momentum | .. | fedadam
  std::string recovery;           ///< e.g. exact
  std::string fingerprint;        ///< of the plan, hexadecimal
  std::uint64_t seed = 0;
  std::size_t workers = 0;
  std::size_t chunks = 0;
  std::size_t replication = 0;
  std::size_t blocks = 1;
  std::size_t parameters = 0;  ///< length of the model
  std::size_t samples = 0;     ///< rows of the training set
  std::uint64_t rounds = 0;    ///< wanted
  std::uint64_t after = 0;     ///< the log begins after this round: that of a resumed run
  double learning_rate = 0;
  double l2 = 0;
  std::uint64_t local_steps = 0;   ///< 0: gradients; nothing is said of the next two
  double local_learning_rate = 0;  ///< of the local steps
  double prox = 0;
};

/// One chunk that a worker completed in a round.
struct ChunkTime {
  WorkerId worker;
  ChunkId chunk;
  double seconds = 0;                   ///< that it really took
  double drawn_seconds = kNotMeasured;  ///< that it was to take at least; NaN if nothing was injected
};

/// One round.
struct RoundRecord {
  std::uint64_t round = 0;              ///< the first is 1
  double seconds = 0;                   ///< from its start to the new parameters
  double loss = kNotMeasured;           ///< at the round's start: mean over the samples, plus L2
  double accuracy = kNotMeasured;       ///< on the training samples, at the round's start
  double test_accuracy = kNotMeasured;  ///< on the test samples, at the round's end; not in every round
  double learning_rate = kNotMeasured;  ///< of the round's step
  double residual = 0;                  ///< relative; 0: exact
  std::size_t chunks_completed = 0;     ///< counted once per worker that completed it
  std::size_t chunks_used = 0;          ///< of these, in the vectors that were combined
  std::uint64_t bytes_to_server = 0;
  std::uint64_t bytes_to_workers = 0;
  double gradient_error = kNotMeasured;  ///< ||ghat - sum g_i|| / sum ||g_i||, with --verify
  std::uint32_t epoch = 0;               ///< last selection of the round
  std::size_t reencoded = 0;             ///< vectors that were encoded again after a loss
  std::vector<WorkerId> reencoded_workers;
  std::size_t workers = 0;                  ///< live at the round's end
  std::vector<ChunkTime> chunk_times;       ///< in order of completion
  std::vector<std::uint64_t> vector_bytes;  ///< by worker: bytes of coded vectors that arrived
  LedgerPage ledger;                        ///< what became of the work
};

/// The whole run. The defaults mean "not run".
struct RunSummary {
  std::string method;
  std::string policy = "static";
  std::string status = "failed";   ///< completed | failed | interrupted
  std::string reason = "not run";  ///< why it ended, in a sentence; empty if it completed
  std::uint64_t seed = 0;
  std::uint64_t rounds = 0;  ///< done
  struct Seconds {
    double mean = kNotMeasured;
    double p95 = kNotMeasured;
  } seconds_per_round;
  double loss = kNotMeasured;
  double accuracy = kNotMeasured;
  double test_accuracy = kNotMeasured;
  std::uint64_t chunks_completed = 0;
  std::uint64_t chunks_used = 0;
  std::uint64_t bytes_to_server = 0;
  std::uint64_t bytes_to_workers = 0;
  double gradient_error_max = kNotMeasured;
  std::uint64_t workers_lost = 0;
  std::uint32_t epochs_max = 0;  ///< most selections that one round needed
  LedgerPage ledger;             ///< of all rounds
  /// What nobody could have beaten, where that was asked for: seconds per round.
  double clairvoyant_free = kNotMeasured;    ///< B1
  double clairvoyant_placed = kNotMeasured;  ///< B2
};

/// The smallest value such that at least the share q of the values is no larger (nearest rank): the
/// ceil(q n)-th smallest; q = 0 gives the smallest. NaN without values. REQUIRES: 0 <= q <= 1.
[[nodiscard]] double percentile(std::span<const double> values, double q);
/// Mean and 95th percentile of the rounds' seconds.
[[nodiscard]] RunSummary::Seconds summarize_seconds(std::span<const double> seconds);

/// One JSON object on one line, without line end; the keys are in a fixed order, beginning with "type".
[[nodiscard]] std::string to_json(const StartRecord& record);
[[nodiscard]] std::string to_json(const RoundRecord& record);
/// The summary as a log line ({"type":"summary", ..}).
[[nodiscard]] std::string to_json_line(const RunSummary& summary);

/// The summary as --json prints it: one indented object without "type".
[[nodiscard]] std::string to_json(const RunSummary& summary);
/// {"partial": {..}, "original": {..}, "uncoded": {..}}, each keyed by its `method`, in the given order.
[[nodiscard]] std::string to_json(std::span<const RunSummary> compared);

/// A log file of JSON lines. A line is the system's when write() returns, and on the disk after sync(). Not
/// thread safe.
class RunLog {
 public:
  /// Creates the file, or empties it.
  [[nodiscard]] static Result<RunLog> open(const std::filesystem::path& path);
  /// Goes on with the log of a run that is resumed after `round`: what it says of later rounds is cut off,
  /// and so is its summary, so that every round stands there once. Where there is no log yet, one begins with
  /// `start`. Errors (bad_input) name the file and line: no log; the log of another run (seed or plan); a log
  /// that ends before `round`.
  [[nodiscard]] static Result<RunLog> resume(const std::filesystem::path& path, std::uint64_t round,
                                             const StartRecord& start);

  [[nodiscard]] Status write(const StartRecord& record) { return write_line(to_json(record)); }
  [[nodiscard]] Status write(const RoundRecord& record) { return write_line(to_json(record)); }
  [[nodiscard]] Status write(const RunSummary& summary) { return write_line(to_json_line(summary)); }
  /// Makes the disk keep what was written; before a checkpoint, which must not know more than the log.
  [[nodiscard]] Status sync();

 private:
  struct Close {
    void operator()(const int* file) const;
  };
  using File = std::unique_ptr<int, Close>;

  RunLog(std::filesystem::path path, File file) : path_(std::move(path)), file_(std::move(file)) {}
  [[nodiscard]] static Result<File> open_file(const std::filesystem::path& path, int flags);
  [[nodiscard]] Status write_line(std::string line);

  std::filesystem::path path_;
  File file_;
};

}  // namespace gleaner
