// z_j = sum_s sum_k u_s[k] g_s[k] (protocol.md section 3), against the same sum written out in double.
#include "work/vector_encoder.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstring>

#include "base/random.h"
#include "support/draws.h"

namespace gleaner {
namespace {

using test::any_between;

struct Encoding {
  explicit Encoding(std::size_t workers, std::size_t replication, std::size_t blocks, std::size_t dimension,
                    std::size_t segment_floats, std::uint64_t seed, Keeping keeping = Keeping::float32)
      : random({seed, Purpose::test, 0, 0, 0}),
        plan(make_plan(workers, replication, blocks, seed)),
        code(code_for(Method::partial)),
        layout(SegmentLayout::of(dimension, blocks, segment_floats)),
        store(plan.assignment().load(WorkerId(0)), dimension, {.how = keeping, .folder = testing::TempDir()}),
        used(workers) {
    for (std::uint32_t w = 0; w < workers; ++w) {
      for (std::uint32_t s = 0; s < plan.assignment().load(WorkerId(w)); ++s) {
        if (w == 0 || random.below(3) != 0) used[w].insert(Slot(s));
      }
    }
    used[0].erase(Slot(0));  // not everything is selected
    for (std::uint32_t s = 0; s < plan.assignment().load(WorkerId(0)); ++s) {
      GradientBuffer g = store.take();
      for (float& x : *g) x = static_cast<float>(random.normal());
      store.keep(Slot(s), store.finish(std::move(g)).value());
    }
  }
  static Plan make_plan(std::size_t workers, std::size_t replication, std::size_t blocks,
                        std::uint64_t seed) {
    Assignment a = Assignment::cyclic(workers, workers, replication).value();
    Ordering order = Ordering::ascending(a);
    Frame frame = blocks == 1 ? Frame::ones(workers) : Frame::gaussian(workers, blocks, seed);
    return Plan::make(Method::partial, a, order, frame).value();
  }
  [[nodiscard]] VectorEncoder encoder() const {
    return {plan, *code, WorkerId(0), used, store.rows(used[0]), layout};
  }

  Random random;
  Plan plan;
  std::shared_ptr<const Code> code;
  SegmentLayout layout;
  GradientStore store;
  std::vector<SlotSet> used;
};

RC_GTEST_PROP(VectorEncoder, EncodesTheSumOfItsRowsSegmentBySegment, ()) {
  const std::size_t workers = any_between(2, 7);
  const std::size_t replication = any_between(2, workers);
  const std::size_t blocks = any_between(1, replication);
  const std::size_t dimension = any_between(1, 60);
  const std::size_t segment = any_between(1, 20);
  Encoding e(workers, replication, blocks, dimension, segment, *rc::gen::arbitrary<std::uint64_t>());

  const std::vector<double> u = e.code->encode_rows(e.plan, WorkerId(0), e.used);
  const std::vector<GradientRow> rows = e.store.rows(e.used[0]);
  const std::size_t b = e.layout.vector_floats;
  const VectorEncoder encoder = e.encoder();
  std::size_t seen = 0;
  for (std::uint32_t index = e.layout.count(); index-- > 0;) {  // in any order
    const IndexRange range = e.layout.range(index);
    std::vector<float> part(range.size());
    encoder.encode(index, part);
    for (std::size_t t = 0; t < part.size(); ++t) {
      double z = 0;
      double size = 0;
      for (std::size_t s = 0; s < rows.size(); ++s) {
        for (std::size_t k = 0; k < blocks; ++k) {
          const std::size_t place = k * b + range.first + t;
          const double term = place < dimension ? u[s * blocks + k] * rows[s]->floats()[place] : 0.0;
          z += term;
          size += std::abs(term);
        }
      }
      RC_ASSERT(std::abs(part[t] - z) <= 1e-7 * size + 1e-30);
      ++seen;
    }
  }
  RC_ASSERT(seen == b);
}

TEST(VectorEncoder, GoesOnAfterItsRoundWasReleased) {
  Encoding e(4, 3, 1, 20, 6, 1);
  const VectorEncoder encoder = e.encoder();
  std::vector<float> before(6);
  encoder.encode(1, before);
  e.store.release();
  for (std::uint32_t s = 0; s < 3; ++s) {  // the next round writes its gradients
    GradientBuffer g = e.store.take();
    g->assign(20, 1e9F);
    e.store.keep(Slot(s), e.store.finish(std::move(g)).value());
  }
  std::vector<float> after(6);
  encoder.encode(1, after);
  EXPECT_EQ(before, after);
}

// The same numbers give the same bits, however they are kept.
RC_GTEST_PROP(VectorEncoder, HowRowsAreKeptChangesNoBit, ()) {
  const std::size_t workers = any_between(2, 7);
  const std::size_t replication = any_between(2, workers);
  const std::size_t blocks = any_between(1, replication);
  const bool many_tiles = *rc::gen::weightedElement<bool>({{5, false}, {1, true}});
  const std::size_t dimension = many_tiles ? any_between(30'000, 120'000) : any_between(1, 60);
  const std::size_t segment = many_tiles ? any_between(10'000, 60'000) : any_between(1, 20);
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const Keeping keeping = *rc::gen::element(Keeping::bfloat16, Keeping::spilled);
  Encoding e(workers, replication, blocks, dimension, segment, seed, keeping);
  std::vector<GradientRow> widened;
  for (const GradientRow& row : e.store.rows(e.used[0])) {
    auto numbers = std::make_shared<std::vector<float>>(dimension);
    RC_ASSERT(row->read(0, *numbers));
    widened.push_back(row_of(std::move(numbers)));
  }
  const VectorEncoder encoder = e.encoder();
  const VectorEncoder plain(e.plan, *e.code, WorkerId(0), e.used, widened, e.layout);
  for (std::uint32_t index = 0; index < e.layout.count(); ++index) {
    std::vector<float> part(e.layout.range(index).size());
    std::vector<float> expected(part.size());
    encoder.encode(index, part);
    plain.encode(index, expected);
    RC_ASSERT(std::memcmp(part.data(), expected.data(), part.size() * sizeof(float)) == 0);
  }
}

TEST(VectorEncoder, ARowThatCannotBeReadMakesNaN) {
  struct Lost final : KeptGradient {
    [[nodiscard]] std::size_t size() const override { return 20; }
    [[nodiscard]] bool read(std::size_t first, std::span<float>) const override { return first < 6; }
  };
  Encoding e(4, 3, 1, 20, 6, 1);
  std::vector<GradientRow> rows = e.store.rows(e.used[0]);
  rows.back() = std::make_shared<Lost>();
  const VectorEncoder encoder(e.plan, *e.code, WorkerId(0), e.used, rows, e.layout);
  std::vector<float> part(6);
  encoder.encode(0, part);
  EXPECT_TRUE(std::isfinite(part[0]));
  encoder.encode(1, part);
  for (const float x : part) EXPECT_TRUE(std::isnan(x));
}

TEST(VectorEncoder, PastTheLastSegmentThereIsNothing) {
  Encoding e(4, 3, 2, 9, 2, 1);
  EXPECT_EQ(e.layout.count(), 3U);  // 5 floats
  EXPECT_EQ(e.layout.range(2).size(), 1U);
  EXPECT_EQ(e.layout.range(3).size(), 0U);
  std::vector<float> none;
  e.encoder().encode(3, none);
}

}  // namespace
}  // namespace gleaner
