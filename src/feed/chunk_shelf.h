// A worker's side of the data: brings the chunks of its place from wherever they are nearest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "feed/held_chunks.h"
#include "wire/data_parts.h"
#include "wire/run_setup.h"

namespace gleaner {

/// Asks the server for a chunk from a byte on, part by part in order; false from `on_part` breaks it off.
/// Returns when the chunk is whole. Errors: it broke off.
using FetchChunk = std::function<Status(ChunkId chunk, std::uint64_t offset,
                                        const std::function<bool(const DataPart&)>& on_part)>;

struct ShelfOptions {
  std::filesystem::path
      folder{};              ///< that may hold DIGEST.chunks, and keeps what is streamed; empty: memory only
  std::size_t attempts = 5;  ///< in a row that bring nothing, or a wrong checksum; >= 1
  Duration pause =
      std::chrono::milliseconds(200);  ///< after the first of them; twice as long after each other
  std::function<void(std::uint64_t bytes, std::uint64_t total)>
      progress{};                                 ///< at least once per MiB that comes in
  std::function<void(const std::string&)> say{};  ///< one line, for people
  std::function<bool()> keep_going{};             ///< false: give up; unset: always
};

/// The chunks of one worker, whatever place it has. Looks for a chunk in this order: what it holds in memory;
/// FOLDER/DIGEST.chunks, of which it reads only the bytes of that chunk; FOLDER/DIGEST/chunk-ID, which it
/// wrote when it last had it; then the server, where a transfer that broke off, in this process or an earlier
/// one, goes on at the byte it had reached. Whatever has a wrong checksum is said and passed over.
///
/// Memory: the rows it holds, and one chunk as bytes beside them; while a worker changes its place, the old
/// rows as long as somebody has them. Belongs to one thread.
class ChunkShelf {
 public:
  /// Errors: a setup whose list of chunks makes no sense.
  [[nodiscard]] static Result<ChunkShelf> make(const RunSetup& setup, ShelfOptions options);

  /// Just these chunks, all of them; those held so far and not named are dropped. After an error what came is
  /// kept, so that the next call goes on from there. Errors: the server could not be reached, a chunk keeps
  /// arriving damaged, more bytes than this machine has memory. REQUIRES: `wanted` are chunks of the setup,
  /// each once.
  [[nodiscard]] Result<std::shared_ptr<const HeldChunks>> bring(std::span<const ChunkId> wanted,
                                                                const FetchChunk& fetch);

  /// Where the chunks of the last bring() came from.
  struct Sources {
    std::size_t memory = 0;
    std::size_t file = 0;  ///< FOLDER/DIGEST.chunks
    std::size_t cache = 0;
    std::size_t server = 0;
    std::uint64_t streamed = 0;  ///< bytes
    bool operator==(const Sources&) const = default;
  };
  [[nodiscard]] const Sources& sources() const { return sources_; }

 private:
  ChunkShelf(const RunSetup& setup, ShelfOptions options);
  [[nodiscard]] Status check_memory(std::span<const ChunkId> wanted) const;
  [[nodiscard]] bool holds_just(std::span<const ChunkId> wanted) const;
  void start_next(std::span<const ChunkId> wanted, HeldChunks& next);
  [[nodiscard]] Status add(ChunkId chunk, const FetchChunk& fetch, HeldChunks& next);
  [[nodiscard]] Result<std::string> obtain(ChunkId chunk, const FetchChunk& fetch);
  [[nodiscard]] std::string from_disk(ChunkId chunk);
  [[nodiscard]] Result<std::string> from_server(ChunkId chunk, const FetchChunk& fetch);
  [[nodiscard]] Status fetch_rest(ChunkId chunk, const FetchChunk& fetch, std::string& bytes,
                                  const std::function<void()>& grown);
  void tell(std::uint64_t bytes) const;
  void say(const std::string& line) const;
  [[nodiscard]] bool going() const { return !options_.keep_going || options_.keep_going(); }
  void wait(Duration pause) const;

  std::vector<ChunkEntry> entries_;
  std::string digest_;
  std::string data_name_;
  std::uint64_t features_;
  std::uint64_t classes_;
  ShelfOptions options_;
  std::shared_ptr<const HeldChunks> held_;
  std::vector<ChunkEntry> wanted_;        // of the present bring()
  std::map<ChunkId, std::string> begun_;  // what came of chunks that broke off
  Sources sources_;
  std::uint64_t done_ = 0;   // bytes of the chunks that are there
  std::uint64_t total_ = 0;  // of those wanted
};

}  // namespace gleaner
