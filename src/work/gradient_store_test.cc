#include "work/gradient_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace gleaner {
namespace {

constexpr std::size_t kFloats = 50;

GradientRow filled(GradientStore& store, float value) {
  GradientBuffer buffer = store.take();
  buffer->assign(kFloats, value);
  return store.finish(std::move(buffer)).value();
}

std::vector<float> all_of(const GradientRow& row) {
  std::vector<float> numbers(row->size());
  EXPECT_TRUE(row->read(0, numbers));
  return numbers;
}
float last_of(const GradientRow& row) { return all_of(row).back(); }

// What holds however gradients are kept.
class AnyGradientStore : public testing::TestWithParam<Keeping> {
 protected:
  [[nodiscard]] static GradientStore make(std::size_t slots) {
    return {slots, kFloats, KeepOptions{.how = GetParam(), .folder = testing::TempDir()}};
  }
  // Gradients that the store has had at once.
  [[nodiscard]] static std::size_t gradients_of(const GradientStore& store) {
    constexpr std::size_t kWhole = kFloats * sizeof(float);
    constexpr std::size_t kRounded = (kFloats - kTallies) * 2 + kTallies * sizeof(float);
    switch (GetParam()) {
      case Keeping::float32: return store.allocated_bytes() / kWhole;
      case Keeping::bfloat16: return (store.allocated_bytes() - kWhole) / kRounded;
      case Keeping::spilled:
        EXPECT_EQ(store.allocated_bytes(), kWhole);
        return store.spilled_bytes() / kWhole;
    }
    return 0;
  }
};
INSTANTIATE_TEST_SUITE_P(Keepings, AnyGradientStore,
                         testing::Values(Keeping::float32, Keeping::bfloat16, Keeping::spilled),
                         [](const auto& p) { return std::string(name_of(p.param)); });

TEST_P(AnyGradientStore, GivesTheRowsOfTheSlotsInAscendingOrder) {
  GradientStore store = make(4);
  store.keep(Slot(3), filled(store, 3));
  store.keep(Slot(1), filled(store, 1));
  SlotSet slots = SlotSet::single(Slot(3));
  slots.insert(Slot(1));
  const std::vector<GradientRow> rows = store.rows(slots);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(all_of(rows[0]), std::vector<float>(kFloats, 1.0F));
  EXPECT_EQ(all_of(rows[1]), std::vector<float>(kFloats, 3.0F));
  EXPECT_EQ(gradients_of(store), 2U);
}

TEST_P(AnyGradientStore, ReadsFromAnywhereAndZerosBehindTheEnd) {
  GradientStore store = make(1);
  GradientBuffer buffer = store.take();
  for (std::size_t i = 0; i < kFloats; ++i) (*buffer)[i] = static_cast<float>(i + 1);  // below 256: exact
  const GradientRow row = store.finish(std::move(buffer)).value();
  EXPECT_EQ(row->size(), kFloats);
  for (std::size_t first = 0; first < kFloats + 3; ++first) {
    for (const std::size_t count : {0, 1, 5, 60}) {
      std::vector<float> part(count, -1);
      ASSERT_TRUE(row->read(first, part));
      for (std::size_t t = 0; t < count; ++t) {
        ASSERT_EQ(part[t], first + t < kFloats ? static_cast<float>(first + t + 1) : 0.0F)
            << first << "+" << t;
      }
    }
  }
}

TEST_P(AnyGradientStore, DoesNotOverwriteWhatAnEncoderStillReads) {
  GradientStore store = make(2);
  store.keep(Slot(0), filled(store, 1));
  std::vector<GradientRow> held = store.rows(SlotSet::single(Slot(0)));
  store.release();
  for (int k = 0; k < 10; ++k) store.keep(Slot(static_cast<std::uint32_t>(k) % 2), filled(store, 2));
  EXPECT_EQ(all_of(held[0]), std::vector<float>(kFloats, 1.0F));
}

TEST_P(AnyGradientStore, ReplacingAGradientSetsTheOldOneFree) {
  GradientStore store = make(1);
  for (int k = 0; k < 100; ++k) store.keep(Slot(0), filled(store, static_cast<float>(k)));
  EXPECT_EQ(last_of(store.rows(SlotSet::single(Slot(0)))[0]), 99.0F);
  EXPECT_LE(gradients_of(store), 2U);
}

TEST_P(AnyGradientStore, AllocatesForItsSlotsOnceHoweverManyRoundsThereAre) {
  constexpr std::uint32_t kSlots = 5;
  GradientStore store = make(kSlots);
  std::vector<GradientRow> encoder_of_last_round;
  for (int round = 0; round < 200; ++round) {
    for (std::uint32_t s = 0; s < kSlots; ++s) {
      (void)store.take();  // a chunk that was stopped
      store.keep(Slot(s), filled(store, static_cast<float>(round)));
    }
    std::vector<GradientRow> encoder = store.rows(SlotSet::first(kSlots));
    store.release();
    for (const GradientRow& row : encoder_of_last_round)
      ASSERT_EQ(last_of(row), static_cast<float>(round - 1));
    encoder_of_last_round = std::move(encoder);
  }
  EXPECT_LE(gradients_of(store), 2 * kSlots + 1);
}

TEST_P(AnyGradientStore, RowsMayBeLetGoOfByOtherThreadsAndOutliveTheStore) {
  GradientRow survivor;
  {
    GradientStore store = make(1);
    for (int round = 0; round < 200; ++round) {
      store.keep(Slot(0), filled(store, static_cast<float>(round)));
      std::jthread encoder([rows = store.rows(SlotSet::single(Slot(0))), round]() mutable {
        EXPECT_EQ(last_of(rows[0]), static_cast<float>(round));
        rows.clear();
      });
      store.release();
      (void)filled(store, -1);  // may not be what the thread reads
    }
    EXPECT_LE(gradients_of(store), 3U);
    survivor = filled(store, 7);
  }
  EXPECT_EQ(all_of(survivor), std::vector<float>(kFloats, 7.0F));
}

TEST(GradientStore, Float32IsTheBufferItself) {
  GradientStore store(1, kFloats);
  GradientBuffer buffer = store.take();
  const float* const numbers = buffer->data();
  GradientRow row = store.finish(std::move(buffer)).value();
  EXPECT_EQ(row->floats().data(), numbers);
  row.reset();
  EXPECT_EQ(store.take()->data(), numbers);  // nobody holds it any more: it is used again
}

TEST(GradientStore, TalliesAreNotRounded) {
  GradientStore store(1, kFloats, {.how = Keeping::bfloat16, .exact_tail = 5});
  GradientBuffer buffer = store.take();
  buffer->assign(kFloats, 60'001.0F);
  const std::vector<float> kept = all_of(store.finish(std::move(buffer)).value());
  for (std::size_t i = 0; i < kFloats; ++i) EXPECT_EQ(kept[i], i < kFloats - 5 ? 59'904.0F : 60'001.0F) << i;
}

TEST(GradientStore, NamesTheNumberThatIsTooLargeForBfloat16) {
  GradientStore store(1, kFloats, {.how = Keeping::bfloat16});
  GradientBuffer buffer = store.take();
  buffer->assign(kFloats, 1.0F);
  (*buffer)[17] = 3.4e38F;
  const auto row = store.finish(std::move(buffer));
  ASSERT_FALSE(row);
  EXPECT_THAT(row.error().sentence(), testing::HasSubstr("infinity at coordinate 17, where 3.4e+38"));
  EXPECT_EQ(last_of(filled(store, 2)), 2.0F);
}

}  // namespace
}  // namespace gleaner
