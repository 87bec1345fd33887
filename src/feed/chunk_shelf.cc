#include "feed/chunk_shelf.h"

#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "data/chunk_bytes.h"
#include "data/split.h"
#include "feed/chunk_file.h"
#include "feed/part_file.h"

namespace gleaner {
namespace {

constexpr std::uint64_t kChunkHeaderBytes = 48;

std::uint64_t memory_of_machine() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page <= 0) return std::numeric_limits<std::uint64_t>::max();
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page);
}

// Memory for all that comes, once it is known whether the rows are sparse.
void reserve(std::span<const ChunkEntry> entries, bool sparse, Dataset& data) {
  std::uint64_t rows = 0;
  std::uint64_t words = 0;  // beside the labels
  for (const ChunkEntry& e : entries) {
    rows += e.rows;
    words += (e.bytes - kChunkHeaderBytes) / sizeof(float) - e.rows;
  }
  (data.classes == 0 ? data.targets : data.labels).reserve(rows);
  if (!sparse) return data.dense.reserve(words);
  const std::uint64_t entries_left = (words - std::min(words, 2 * (rows + entries.size()))) / 2;
  data.offsets.reserve(rows + 1);
  data.columns.reserve(entries_left);
  data.values.reserve(entries_left);
}

}  // namespace

Result<ChunkShelf> ChunkShelf::make(const RunSetup& setup, ShelfOptions options) {
  const auto wrong = [](std::size_t chunk, std::string_view what) {
    return bad_input(fmt::format("the server's list of chunks: chunk {} {}", chunk, what),
                     "run the same release of gleaner on server and worker");
  };
  // The digest names files.
  if (setup.data_digest.size() != 16 ||
      setup.data_digest.find_first_not_of("0123456789abcdef") != std::string::npos)
    return bad_input("the server names its data by other than 16 hexadecimal digits",
                     "run the same release of gleaner on server and worker");
  for (std::size_t i = 0; i < setup.chunks.size(); ++i) {
    const ChunkEntry& c = setup.chunks[i];
    if (c.rows == 0) return wrong(i, "has no rows");
    if (c.bytes < kChunkHeaderBytes || (c.bytes - kChunkHeaderBytes) / sizeof(float) < c.rows)
      return wrong(i, fmt::format("has {} rows in {} bytes", c.rows, c.bytes));
    if (c.offset > std::numeric_limits<std::uint64_t>::max() - c.bytes) return wrong(i, "ends nowhere");
  }
  return ChunkShelf(setup, std::move(options));
}

ChunkShelf::ChunkShelf(const RunSetup& setup, ShelfOptions options)
    : entries_(setup.chunks),
      digest_(setup.data_digest),
      data_name_(setup.data_name),
      features_(setup.features),
      classes_(setup.classes),
      options_(std::move(options)) {}

Status ChunkShelf::check_memory(std::span<const ChunkId> wanted) const {
  const std::uint64_t memory = memory_of_machine();
  std::uint64_t left = memory;
  for (const ChunkId chunk : wanted) {
    GLEANER_CHECK(chunk.index() < entries_.size(), "a chunk that the setup does not have");
    const std::uint64_t bytes = entries_[chunk.index()].bytes;
    if (bytes > left) {
      return bad_input(
          fmt::format("the {} chunks of this place have more bytes than the {} MiB of memory that "
                      "this machine has",
                      wanted.size(), memory >> 20U),
          "use more workers, a lower --replication, or a larger machine");
    }
    left -= bytes;
  }
  return {};
}

Result<std::shared_ptr<const HeldChunks>> ChunkShelf::bring(std::span<const ChunkId> wanted,
                                                            const FetchChunk& fetch) {
  if (Status s = check_memory(wanted); !s) return s.error();
  sources_ = {};
  done_ = total_ = 0;
  wanted_.clear();
  for (const ChunkId chunk : wanted) {
    wanted_.push_back(entries_[chunk.index()]);
    total_ += wanted_.back().bytes;
  }
  if (holds_just(wanted)) {
    sources_.memory = wanted.size();
    done_ = total_;
    tell(0);
    return held_;
  }
  std::erase_if(begun_, [&](const auto& item) {
    return std::find(wanted.begin(), wanted.end(), item.first) == wanted.end();
  });
  auto next = std::make_shared<HeldChunks>();
  start_next(wanted, *next);
  held_ = next;  // what is not wanted any more is let go before anything else comes
  tell(0);
  for (const ChunkId chunk : wanted) {
    if (next->holds(chunk)) continue;
    if (Status s = add(chunk, fetch, *next); !s) return s.error();
  }
  return held_;
}

bool ChunkShelf::holds_just(std::span<const ChunkId> wanted) const {
  if (held_ == nullptr) return false;
  const auto held = std::count_if(held_->ranges.begin(), held_->ranges.end(),
                                  [](const IndexRange& rows) { return !rows.empty(); });
  return static_cast<std::size_t>(held) == wanted.size() &&
         std::all_of(wanted.begin(), wanted.end(), [&](ChunkId chunk) { return held_->holds(chunk); });
}

void ChunkShelf::start_next(std::span<const ChunkId> wanted, HeldChunks& next) {
  next.ranges.resize(entries_.size());
  next.data.features = features_;
  next.data.classes = classes_;
  next.data.name = data_name_;
  if (held_ == nullptr || held_->data.rows == 0) return;
  reserve(wanted_, held_->data.is_sparse(), next.data);
  for (const ChunkId chunk : wanted) {
    if (!held_->holds(chunk)) continue;
    const std::size_t first = next.data.rows;
    append_rows(held_->data, held_->ranges[chunk.index()], next.data);
    next.ranges[chunk.index()] = {first, next.data.rows};
    done_ += entries_[chunk.index()].bytes;
    ++sources_.memory;
  }
}

Status ChunkShelf::add(ChunkId chunk, const FetchChunk& fetch, HeldChunks& next) {
  Result<std::string> bytes = obtain(chunk, fetch);
  if (!bytes) return bytes.error();
  const ChunkEntry& entry = entries_[chunk.index()];
  Result<Dataset> rows = read_chunk(bytes.value(), {entry.rows, features_, classes_},
                                    fmt::format("chunk {} of {}", chunk.value, data_name_));
  if (!rows) return rows.error();
  bytes.value() = {};
  rows.value().name = data_name_;
  if (next.data.rows > 0 && next.data.is_sparse() != rows.value().is_sparse()) {
    return bad_input(
        fmt::format("chunk {} of {} is dense or sparse where the others are not", chunk.value, data_name_),
        "run the same release of gleaner on server and worker");
  }
  const std::size_t first = next.data.rows;
  if (first == 0) reserve(wanted_, rows.value().is_sparse(), next.data);
  append_rows(rows.value(), {0, rows.value().rows}, next.data);
  next.ranges[chunk.index()] = {first, next.data.rows};
  done_ += entry.bytes;
  tell(0);
  return {};
}

Result<std::string> ChunkShelf::obtain(ChunkId chunk, const FetchChunk& fetch) {
  if (!options_.folder.empty()) {
    if (std::string bytes = from_disk(chunk); !bytes.empty()) return bytes;
  }
  return from_server(chunk, fetch);
}

std::string ChunkShelf::from_disk(ChunkId chunk) {
  const ChunkEntry& entry = entries_[chunk.index()];
  std::error_code ignored;
  const std::filesystem::path shared = chunk_file_path(options_.folder, digest_);
  if (std::filesystem::exists(shared, ignored)) {
    Result<std::string> bytes = read_chunk_range(shared, chunk, entry);
    if (bytes) {
      ++sources_.file;
      return std::move(bytes).value();
    }
    say(bytes.error().what + "; it is taken from elsewhere");
  }
  const std::filesystem::path cached = cached_chunk_path(options_.folder / digest_, chunk.value);
  if (!std::filesystem::exists(cached, ignored)) return {};
  Result<std::string> bytes = read_chunk_range(cached, chunk, {entry.rows, 0, entry.bytes, entry.crc});
  if (bytes) {
    ++sources_.cache;
    return std::move(bytes).value();
  }
  say(bytes.error().what + "; it comes from the server again");
  std::filesystem::remove(cached, ignored);
  return {};
}

void ChunkShelf::tell(std::uint64_t bytes) const {
  if (options_.progress) options_.progress(done_ + bytes, total_);
}

void ChunkShelf::say(const std::string& line) const {
  if (options_.say) options_.say(line);
}

}  // namespace gleaner
