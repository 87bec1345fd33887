#include "embed/bridge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace gleaner::v1 {
namespace {

std::string field_of(const std::string& flag) {
  if (flag == "lr") return "learning_rate";
  if (flag == "time-limit") return "time_limit_seconds";
  if (flag == "when-unrecoverable") return "approximate_if_lost";
  std::string field = flag;
  std::replace(field.begin(), field.end(), '-', '_');
  return field;
}

std::string with_fields(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool flag =
        text.compare(at, 2, "--") == 0 && at + 2 < text.size() && text[at + 2] >= 'a' && text[at + 2] <= 'z';
    if (!flag) {
      out += text[at++];
      continue;
    }
    const std::size_t end =
        std::min(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at + 2), text.size());
    out += field_of(text.substr(at + 2, end - at - 2));
    at = end;
  }
  return out;
}

gleaner::Result<Method> method_of(const std::string& name) {
  for (const Method method : {Method::partial, Method::original, Method::uncoded}) {
    if (name_of(method) == name) return method;
  }
  return bad_input(fmt::format("there is no method '{}'", name), "use partial, original or uncoded");
}

gleaner::Result<FrameKind> frame_kind_of(const std::string& name) {
  for (const FrameKind kind : {FrameKind::ones, FrameKind::gaussian, FrameKind::coloured}) {
    if (name_of(kind) == name) return kind;
  }
  return bad_input(fmt::format("there is no frame_kind '{}'", name), "use ones, gaussian or coloured");
}

gleaner::Result<Assignment> assignment_of(const Plan& plan) {
  std::vector<std::pair<ChunkId, WorkerId>> pairs;
  for (std::uint32_t j = 0; j < plan.workers(); ++j) {
    const auto& chunks = plan.chunks_of[j];
    if (!std::is_sorted(chunks.begin(), chunks.end()))
      return bad_input(fmt::format("chunks_of[{}] is not ascending", j), "sort the chunks of every worker");
    for (const std::uint32_t chunk : chunks) pairs.emplace_back(ChunkId(chunk), WorkerId(j));
  }
  return Assignment::from_pairs(plan.chunks, plan.workers(), pairs);
}

gleaner::Result<Ordering> ordering_of(const Plan& plan, const Assignment& assignment) {
  std::vector<std::vector<Slot>> slots(plan.order.size());
  for (std::uint32_t j = 0; j < plan.order.size() && j < plan.workers(); ++j) {
    for (const std::uint32_t chunk : plan.order[j]) {
      const auto slot = assignment.slot_of(WorkerId(j), ChunkId(chunk));
      if (!slot)
        return bad_input(fmt::format("order[{}] names chunk {}, which worker {} does not hold", j, chunk, j),
                         "let the order of a worker name its own chunks");
      slots[j].push_back(*slot);
    }
  }
  return Ordering::from_slots(assignment, std::move(slots));
}

}  // namespace

Error to_public(const gleaner::Error& error) {
  return {error.kind == gleaner::Error::Kind::bad_input ? Error::Kind::bad_input : Error::Kind::run_failed,
          with_fields(error.what), with_fields(error.cure)};
}

gleaner::Result<gleaner::Plan> to_internal(const Plan& plan) {
  const auto method = method_of(plan.method);
  if (!method) return method.error();
  const auto kind = frame_kind_of(plan.frame_kind);
  if (!kind) return kind.error();
  auto assignment = assignment_of(plan);
  if (!assignment) return assignment.error();
  auto ordering = ordering_of(plan, assignment.value());
  if (!ordering) return ordering.error();
  auto frame = Frame::from_rows(kind.value(), plan.workers(), plan.blocks, plan.frame,
                                plan.colours == 0 ? plan.workers() : plan.colours);
  if (!frame) return frame.error();
  return gleaner::Plan::make(method.value(), std::move(assignment).value(), std::move(ordering).value(),
                             std::move(frame).value());
}

Plan to_public(const gleaner::Plan& plan) {
  Plan out;
  out.method = name_of(plan.method());
  out.chunks = plan.chunks();
  out.blocks = plan.blocks();
  out.frame_kind = name_of(plan.frame().kind());
  out.colours = plan.frame().colours();
  for (std::uint32_t j = 0; j < plan.workers(); ++j) {
    auto& chunks = out.chunks_of.emplace_back();
    for (const ChunkId chunk : plan.assignment().chunks_of(WorkerId(j))) chunks.push_back(chunk.value);
    auto& order = out.order.emplace_back();
    for (const Slot slot : plan.ordering().of(WorkerId(j)))
      order.push_back(plan.assignment().chunk_at(WorkerId(j), slot).value);
    const auto row = plan.frame().row(WorkerId(j));
    out.frame.insert(out.frame.end(), row.begin(), row.end());
  }
  return out;
}

}  // namespace gleaner::v1
