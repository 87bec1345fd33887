// A small but real training run for tests of the drivers: synthetic classes, softmax, everything verified.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "coding/code.h"
#include "coding/plan.h"
#include "objective/objective.h"
#include "work/run_spec.h"

namespace gleaner::test {

/// Keeps what it is shown.
class Collector : public RunObserver {
 public:
  void record(const TraceRecord& r) override {
    notes.push_back(std::to_string(r.at.time_since_epoch().count()) + " " + sentence(r.note));
  }
  void on_round(const RoundRecord& record) override { rounds.push_back(record); }
  [[nodiscard]] bool keep_going() override { return rounds.size() < stop_after; }

  std::vector<std::string> notes;
  std::vector<RoundRecord> rounds;
  std::size_t stop_after = ~std::size_t{0};
};

/// 240 samples of 6 features in 3 classes, made from the draws of one seed. Owns what the objective looks at.
struct SmallData {
  SmallData() {
    gleaner::Random random({7, Purpose::test, 0, 0, 0});
    for (std::size_t i = 0; i < kRows; ++i) {
      labels.push_back(static_cast<float>(i % 3));
      for (std::size_t f = 0; f < kFeatures; ++f) {
        dense.push_back(static_cast<float>(random.normal() + (f % 3 == i % 3 ? 1.5 : 0.0)));
      }
    }
  }
  static constexpr std::size_t kRows = 240;
  static constexpr std::size_t kFeatures = 6;
  std::vector<float> dense;
  std::vector<float> labels;
};

struct SmallRun {
  Method method = Method::partial;
  std::size_t workers = 8;
  std::size_t chunks = 8;
  std::size_t replication = 3;
  std::size_t blocks = 1;
  std::uint64_t rounds = 12;
  std::uint64_t seed = 1;
  std::size_t segment_floats = 5;
  std::string speeds = "exponential:mean=4ms";
  ServerOptions server;
  std::vector<Fault> faults;

  /// All samples, which are also what is trained on.
  [[nodiscard]] static Samples samples() {
    static const SmallData data;
    Samples samples;
    samples.rows = SmallData::kRows;
    samples.features = SmallData::kFeatures;
    samples.dense = data.dense;
    samples.labels = data.labels;
    return samples;
  }

  [[nodiscard]] RunSpec spec() const {
    const std::size_t gamma = method == Method::uncoded ? 1 : replication;
    const std::size_t l = method == Method::uncoded ? 1 : blocks;
    Assignment a = Assignment::cyclic(chunks, workers, gamma).value();
    Ordering order = Ordering::optimal(a);
    Frame frame = l == 1 ? Frame::ones(workers) : Frame::coloured(a, l, seed);
    const Samples all = samples();
    std::vector<IndexRange> rows;
    for (std::size_t c = 0; c < chunks; ++c) rows.push_back(part_of(all.rows, c, chunks));

    RunSpec s;
    s.plan = std::make_shared<const Plan>(Plan::make(method, a, order, frame).value());
    s.code = code_for(method);
    s.objective = make_softmax(all, 3, rows).value();
    s.optimizer = {OptimizerKind::sgd, 0.5};
    s.l2 = 1e-3;
    s.server = server;
    s.speeds = SpeedModel::parse(speeds, TimeUnits::required).value();
    s.faults = faults;
    s.rounds = rounds;
    s.seed = seed;
    s.verify = true;
    s.segment_floats = segment_floats;
    s.credits = 2;
    return s;
  }
};

}  // namespace gleaner::test
