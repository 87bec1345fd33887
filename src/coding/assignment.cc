#include "coding/assignment.h"

#include <algorithm>

#include <fmt/format.h>

#include "coding/limits.h"

namespace gleaner {
namespace {

using Pair = std::pair<ChunkId, WorkerId>;

// The first reason why sorted pairs are no assignment.
std::optional<Error> find_fault(std::size_t chunks, std::size_t workers, std::span<const Pair> sorted) {
  std::size_t next = 0;  // the chunk whose first holder comes next
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    const auto [chunk, worker] = sorted[k];
    if (chunk.index() >= chunks || worker.index() >= workers) {
      return bad_input(fmt::format("(chunk {}, worker {}) lies outside of {} chunks and {} workers",
                                   chunk.value, worker.value, chunks, workers),
                       "number chunks and workers from 0");
    }
    if (k > 0 && sorted[k] == sorted[k - 1]) {
      return bad_input(fmt::format("worker {} is given chunk {} twice", worker.value, chunk.value),
                       "name every pair once");
    }
    if (chunk.index() > next) break;
    next = chunk.index() + 1;
  }
  if (next < chunks) {
    return bad_input(fmt::format("chunk {} has no holder", next), "give every chunk at least one worker");
  }
  return std::nullopt;
}

}  // namespace

Result<Assignment> Assignment::from_pairs(std::size_t chunks, std::size_t workers,
                                          std::span<const Pair> pairs) {
  if (const Status sizes = check_sizes(chunks, workers); !sizes) return sizes.error();
  std::vector<Pair> sorted(pairs.begin(), pairs.end());
  std::sort(sorted.begin(), sorted.end());
  if (auto fault = find_fault(chunks, workers, sorted)) return *std::move(fault);

  Assignment a;
  a.chunk_begin_.assign(workers + 1, 0);
  a.holder_begin_.assign(chunks + 1, 0);
  for (const auto& [chunk, worker] : sorted) {
    ++a.holder_begin_[chunk.index() + 1];
    ++a.chunk_begin_[worker.index() + 1];
  }
  for (std::size_t i = 0; i < chunks; ++i) a.holder_begin_[i + 1] += a.holder_begin_[i];
  for (std::size_t j = 0; j < workers; ++j) a.chunk_begin_[j + 1] += a.chunk_begin_[j];

  // Chunks come in ascending order, so every worker's list fills up in ascending order too.
  a.chunk_ids_.resize(sorted.size());
  a.holders_.reserve(sorted.size());
  std::vector<std::uint32_t> filled(workers, 0);
  for (const auto& [chunk, worker] : sorted) {
    const Slot slot(filled[worker.index()]++);
    a.chunk_ids_[a.chunk_begin_[worker.index()] + slot.index()] = chunk;
    a.holders_.push_back({worker, slot});
  }
  return a;
}

Result<Assignment> Assignment::cyclic(std::size_t chunks, std::size_t workers, std::size_t replication) {
  if (const Status sizes = check_sizes(chunks, workers, replication); !sizes) return sizes.error();
  std::vector<Pair> pairs;
  pairs.reserve(chunks * replication);
  for (std::size_t i = 0; i < chunks; ++i) {
    const std::size_t start = i * workers / chunks;
    for (std::size_t k = 0; k < replication; ++k) {
      pairs.emplace_back(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>((start + k) % workers));
    }
  }
  return from_pairs(chunks, workers, pairs);
}

Result<Assignment> Assignment::fractional_repetition(std::size_t chunks, std::size_t workers,
                                                     std::size_t replication) {
  if (const Status sizes = check_sizes(chunks, workers, replication); !sizes) return sizes.error();
  if (workers % replication != 0) {
    return bad_input(
        fmt::format("{} workers cannot be split into groups of {}, one for every copy", workers, replication),
        fmt::format("use a multiple of {} workers or another replication", replication));
  }
  const std::size_t groups = workers / replication;
  std::vector<Pair> pairs;
  pairs.reserve(chunks * replication);
  for (std::size_t i = 0; i < chunks; ++i) {
    const std::size_t start = i * groups / chunks * replication;
    for (std::size_t k = 0; k < replication; ++k) {
      pairs.emplace_back(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(start + k));
    }
  }
  return from_pairs(chunks, workers, pairs);
}

std::span<const ChunkId> Assignment::chunks_of(WorkerId worker) const {
  const std::size_t begin = chunk_begin_[worker.index()];
  return std::span(chunk_ids_).subspan(begin, chunk_begin_[worker.index() + 1] - begin);
}

std::span<const Assignment::Holder> Assignment::holders_of(ChunkId chunk) const {
  const std::size_t begin = holder_begin_[chunk.index()];
  return std::span(holders_).subspan(begin, holder_begin_[chunk.index() + 1] - begin);
}

std::optional<Slot> Assignment::slot_of(WorkerId worker, ChunkId chunk) const {
  const auto chunks = chunks_of(worker);
  const auto it = std::lower_bound(chunks.begin(), chunks.end(), chunk);
  if (it == chunks.end() || *it != chunk) return std::nullopt;
  return Slot(static_cast<std::uint32_t>(it - chunks.begin()));
}

namespace {

// Differences of neighbouring offsets are the sizes of the lists.
std::size_t largest_step(std::span<const std::size_t> offsets) {
  std::size_t largest = 0;
  for (std::size_t k = 1; k < offsets.size(); ++k) largest = std::max(largest, offsets[k] - offsets[k - 1]);
  return largest;
}

std::size_t smallest_step(std::span<const std::size_t> offsets) {
  std::size_t smallest = offsets.back();
  for (std::size_t k = 1; k < offsets.size(); ++k) smallest = std::min(smallest, offsets[k] - offsets[k - 1]);
  return smallest;
}

}  // namespace

std::size_t Assignment::load_max() const { return largest_step(chunk_begin_); }
std::size_t Assignment::replication_min() const { return smallest_step(holder_begin_); }
std::size_t Assignment::replication_max() const { return largest_step(holder_begin_); }

}  // namespace gleaner
