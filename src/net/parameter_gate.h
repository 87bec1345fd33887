// Brings parameters and messages, which travel on connections of their own, back into one order.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "transport/transport.h"
#include "wire/segment_header.h"

namespace gleaner {

/// A StartRound waits here until the parameters of its round are whole, and what came after it waits behind
/// it. Parameters of a later round that have begun to arrive say that those of the round will never be: then
/// its StartRound is dropped. Not thread safe.
class ParameterGate {
 public:
  /// `floats_max`: a longer vector is refused. The sink must outlive the gate.
  ParameterGate(WorkerSink& sink, std::size_t floats_max) : sink_(sink), floats_max_(floats_max) {}

  void message(ServerMessage message);
  /// Puts header.floats numbers at the end of what it is given. Errors: they are broken.
  using Append = std::function<Status(std::vector<float>&)>;
  /// A segment of parameters, in ascending order. Errors: a gap, more numbers than announced; those of
  /// `append`, which is called where the segment fits. After an error the gate is of no use.
  [[nodiscard]] Status segment(const SegmentHeader& header, const Append& append);

 private:
  /// Vectors that nobody holds any more: those of the next round but one come into the same memory. Freed, it
  /// would stay with the arena of whichever thread of gRPC had it first, and every such thread would end up
  /// with a vector.
  struct Idle {
    std::mutex mutex;
    std::vector<std::vector<float>> vectors;
    std::vector<float> take();
  };
  [[nodiscard]] SharedVector lend(std::vector<float> parameters) const;
  void release();

  WorkerSink& sink_;
  std::size_t floats_max_;
  std::deque<ServerMessage> held_;
  Stamp arriving_;  // of the parameters that came last, whole or not
  std::vector<float> parameters_;
  std::shared_ptr<Idle> idle_ = std::make_shared<Idle>();
  std::uint64_t total_ = 0;
  std::uint32_t next_ = 0;
  bool whole_ = false;
};

}  // namespace gleaner
