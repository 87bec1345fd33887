#include "wire/run_setup.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "wire/fields.h"

namespace gleaner {
namespace {

constexpr std::size_t kPlanBytesMax = std::size_t{1} << 30U;
constexpr std::size_t kModuleBytesMax = std::size_t{1} << 32U;
constexpr std::uint8_t kTokens = 1;
constexpr std::size_t kChunksMax = std::size_t{1} << 24U;
constexpr std::size_t kChunkEntryBytes = 7;  // at least: three varints and a checksum
constexpr std::size_t kDigestDigits = 16;
constexpr std::uint64_t kStepsMax = 1'000'000;

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

void write(FieldWriter& out, const ModuleSetup& module) {
  out.varint(module.bytes.size());
  if (module.bytes.empty()) return;
  out.raw(module.bytes);
  out.text(module.loss);
  out.text(module.input_shape);
  out.text(module.device);
  out.fixed<std::uint8_t>(module.tokens ? kTokens : 0);
  out.varint(module.micro_batch);
  out.varint(module.threads);
}

ModuleSetup read_module(FieldReader& in) {
  ModuleSetup m;
  m.bytes = in.take("the module", in.count("the bytes of the module", kModuleBytesMax));
  if (m.bytes.empty()) return m;
  m.loss = in.text("the loss", kNameBytesMax);
  m.input_shape = in.text("the shape of a sample", kSentenceBytesMax);
  m.device = in.text("the device", kNameBytesMax);
  m.tokens = in.bits("the flags of the module", kTokens) != 0;
  m.micro_batch = in.varint("the micro-batch");
  m.threads = in.varint("the threads");
  if (in.ok() && (m.micro_batch == 0 || m.threads == 0)) in.refuse("the micro-batch or the threads", "are 0");
  return m;
}

double weight(FieldReader& in, std::string_view field) {
  const auto x = in.fixed<double>(field);
  if (in.ok() && !(x >= 0 && std::isfinite(x))) in.refuse(field, "is no number from 0 on");
  return x;
}

void read_local_steps(FieldReader& in, RunSetup& s) {
  s.local_steps = in.varint("the local steps", kStepsMax);
  if (s.local_steps == 0) return;
  s.local_rate = weight(in, "the local rate");
  if (in.ok() && s.local_rate == 0) in.refuse("the local rate", "is 0");
  s.prox = weight(in, "the pull of local steps");
  s.l2 = weight(in, "the L2 of local steps");
}

}  // namespace

std::string encode(const RunSetup& setup) {
  FieldWriter out;
  out.text(setup.plan);
  out.text(setup.objective);
  out.text(setup.hidden);
  write(out, setup.module);
  out.text(setup.speeds);
  out.text(setup.speeds_table);
  out.fixed(setup.seed);
  out.varint(setup.batch);
  out.varint(setup.local_steps);
  if (setup.local_steps > 0) {
    for (const double x : {setup.local_rate, setup.prox, setup.l2}) out.fixed(x);
  }
  for (const std::uint64_t n : {setup.features, setup.classes, setup.dimension, setup.segment_floats})
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
  s.module = read_module(in);
  s.speeds = in.text("the speeds", kPlanBytesMax);
  s.speeds_table = in.text("the table of speeds", kPlanBytesMax);
  s.seed = in.fixed<std::uint64_t>("the seed");
  s.batch = in.varint("the batch");
  read_local_steps(in, s);
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
