#include "net/parameter_gate.h"

#include <utility>

#include <fmt/format.h>

namespace gleaner {

std::vector<float> ParameterGate::Idle::take() {
  const std::scoped_lock lock(mutex);
  if (vectors.empty()) return {};
  std::vector<float> vector = std::move(vectors.back());
  vectors.pop_back();
  return vector;
}

SharedVector ParameterGate::lend(std::vector<float> parameters) const {
  return {new std::vector<float>(std::move(parameters)), [idle = idle_](std::vector<float>* last) {
            const std::unique_ptr<std::vector<float>> owned(last);
            const std::scoped_lock lock(idle->mutex);
            idle->vectors.push_back(std::move(*owned));
          }};
}

void ParameterGate::message(ServerMessage message) {
  held_.push_back(std::move(message));
  release();
}

Status ParameterGate::segment(const SegmentHeader& header, const Append& append) {
  if (header.index == 0) {
    if (header.total > floats_max_) {
      return bad_input(
          fmt::format("parameters of {} numbers, {} at most were expected", header.total, floats_max_));
    }
    arriving_ = header.ticket.stamp;
    if (parameters_.capacity() == 0) parameters_ = idle_->take();
    parameters_.clear();
    parameters_.reserve(header.total);
    total_ = header.total;
    next_ = 0;
    whole_ = false;
  }
  if (header.ticket.stamp != arriving_ || header.index != next_ || header.total != total_ || whole_ ||
      parameters_.size() + header.floats > total_) {
    return bad_input(
        fmt::format("segment {} of the parameters of {} came where segment {} of {} was expected",
                    header.index, text(header.ticket.stamp), next_, text(arriving_)));
  }
  ++next_;
  if (Status s = append(parameters_); !s) return s;
  if (parameters_.size() < total_) {
    if (header.index == 0) release();  // of an earlier round, that is over
    return {};
  }
  whole_ = true;
  release();
  return {};
}

void ParameterGate::release() {
  while (!held_.empty()) {
    if (const auto* start = std::get_if<StartRound>(&held_.front())) {
      if (start->stamp > arriving_ || (start->stamp == arriving_ && !whole_)) return;
      if (start->stamp < arriving_) {
        held_.pop_front();
        continue;
      }
      // Not before: what is still computed of the round before has the parameters of that one.
      if (!parameters_.empty()) {
        sink_.on_parameters(arriving_, lend(std::exchange(parameters_, {})));
      }
    }
    sink_.on_message(std::move(held_.front()));
    held_.pop_front();
  }
}

}  // namespace gleaner
