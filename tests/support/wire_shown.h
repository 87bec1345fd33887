// Frames in words, with every field: two frames are the same if and only if they read the same.
#pragma once

#include <string>
#include <variant>

#include <fmt/format.h>

#include "wire/frames.h"

namespace gleaner::test {

inline std::string shown(Stamp s) { return fmt::format("term={} round={}", s.term.value, s.round.value); }
inline std::string shown(Peer p) { return fmt::format("worker={} life={}", p.worker.value, p.life.value); }
inline std::string shown(Duration d) { return fmt::format("{}ns", d.count()); }
inline std::string shown(const std::string& text) { return fmt::format("\"{}\"", text); }
inline std::string shown(const OrderRef& order) {
  if (!order) return "kept";
  std::string text = "[";
  for (const Slot s : *order) text += fmt::format("{}{}", text.size() > 1 ? "," : "", s.value);
  return text + "]";
}
/// Sets are named by worker; those without a slot are left out.
inline std::string shown(const UsedSlots& used) {
  std::string text = fmt::format("{}:", used.size());
  for (std::size_t j = 0; j < used.size(); ++j)
    if (!used[j].empty()) text += fmt::format(" {}={}", j, used[j].text());
  return text;
}

struct Shown {
  std::string operator()(const Knock& f) const {
    std::string text =
        fmt::format("Knock versions={}..{} release={}", f.first_version, f.last_version, shown(f.release));
    text += f.slot ? fmt::format(" place={}", f.slot->value) : " place=any";
    if (f.earlier) {
      text += fmt::format(" earlier: {} term={} token={:016x}", shown(f.earlier->peer), f.earlier->term.value,
                          f.earlier->token);
    }
    return text + " host=" + shown(f.host);
  }
  std::string operator()(const Leaving& /*f*/) const { return "Leaving"; }
  std::string operator()(const Heartbeat& /*f*/) const { return "Heartbeat"; }
  std::string operator()(const WorkNote& f) const {
    return fmt::format("WorkNote {} slot={} kind={} took={} drawn={}", shown(f.stamp), f.slot.value,
                       static_cast<int>(f.kind), shown(f.took), shown(f.drawn));
  }
  std::string operator()(const Hello& m) const {
    return fmt::format("Hello plan={} {} kept={}", shown(m.plan.hex), shown(m.stamp), m.kept.text());
  }
  std::string operator()(const Progress& m) const {
    std::string text = fmt::format("Progress {} done={} pace={}/{}", shown(m.stamp), m.done.text(),
                                   shown(m.pace.elapsed), m.pace.parts);
    if (m.in_hand) text += fmt::format(" in_hand={}", m.in_hand->value);
    return text + " for=" + shown(m.in_hand_for);
  }
  std::string operator()(const ChunkRejected& m) const {
    return fmt::format("ChunkRejected {} slot={} why={}", shown(m.stamp), m.slot.value, shown(m.why));
  }
  std::string operator()(const Placed& f) const {
    return fmt::format("Placed version={} {} term={} token={:016x} heartbeat={}", f.version, shown(f.peer),
                       f.term.value, f.token, shown(f.heartbeat));
  }
  std::string operator()(const TurnedAway& f) const {
    return fmt::format("TurnedAway versions={}..{} why={}", f.first_version, f.last_version, shown(f.why));
  }
  std::string operator()(const Waiting& f) const { return "Waiting why=" + shown(f.why); }
  std::string operator()(const Goodbye& f) const {
    return fmt::format("Goodbye status={} reason={}", shown(f.status), shown(f.reason));
  }
  std::string operator()(const Welcome& m) const { return "Welcome " + shown(m.stamp); }
  std::string operator()(const Refused& m) const { return "Refused why=" + shown(m.why); }
  std::string operator()(const StartRound& m) const {
    return fmt::format("StartRound {} order={} listens={} report_after={}", shown(m.stamp), shown(m.order),
                       m.listens, shown(m.report_after));
  }
  std::string operator()(const Report& m) const { return "Report " + shown(m.stamp); }
  std::string operator()(const Todo& m) const {
    return fmt::format("Todo {} revision={} wanted={} order={}", shown(m.stamp), m.revision, m.wanted.text(),
                       shown(m.order));
  }
  std::string operator()(const Transmit& m) const {
    return fmt::format("Transmit {} epoch={} first_segment={} revision={} selection: {} epoch={} used {}",
                       shown(m.ticket.stamp), m.ticket.epoch.value, m.first_segment, m.revision,
                       shown(m.selection->stamp), m.selection->epoch.value, shown(m.selection->used));
  }
  std::string operator()(const Committed& m) const { return "Committed " + shown(m.stamp); }
  std::string operator()(const WorkerMessage& m) const { return std::visit(*this, m); }
  std::string operator()(const ServerMessage& m) const { return std::visit(*this, m); }
};

/// "Progress term=1 round=7 done={0,3} ...".
template <class Frame>
std::string shown_frame(const Frame& frame) {
  return std::visit(Shown{}, frame);
}

}  // namespace gleaner::test
