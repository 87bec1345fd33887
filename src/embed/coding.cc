// coefficients, encode, decode.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "coding/code.h"
#include "coding/kernels.h"
#include "embed/bridge.h"

namespace gleaner::v1 {
namespace {

Error bad(std::string what, std::string cure) {
  return {Error::Kind::bad_input, std::move(what), std::move(cure)};
}

gleaner::Result<SlotSet> slots_of(const Assignment& a, WorkerId worker,
                                  std::span<const std::uint32_t> chunks) {
  SlotSet slots;
  for (const std::uint32_t chunk : chunks) {
    const auto slot = a.slot_of(worker, ChunkId(chunk));
    if (!slot)
      return bad_input(
          fmt::format("worker {} cannot have finished chunk {}, which it does not hold", worker.value, chunk),
          "name chunks of plan.chunks_of");
    if (slots.contains(*slot))
      return bad_input(fmt::format("worker {} is said to have finished chunk {} twice", worker.value, chunk),
                       "name every finished chunk once");
    slots.insert(*slot);
  }
  return slots;
}

gleaner::Result<UsedSlots> used_of(const gleaner::Plan& plan, const Code& code,
                                   const std::vector<std::vector<std::uint32_t>>& finished) {
  if (finished.size() != plan.workers())
    return bad_input(fmt::format("finished work of {} workers was given, but the plan has {}",
                                 finished.size(), plan.workers()),
                     "give one list for every worker, empty where it has finished nothing");
  UsedSlots used;
  for (std::uint32_t j = 0; j < finished.size(); ++j) {
    const auto done = slots_of(plan.assignment(), WorkerId(j), finished[j]);
    if (!done) return done.error();
    used.push_back(code.counted(plan, WorkerId(j), done.value()));
  }
  return used;
}

}  // namespace

Result<Coefficients> coefficients(const Plan& plan, const std::vector<std::vector<std::uint32_t>>& finished) {
  const auto checked = to_internal(plan);
  if (!checked) return to_public(checked.error());
  const gleaner::Plan& p = checked.value();
  const auto code = code_for(p.method());
  const auto used = used_of(p, *code, finished);
  if (!used) return to_public(used.error());

  Coefficients out;
  out.blocks = p.blocks();
  for (std::uint32_t j = 0; j < p.workers(); ++j) {
    Coefficients::Worker& worker = out.workers.emplace_back();
    const SlotSet& own = used.value()[j];
    if (own.empty()) continue;
    own.for_each([&](Slot s) { worker.chunks.push_back(p.assignment().chunk_at(WorkerId(j), s).value); });
    worker.encode = code->encode_rows(p, WorkerId(j), used.value());
    worker.decode = code->decode_row(p, WorkerId(j), used.value());
  }
  const auto cells = static_cast<double>(p.chunks() * p.blocks());
  out.residual = std::sqrt(code->residual_squared(p, used.value()) / cells);
  return out;
}

Result<std::vector<float>> encode(const Coefficients& c, std::size_t worker,
                                  std::span<const std::span<const float>> gradients) {
  if (worker >= c.workers.size())
    return bad(fmt::format("there is no worker {}: the coefficients are for {}", worker, c.workers.size()),
               "count workers from 0");
  const Coefficients::Worker& own = c.workers[worker];
  if (gradients.size() != own.chunks.size() || gradients.empty())
    return bad(fmt::format("{} gradients were given for worker {}, whose vector takes {}", gradients.size(),
                           worker, own.chunks.size()),
               "give the gradients of its chunks in the coefficients; a worker without sends nothing");
  const std::size_t d = gradients[0].size();
  for (std::size_t s = 0; s < gradients.size(); ++s) {
    if (gradients[s].size() != d)
      return bad(fmt::format("the gradient of chunk {} has {} numbers, that of chunk {} has {}",
                             own.chunks[0], d, own.chunks[s], gradients[s].size()),
                 "give gradients of one model");
  }
  if (c.blocks == 0 || own.encode.size() != gradients.size() * c.blocks)
    return bad(fmt::format("worker {} has {} encoding coefficients for {} chunks and {} blocks", worker,
                           own.encode.size(), own.chunks.size(), c.blocks),
               "take the coefficients as coefficients() made them");
  std::vector<float> vector(coded_length(d, c.blocks));
  encode_segment(gradients, own.encode, c.blocks, 0, vector);
  return vector;
}

Result<std::vector<float>> decode(const Coefficients& c, std::span<const std::span<const float>> vectors,
                                  std::size_t dimension) {
  if (vectors.size() != c.workers.size() || c.blocks == 0)
    return bad(fmt::format("{} vectors were given for {} workers and {} blocks", vectors.size(),
                           c.workers.size(), c.blocks),
               "give one for every worker, empty where it sends nothing");
  std::vector<std::span<const float>> sent;
  std::vector<double> rows;
  for (std::size_t j = 0; j < vectors.size(); ++j) {
    const std::size_t expected = c.workers[j].chunks.empty() ? 0 : coded_length(dimension, c.blocks);
    if (vectors[j].size() != expected || (expected != 0 && c.workers[j].decode.size() != c.blocks))
      return bad(
          fmt::format("the vector of worker {} has {} numbers, expected {}", j, vectors[j].size(), expected),
          "give what encode made, and nothing for a worker that sends nothing");
    if (expected == 0) continue;
    sent.push_back(vectors[j]);
    rows.insert(rows.end(), c.workers[j].decode.begin(), c.workers[j].decode.end());
  }
  std::vector<float> gradient(dimension, 0.0F);
  if (!sent.empty()) decode_segment(sent, rows, c.blocks, 0, gradient);
  return gradient;
}

}  // namespace gleaner::v1
