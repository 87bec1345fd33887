// The server's side of the vectors as server.h describes it under Expect, Forget and Combined, word by word.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "protocol/server.h"
#include "support/toy_vectors.h"

namespace gleaner::test {

/// A segment on its way. index = shape.segments without data ends a vector of which nothing is wanted.
struct ToyPart {
  Peer peer;
  Ticket ticket;
  std::uint32_t index = 0;
  Numbers data;
};

class ToyCombiner {
 public:
  using Outcome = std::variant<VectorIn, VectorBad, Combined>;

  ToyCombiner(std::shared_ptr<const Plan> plan, std::shared_ptr<const Code> code, ToyShape shape)
      : plan_(std::move(plan)), code_(std::move(code)), shape_(shape) {}

  void begin(Stamp stamp) {
    stamp_ = stamp;
    paused_ = true;
    incoming_.clear();
    selection_.reset();
    combined_under.clear();
    gradient.assign(shape_.dimension, 0.0);
  }

  void expect(const Expect& e, std::vector<Outcome>& out) {
    paused_ = e.vectors.empty();
    if (paused_) return;
    selection_ = e.selection;
    std::map<WorkerId, Incoming> wanted;
    for (const Expect::Vector& v : e.vectors) {
      Incoming next{v.peer, v.epoch, {}};
      const auto old = incoming_.find(v.peer.worker);
      if (old != incoming_.end() && old->second.peer == v.peer && old->second.epoch == v.epoch) {
        next = std::move(old->second);
      }
      wanted.emplace(v.peer.worker, std::move(next));
    }
    incoming_ = std::move(wanted);
    combine(out);
  }

  /// What is left after it decodes nothing by itself: the next Expect says what does.
  void forget(const Forget& f) {
    if (f.stamp == stamp_ && incoming_.erase(f.worker) > 0) paused_ = true;
  }

  void deliver(const ToyPart& part, std::vector<Outcome>& out) {
    const auto it = incoming_.find(part.peer.worker);
    if (it == incoming_.end() || it->second.peer != part.peer ||
        part.ticket != Ticket{stamp_, it->second.epoch}) {
      return;  // stale
    }
    for (const double x : part.data) {
      if (x == x) continue;
      out.push_back(VectorBad{part.peer, part.ticket, fmt::format("segment {} has a NaN", part.index)});
      incoming_.erase(it);
      paused_ = true;
      return;
    }
    if (part.index < shape_.segments) it->second.parts[part.index] = part.data;
    combine(out);
    if (part.index + 1 >= shape_.segments) out.push_back(VectorIn{part.peer, part.ticket});
  }

  [[nodiscard]] std::uint32_t combined() const { return static_cast<std::uint32_t>(combined_under.size()); }

  Numbers gradient;
  std::vector<SelectionRef> combined_under;  ///< for every combined segment the selection that decoded it

 private:
  struct Incoming {
    Peer peer;
    Epoch epoch;
    std::map<std::uint32_t, Numbers> parts;
  };

  void combine(std::vector<Outcome>& out) {
    const std::uint32_t before = combined();
    while (!paused_ && combined() < shape_.segments) {
      for (const auto& [worker, v] : incoming_) {
        if (!v.parts.contains(combined())) {
          if (combined() > before) out.push_back(Combined{stamp_, combined(), selection_->epoch});
          return;
        }
      }
      for (const auto& [worker, v] : incoming_) {
        toy_decode(shape_, code_->decode_row(*plan_, worker, selection_->used), v.parts.at(combined()),
                   combined(), gradient);
      }
      combined_under.push_back(selection_);
    }
    if (combined() > before) out.push_back(Combined{stamp_, combined(), selection_->epoch});
  }

  std::shared_ptr<const Plan> plan_;
  std::shared_ptr<const Code> code_;
  ToyShape shape_;
  Stamp stamp_;
  bool paused_ = true;
  SelectionRef selection_;
  std::map<WorkerId, Incoming> incoming_;
};

}  // namespace gleaner::test
