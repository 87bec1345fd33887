#include "study/reproduce_stability.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "base/check.h"
#include "base/portable_math.h"
#include "base/random.h"
#include "coding/coefficients.h"
#include "coding/coverage.h"
#include "coding/kernels.h"
#include "coding/ordering.h"
#include "study/trials.h"

namespace gleaner {
namespace {

using Vectors = std::vector<std::vector<float>>;
constexpr std::size_t kBlockFloats = 32;
constexpr std::size_t kBlocks[] = {2, 3, 4, 8};

double point_of(std::size_t worker, std::size_t workers) {
  return static_cast<double>(2 * worker + 1) / static_cast<double>(workers) - 1;
}

void append_powers(std::vector<double>& rows, double x, std::size_t blocks) {
  double power = 1;
  for (std::size_t k = 0; k < blocks; ++k, power *= x) rows.push_back(power);
}

void append_lagrange(std::vector<double>& rows, double x, std::size_t blocks) {
  const auto node = [blocks](std::size_t k) {
    return portable::cos_turn(static_cast<double>(2 * k + 1) / static_cast<double>(4 * blocks));
  };
  for (std::size_t k = 0; k < blocks; ++k) {
    double value = 1;
    for (std::size_t i = 0; i < blocks; ++i) {
      if (i != k) value *= (x - node(i)) / (node(k) - node(i));
    }
    rows.push_back(value);
  }
}

Random stream(std::uint64_t seed, std::size_t recovery, std::uint64_t what) {
  return Random({.seed = seed, .purpose = Purpose::recovery, .worker = what, .position = recovery});
}

Vectors draw_gradients(std::size_t chunks, std::size_t floats, std::uint64_t seed, std::size_t recovery) {
  Random random = stream(seed, recovery, 0);
  Vectors gradients(chunks, std::vector<float>(floats));
  for (auto& gradient : gradients) {
    for (float& x : gradient) x = static_cast<float>(2 * random.uniform() - 1);
  }
  return gradients;
}

std::vector<SlotSet> draw_state(const Assignment& a, const Ordering& order, std::size_t blocks,
                                std::uint64_t seed, std::size_t recovery) {
  Random random = stream(seed, recovery, 1);
  std::vector<SlotSet> done(a.workers());
  Coverage coverage(a.chunks(), blocks);
  std::vector<std::uint32_t> busy(a.workers());
  std::iota(busy.begin(), busy.end(), 0U);
  while (!coverage.complete()) {
    GLEANER_CHECK(!busy.empty(), "a chunk has fewer than l holders");
    const std::size_t at = random.below(busy.size());
    const WorkerId worker(busy[at]);
    SlotSet& own = done[worker.index()];
    if (own.count() == a.load(worker)) {
      busy[at] = busy.back();
      busy.pop_back();
      continue;
    }
    const Slot next = order.of(worker)[own.count()];
    own.insert(next);
    coverage.add(a.chunk_at(worker, next));
  }
  return done;
}

// The coefficients of every worker's finished chunks, rows ascending by slot.
std::vector<std::vector<double>> coefficients_of(const Assignment& a, const Frame& frame,
                                                 const std::vector<SlotSet>& done) {
  const std::size_t blocks = frame.blocks();
  std::vector<std::vector<double>> of_worker(a.workers());
  std::vector<double> rows;
  std::vector<WorkerId> holders;
  // Chunks ascend, and so do the slots of each worker: rows come in the right order.
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    rows.clear();
    holders.clear();
    for (const auto& [worker, slot] : a.holders_of(ChunkId(i))) {
      if (!done[worker.index()].contains(slot)) continue;
      holders.push_back(worker);
      rows.insert(rows.end(), frame.row(worker).begin(), frame.row(worker).end());
    }
    const std::vector<double> u = coefficients(rows, blocks).u;
    for (std::size_t h = 0; h < holders.size(); ++h) {
      const auto row = std::span(u).subspan(h * blocks, blocks);
      auto& own = of_worker[holders[h].index()];
      own.insert(own.end(), row.begin(), row.end());
    }
  }
  return of_worker;
}

std::vector<float> through_the_code(const Assignment& a, const Frame& frame, const std::vector<SlotSet>& done,
                                    const Vectors& gradients) {
  const std::size_t blocks = frame.blocks();
  const std::size_t floats = gradients.front().size();
  const auto u = coefficients_of(a, frame, done);
  Vectors coded;
  std::vector<double> rows;
  std::vector<std::span<const float>> own;
  for (std::uint32_t j = 0; j < a.workers(); ++j) {
    if (done[j].empty()) continue;
    own.clear();
    done[j].for_each([&](Slot s) { own.emplace_back(gradients[a.chunk_at(WorkerId(j), s).index()]); });
    coded.emplace_back(block_length(floats, blocks));
    encode_segment(own, u[j], blocks, 0, coded.back());
    rows.insert(rows.end(), frame.row(WorkerId(j)).begin(), frame.row(WorkerId(j)).end());
  }
  const std::vector<std::span<const float>> vectors(coded.begin(), coded.end());
  std::vector<float> gradient(floats);
  decode_segment(vectors, rows, blocks, 0, gradient);
  return gradient;
}

// Against the sum in double precision.
double error_of(const std::vector<float>& found, const Vectors& gradients) {
  double off = 0;
  double all = 0;
  for (std::size_t k = 0; k < found.size(); ++k) {
    double sum = 0;
    for (const auto& gradient : gradients) sum += static_cast<double>(gradient[k]);
    const double difference = static_cast<double>(found[k]) - sum;
    off += difference * difference;
    all += sum * sum;
  }
  const double error = std::sqrt(off / all);
  return std::isfinite(error) ? error : std::numeric_limits<double>::infinity();
}

}  // namespace

std::string_view name_of(StudiedCode code) {
  switch (code) {
    case StudiedCode::gaussian: return "Gaussian (paper)";
    case StudiedCode::coloured: return "coloured frame";
    case StudiedCode::vandermonde: return "Vandermonde";
    case StudiedCode::lagrange: return "Lagrange";
  }
  return "unknown";
}

Frame studied_frame(StudiedCode code, const Assignment& assignment, std::size_t blocks, std::uint64_t seed) {
  const std::size_t workers = assignment.workers();
  if (code == StudiedCode::gaussian) return Frame::gaussian(workers, blocks, seed);
  if (code == StudiedCode::coloured) return Frame::coloured(assignment, blocks, seed);
  std::vector<double> rows;
  for (std::size_t j = 0; j < workers; ++j) {
    (code == StudiedCode::vandermonde ? append_powers : append_lagrange)(rows, point_of(j, workers), blocks);
  }
  return Frame::from_rows(FrameKind::gaussian, workers, blocks, std::move(rows), workers).value();
}

std::vector<double> recovery_errors(const Assignment& assignment, const Frame& frame, std::size_t recoveries,
                                    std::uint64_t seed) {
  const std::size_t blocks = frame.blocks();
  const Ordering order = Ordering::optimal(assignment);
  std::vector<double> errors;
  for (std::size_t k = 0; k < recoveries; ++k) {
    const Vectors gradients = draw_gradients(assignment.chunks(), kBlockFloats * blocks, seed, k);
    const std::vector<SlotSet> done = draw_state(assignment, order, blocks, seed, k);
    errors.push_back(error_of(through_the_code(assignment, frame, done, gradients), gradients));
  }
  return errors;
}

std::vector<double> plain_sum_errors(std::size_t chunks, std::size_t blocks, std::size_t recoveries,
                                     std::uint64_t seed) {
  std::vector<double> errors;
  for (std::size_t k = 0; k < recoveries; ++k) {
    const Vectors gradients = draw_gradients(chunks, kBlockFloats * blocks, seed, k);
    std::vector<float> sum(kBlockFloats * blocks, 0);
    for (const auto& gradient : gradients) {
      for (std::size_t t = 0; t < sum.size(); ++t) sum[t] += gradient[t];
    }
    errors.push_back(error_of(sum, gradients));
  }
  return errors;
}

std::vector<StabilityRow> study_stability(const std::vector<ReproducedScheme>& schemes,
                                          std::size_t recoveries, std::uint64_t seed, std::size_t threads) {
  struct Case {
    const ReproducedScheme* scheme;
    std::size_t blocks;
    StudiedCode code;
  };
  std::vector<Case> cases;
  for (const ReproducedScheme& scheme : schemes) {
    for (const std::size_t blocks : kBlocks) {
      if (blocks > scheme.assignment.replication_min()) continue;
      for (const StudiedCode code : kStudiedCodes) cases.push_back({&scheme, blocks, code});
    }
  }
  std::vector<StabilityRow> rows(cases.size());
  const auto make = [&]() -> std::function<bool(std::uint64_t)> {
    return [&](std::uint64_t k) {
      const auto& [scheme, blocks, code] = cases[k];
      const Frame frame = studied_frame(code, scheme->assignment, blocks, seed);
      std::vector<double> errors = recovery_errors(scheme->assignment, frame, recoveries, seed);
      rows[k] = {scheme->name,
                 scheme->key,
                 std::string(name_of(code)),
                 blocks,
                 worst_condition(scheme->assignment, frame),
                 quantile(errors, 0.5),
                 quantile(errors, 0.99)};
      return true;
    };
  };
  (void)for_each_trial(cases.size(), threads, make);
  return rows;
}

}  // namespace gleaner
