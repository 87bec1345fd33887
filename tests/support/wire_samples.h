// One frame of every kind that travels, with values worth looking at. The golden files of tests/golden/wire
// hold their bytes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "wire/codec.h"
#include "wire/data_parts.h"
#include "wire/frames.h"
#include "wire/run_setup.h"
#include "wire/segment_header.h"

namespace gleaner::test {

/// Of the plan that the samples belong to: a few workers, one with more than 64 chunks.
inline constexpr WireLimits kSampleLimits{6, 80};

template <class Value>
struct Sample {
  std::string name;  ///< of its golden file
  std::string about;
  Value value;
};

inline SlotSet set_of(const std::vector<std::uint32_t>& slots) {
  SlotSet set;
  for (const std::uint32_t s : slots) set.insert(Slot(s));
  return set;
}
inline OrderRef order_of(const std::vector<std::uint32_t>& slots) {
  return std::make_shared<const std::vector<Slot>>(slots.begin(), slots.end());
}
inline constexpr Stamp kSampleStamp{Term(2), RoundId(300)};

inline std::vector<Sample<WorkerFrame>> worker_samples() {
  const EarlierLife earlier{{WorkerId(3), Incarnation(2)}, Term(1), 0x0123456789ABCDEF};
  const Pace pace{Duration(1'500'000), 12};
  return {
      {"knock", "a new worker that takes any place", Knock{1, 1, "0.1.0", {}, {}, "node-a"}},
      {"knock_again", "a worker that lost its link and wants its place back",
       Knock{1, 1, "0.1.0", WorkerId(3), earlier, "node-\u00E4"}},
      {"leaving", "it goes after this round", Leaving{}},
      {"heartbeat_of_worker", "a sign of life", Heartbeat{}},
      {"work_note", "chunk 5 of the worker is finished",
       WorkNote{kSampleStamp, Slot(5), WorkNote::Kind::finished, Duration(2'000'000), Duration(1'999'999)}},
      {"hello", "first message of a link",
       WorkerMessage(Hello{{std::string(60, 'a') + "0123"}, kSampleStamp, set_of({0, 1, 70})})},
      {"progress", "what is finished", WorkerMessage(Progress{kSampleStamp, set_of({0, 3, 8})})},
      {"progress_told", "what is finished, how quick it was and what is in hand",
       WorkerMessage(Progress{kSampleStamp, set_of({}), pace, Slot(79), Duration(128)})},
      {"chunk_rejected", "a gradient that must not be used",
       WorkerMessage(ChunkRejected{kSampleStamp, Slot(4), "NaN in it"})},
  };
}

inline std::vector<Sample<ServerFrame>> server_samples() {
  UsedSlots used(kSampleLimits.workers);
  used[0] = set_of({0, 1});
  used[2] = set_of({79});
  used[5] = SlotSet::first(8);
  const Ticket ticket{kSampleStamp, Epoch(2)};
  const auto selection = std::make_shared<const Selection>(Selection{kSampleStamp, Epoch(3), used});
  const Peer peer{WorkerId(3), Incarnation(2)};
  return {
      {"placed", "the worker has a place",
       Placed{1, peer, Term(2), 0xFEDCBA9876543210, Duration(1'000'000'000)}},
      {"turned_away", "it is not let in", TurnedAway{1, 1, "its release is too old"}},
      {"heartbeat_of_server", "a sign of life", Heartbeat{}},
      {"waiting", "no place is free yet", Waiting{"all 6 places are taken"}},
      {"goodbye", "the run is over", Goodbye{"completed", "300 rounds"}},
      {"welcome", "the Hello was accepted", ServerMessage(Welcome{kSampleStamp})},
      {"refused", "the Hello was not accepted", ServerMessage(Refused{"another plan"})},
      {"start_round", "a round in the order of the plan", ServerMessage(StartRound{kSampleStamp})},
      {"start_round_ordered", "a round in another order, with a report after 5 ms",
       ServerMessage(StartRound{kSampleStamp, order_of({2, 0, 1}), true, Duration(5'000'000)})},
      {"report", "tell at once how far you are", ServerMessage(Report{kSampleStamp})},
      {"todo", "the whole will about this worker",
       ServerMessage(Todo{kSampleStamp, 7, set_of({1, 2}), order_of({2, 1})})},
      {"transmit", "the signal", ServerMessage(Transmit{ticket, selection, 4, 7})},
      {"committed", "the round is over", ServerMessage(Committed{kSampleStamp})},
  };
}

inline std::vector<Sample<SegmentHeader>> segment_samples() {
  const Ticket ticket{kSampleStamp, Epoch(2)};
  return {{"segment_of_vector", "third segment of a coded vector: 256 numbers",
           SegmentHeader{SegmentKind::vector, ticket, 2, 0, 256, 0xE3069283}},
          {"segment_of_parameters", "first segment of the parameters",
           SegmentHeader{SegmentKind::parameters, {kSampleStamp, Epoch(0)}, 0, 1000, 1000, 1}}};
}

inline std::vector<Sample<DataRequest>> request_samples() {
  return {{"data_request", "chunk 5 from byte 4096 on", DataRequest{ChunkId(5), 4096}}};
}
inline std::vector<Sample<DataPart>> part_samples() {
  return {{"data_part", "nine bytes of chunk 5", DataPart{ChunkId(5), 4096, 4105, "123456789"}},
          {"data_part_end", "the end of chunk 5", DataPart{ChunkId(5), 4105, 4105, ""}}};
}

inline std::vector<Sample<RunSetup>> setup_samples() {
  RunSetup s;
  s.plan = R"({"format":1})";
  s.objective = "mlp";
  s.hidden = "32,16";
  s.speeds = "trace:file=times.csv";
  s.speeds_table = "round,w0\n1,0.04\n";
  s.seed = 2024;
  s.batch = 64;
  s.local_steps = 5;
  s.local_rate = 0.25;
  s.prox = 0.125;
  s.l2 = 0.0009765625;
  s.features = 784;
  s.classes = 10;
  s.dimension = 25'818;
  s.segment_floats = 65'536;
  s.data_digest = "0123456789abcdef";
  s.data_name = "t10k-images-idx3-ubyte.gz";
  s.gradients = "spilled";
  s.memory = 2'147'483'648;
  s.chunks = {{100, 0, 314'000, 0xE3069283}, {99, 314'000, 310'860, 7}};
  RunSetup module = s;
  module.objective = "torchscript";
  module.hidden.clear();
  module.module = {"PK\3\4 module", "cross_entropy", "1x28x28", "cpu", true, 32, 2};
  return {{"run_setup", "what a worker must know before its first round", s},
          {"run_setup_module", "the same where a module is trained", module}};
}

}  // namespace gleaner::test
