#include "work/gradient_store.h"

#include <gtest/gtest.h>

#include <thread>

namespace gleaner {
namespace {

constexpr std::size_t kFloats = 50;

GradientBuffer filled(GradientStore& store, float value) {
  GradientBuffer buffer = store.take();
  buffer->assign(kFloats, value);
  return buffer;
}

TEST(GradientStore, GivesTheRowsOfTheSlotsInAscendingOrder) {
  GradientStore store(4, kFloats);
  store.keep(Slot(3), filled(store, 3));
  store.keep(Slot(1), filled(store, 1));
  SlotSet slots = SlotSet::single(Slot(3));
  slots.insert(Slot(1));
  const std::vector<GradientBuffer> rows = store.rows(slots);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]->front(), 1.0F);
  EXPECT_EQ(rows[1]->front(), 3.0F);
  EXPECT_EQ(store.allocated_floats(), 2 * kFloats);
}

TEST(GradientStore, DoesNotOverwriteWhatAnEncoderStillReads) {
  GradientStore store(2, kFloats);
  store.keep(Slot(0), filled(store, 1));
  std::vector<GradientBuffer> held = store.rows(SlotSet::single(Slot(0)));
  store.release();
  for (int k = 0; k < 10; ++k) store.keep(Slot(static_cast<std::uint32_t>(k) % 2), filled(store, 2));
  EXPECT_EQ(*held[0], std::vector<float>(kFloats, 1.0F));
  const std::vector<float>* storage = held[0].get();
  held.clear();
  EXPECT_EQ(store.take().get(), storage);  // nobody holds it any more: it is used again
}

TEST(GradientStore, ReplacingAGradientSetsTheOldOneFree) {
  GradientStore store(1, kFloats);
  for (int k = 0; k < 100; ++k) store.keep(Slot(0), filled(store, static_cast<float>(k)));
  EXPECT_EQ(store.rows(SlotSet::single(Slot(0)))[0]->front(), 99.0F);
  EXPECT_LE(store.allocated_floats(), 2 * kFloats);
}

TEST(GradientStore, AllocatesForItsSlotsOnceHoweverManyRoundsThereAre) {
  constexpr std::uint32_t kSlots = 5;
  GradientStore store(kSlots, kFloats);
  std::vector<GradientBuffer> encoder_of_last_round;
  for (int round = 0; round < 1000; ++round) {
    for (std::uint32_t s = 0; s < kSlots; ++s) {
      store.give_back(filled(store, -1));  // a chunk that was stopped
      store.keep(Slot(s), filled(store, static_cast<float>(round)));
    }
    std::vector<GradientBuffer> encoder = store.rows(SlotSet::first(kSlots));
    store.release();
    for (const GradientBuffer& b : encoder_of_last_round) ASSERT_EQ(b->back(), static_cast<float>(round - 1));
    encoder_of_last_round = std::move(encoder);
  }
  EXPECT_LE(store.allocated_floats(), (2 * kSlots + 1) * kFloats);
}

TEST(GradientStore, BuffersMayBeLetGoOfByOtherThreadsAndOutliveTheStore) {
  GradientBuffer survivor;
  {
    GradientStore store(1, kFloats);
    for (int round = 0; round < 200; ++round) {
      store.keep(Slot(0), filled(store, static_cast<float>(round)));
      std::jthread encoder([rows = store.rows(SlotSet::single(Slot(0))), round]() mutable {
        EXPECT_EQ(rows[0]->back(), static_cast<float>(round));
        rows.clear();
      });
      store.release();
      store.give_back(filled(store, -1));  // may not be the buffer that the thread reads
    }
    EXPECT_LE(store.allocated_floats(), 3 * kFloats);
    survivor = filled(store, 7);
  }
  EXPECT_EQ(survivor->front(), 7.0F);
}

}  // namespace
}  // namespace gleaner
