#include "wire/run_setup.h"

#include <algorithm>

#include <fmt/format.h>

#include "wire/fields.h"

namespace gleaner {
namespace {

constexpr std::size_t kPlanBytesMax = std::size_t{1} << 30U;
constexpr std::size_t kChunksMax = std::size_t{1} << 24U;
constexpr std::size_t kChunkEntryBytes = 7;  // at least: three varints and a checksum
constexpr std::size_t kDigestDigits = 16;

bool is_digest(std::string_view text) {
  return text.size() == kDigestDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::vector<ChunkEntry> read_chunks(FieldReader& in) {
  const std::size_t count = in.count("the number of chunks", kChunksMax, kChunkEntryBytes);
  std::vector<ChunkEntry> chunks;
  chunks.reserve(count);
  for (std::size_t k = 0; k < count && in.ok(); ++k) {
    ChunkEntry c;
    c.rows = in.varint("the rows of a chunk");
    c.offset = in.varint("the offset of a chunk");
    c.bytes = in.varint("the bytes of a chunk");
    c.crc = in.fixed<std::uint32_t>("the checksum of a chunk");
    if (in.ok() && c.bytes > UINT64_MAX - c.offset)
      in.refuse(fmt::format("chunk {}", k), "ends where no file can end");
    chunks.push_back(c);
  }
  return chunks;
}

}  // namespace

std::string encode(const RunSetup& setup) {
  FieldWriter out;
  out.text(setup.plan);
  out.text(setup.objective);
  out.text(setup.hidden);
  out.text(setup.speeds);
  out.text(setup.speeds_table);
  out.fixed(setup.seed);
  for (const std::uint64_t n :
       {setup.batch, setup.features, setup.classes, setup.dimension, setup.segment_floats})
    out.varint(n);
  out.text(setup.data_digest);
  out.words(setup.data_name, kSentenceBytesMax);
  out.text(setup.gradients);
  out.varint(setup.memory);
  out.varint(setup.chunks.size());
  for (const ChunkEntry& c : setup.chunks) {
    out.varint(c.rows);
    out.varint(c.offset);
    out.varint(c.bytes);
    out.fixed(c.crc);
  }
  return out.take();
}

Result<RunSetup> decode_run_setup(std::string_view bytes) {
  FieldReader in("setup of the run", bytes);
  RunSetup s;
  s.plan = in.text("the plan", kPlanBytesMax);
  s.objective = in.text("the objective", kNameBytesMax);
  s.hidden = in.text("the hidden widths", kSentenceBytesMax);
  s.speeds = in.text("the speeds", kPlanBytesMax);
  s.speeds_table = in.text("the table of speeds", kPlanBytesMax);
  s.seed = in.fixed<std::uint64_t>("the seed");
  s.batch = in.varint("the batch");
  s.features = in.varint("the number of features");
  s.classes = in.varint("the number of classes");
  s.dimension = in.varint("the dimension");
  s.segment_floats = in.varint("the floats of a segment");
  if (in.ok() && s.dimension == 0) in.refuse("the dimension", "is 0");
  if (in.ok() && s.segment_floats == 0) in.refuse("the floats of a segment", "are 0");
  s.data_digest = in.text("the digest of the data", kDigestDigits);
  if (in.ok() && !is_digest(s.data_digest))
    in.refuse("the digest of the data", "is not 16 hexadecimal digits in lower case");
  s.data_name = in.text("the name of the data", kSentenceBytesMax);
  s.gradients = in.text("how gradients are kept", kNameBytesMax);
  s.memory = in.varint("the memory of a worker");
  s.chunks = read_chunks(in);
  if (Status status = in.finish(); !status) return status.error();
  return s;
}

}  // namespace gleaner
