// Chunks that come from the server (chunk_shelf.h).
#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "feed/catalogue.h"
#include "feed/chunk_shelf.h"
#include "feed/part_file.h"

namespace gleaner {

Result<std::string> ChunkShelf::from_server(ChunkId chunk, const FetchChunk& fetch) {
  const ChunkEntry& entry = entries_[chunk.index()];
  std::string& bytes = begun_[chunk];
  std::optional<PartFile> part;
  if (!options_.folder.empty()) {
    part.emplace(options_.folder / digest_, chunk.value);
    if (std::string earlier = part->content(entry.bytes); earlier.size() > bytes.size())
      bytes = std::move(earlier);
  }
  const auto grown = [&] {
    if (part) part->keep(bytes);
    tell(bytes.size());
  };
  Duration pause = options_.pause;
  std::size_t damaged = 0;
  for (std::size_t left = options_.attempts;;) {
    const std::size_t before = bytes.size();
    Status status = fetch_rest(chunk, fetch, bytes, grown);
    if (status && chunk_crc(bytes) != entry.crc) {
      status = run_failed(fmt::format("the checksum of chunk {} does not fit", chunk.value));
      bytes.clear();
      if (part) part->clear();
      ++damaged;
    }
    if (part && !part->failure().empty()) {
      say(part->failure() + "; the worker goes on without keeping it");
      part.reset();
    }
    if (status) break;
    const bool grew = bytes.size() > before;
    if (grew && going()) {  // it goes on: as patient as at the beginning
      left = options_.attempts;
      pause = options_.pause;
      continue;
    }
    if (!grew && --left > 0 && damaged < options_.attempts) wait(pause);
    if (left == 0 || damaged >= options_.attempts || !going()) {
      return run_failed(
          fmt::format("chunk {} of {} did not come: {}", chunk.value, data_name_, status.error().what),
          "look at the server and the network between");
    }
    pause *= 2;
  }
  if (part) {
    part->keep(bytes);
    part->finish();
  }
  ++sources_.server;
  std::string whole = std::move(bytes);
  begun_.erase(chunk);
  return whole;
}

Status ChunkShelf::fetch_rest(ChunkId chunk, const FetchChunk& fetch, std::string& bytes,
                              const std::function<void()>& grown) {
  const std::uint64_t size = entries_[chunk.index()].bytes;
  if (bytes.size() == size) return {};
  std::optional<Error> refused;
  bytes.reserve(size);
  const Status status = fetch(chunk, bytes.size(), [&](const DataPart& part) {
    if (part.chunk != chunk || part.size != size || part.offset != bytes.size() ||
        part.bytes.size() > size - bytes.size()) {
      refused = run_failed(fmt::format(
          "{} bytes from byte {} of {} of chunk {} came where byte {} of {} of chunk {} was expected",
          part.bytes.size(), part.offset, part.size, part.chunk.value, bytes.size(), size, chunk.value));
      return false;
    }
    bytes += part.bytes;
    sources_.streamed += part.bytes.size();
    grown();
    return going();
  });
  if (refused) return *refused;
  if (bytes.size() == size) return {};
  if (!status) return status;
  return run_failed(fmt::format("chunk {} ended at byte {} of {}", chunk.value, bytes.size(), size));
}

// In small steps, since somebody may want to stop.
void ChunkShelf::wait(Duration pause) const {
  constexpr Duration kStep = std::chrono::milliseconds(50);
  for (; pause > Duration(0) && going(); pause -= kStep) std::this_thread::sleep_for(std::min(pause, kStep));
}

}  // namespace gleaner
