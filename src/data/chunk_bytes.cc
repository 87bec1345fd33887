#include "data/chunk_bytes.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/byte_stream.h"
#include "base/check.h"

namespace gleaner {
namespace {

constexpr std::string_view kMagic = "GLNCHUNK";

template <class T>
std::string_view view(const std::vector<T>& numbers, std::size_t first, std::size_t last) {
  return {reinterpret_cast<const char*>(numbers.data() + first), (last - first) * sizeof(T)};
}

std::uint64_t entries_of(const Dataset& data, IndexRange rows) {
  return data.is_sparse() ? data.offsets[rows.last] - data.offsets[rows.first] : 0;
}

std::string header_of(const Dataset& data, IndexRange rows) {
  ByteWriter out;
  out.bytes() = kMagic;
  out.number(kChunkVersion);
  out.flag(data.is_sparse());
  out.flag(data.classes == 0);
  out.number<std::uint16_t>(0);
  for (const std::uint64_t number : {std::uint64_t{rows.size()}, std::uint64_t{data.features},
                                     std::uint64_t{data.classes}, entries_of(data, rows)})
    out.number(number);
  return std::move(out.bytes());
}

}  // namespace

ChunkBytes::ChunkBytes(const Dataset& data, IndexRange rows)
    : data_(&data), rows_(rows), header_(header_of(data, rows)) {
  GLEANER_CHECK(rows.first <= rows.last && rows.last <= data.rows, "rows beyond the data");
  for (const Piece& piece : pieces()) size_ += piece.bytes;
}

std::array<ChunkBytes::Piece, ChunkBytes::kPieces> ChunkBytes::pieces() const {
  const auto piece = [](std::string_view bytes) { return Piece{bytes.data(), bytes.size()}; };
  const Piece header = piece(header_);
  const Piece labels =
      piece(view(data_->classes == 0 ? data_->targets : data_->labels, rows_.first, rows_.last));
  if (!data_->is_sparse()) {
    const std::size_t p = data_->features;
    return {header, labels, piece(view(data_->dense, rows_.first * p, rows_.last * p)), Piece{}, Piece{}};
  }
  const std::uint64_t first = data_->offsets[rows_.first];
  const std::uint64_t last = data_->offsets[rows_.last];
  return {header, labels, Piece{nullptr, (rows_.size() + 1) * sizeof(std::uint64_t)},
          piece(view(data_->columns, first, last)), piece(view(data_->values, first, last))};
}

std::size_t ChunkBytes::copy(std::uint64_t offset, std::span<char> to) const {
  std::size_t done = 0;
  std::uint64_t begin = 0;  // of the piece
  for (const Piece& piece : pieces()) {
    const std::uint64_t at = offset + done;
    if (done < to.size() && at >= begin && at < begin + piece.bytes) {
      const std::size_t some = std::min<std::uint64_t>(begin + piece.bytes - at, to.size() - done);
      if (piece.source == nullptr) {
        copy_offsets(at - begin, to.subspan(done, some));
      } else {
        std::memcpy(to.data() + done, piece.source + (at - begin), some);
      }
      done += some;
    }
    begin += piece.bytes;
  }
  return done;
}

void ChunkBytes::copy_offsets(std::uint64_t at, std::span<char> to) const {
  const std::uint64_t first = data_->offsets[rows_.first];
  for (std::size_t done = 0; done < to.size();) {
    const std::uint64_t number = data_->offsets[rows_.first + (at + done) / sizeof(first)] - first;
    const std::size_t skipped = (at + done) % sizeof(first);
    const std::size_t some = std::min(sizeof(first) - skipped, to.size() - done);
    std::memcpy(to.data() + done, reinterpret_cast<const char*>(&number) + skipped, some);
    done += some;
  }
}

std::string chunk_bytes(const Dataset& data, IndexRange rows) {
  const ChunkBytes source(data, rows);
  std::string bytes(source.size(), '\0');
  source.copy(0, bytes);
  return bytes;
}

}  // namespace gleaner
