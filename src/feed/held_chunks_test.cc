// What a worker computes from its own rows is what the server would compute from all of them, to the bit.
#include "feed/held_chunks.h"

#include <bit>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "data/split.h"
#include "support/draws.h"
#include "support/feed.h"

namespace gleaner {
namespace {

using test::any_between;
using test::DataKind;
using test::Feed;

struct Case {
  DataKind data;
  std::size_t chunks;
  ObjectiveChoice choice;

  friend std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.choice.name << " of " << c.data << " in " << c.chunks << " chunks, batch "
               << c.choice.mini.rows;
  }
};

Case any_case(const std::string& name) {
  Case c;
  c.choice = {name, "7/3", {.rows = any_between(0, 1) * any_between(1, 6), .seed = any_between(1, 99)}};
  c.chunks = any_between(1, 9);
  c.data.sparse = any_between(0, 1) == 1;
  c.data.rows = any_between(c.chunks, 60);
  // Some so wide that micro-batches are a few rows, more of them where few numbers are zero.
  c.data.features =
      any_between(0, 3) == 0 ? any_between(5000, 60000) / (name == "mlp" ? 20 : 1) : any_between(1, 40);
  c.data.classes = name == "linear" ? 0 : name == "logistic" ? 2 : any_between(2, 12);
  c.data.nonzero = static_cast<double>(any_between(0, 10)) / 10;
  c.data.seed = any_between(1, 1000);
  return c;
}

std::vector<float> any_parameters(const Objective& objective, std::uint64_t seed) {
  gleaner::Random random({.seed = seed, .purpose = Purpose::test, .round = 2});
  std::vector<float> theta(objective.parameters());
  for (float& t : theta) t = static_cast<float>(random.uniform() - 0.5);
  return theta;
}

// The bits, so that -0 is not 0.
std::vector<std::uint32_t> gradient(const Objective& objective, std::span<const float> theta, ChunkId chunk,
                                    RoundId round) {
  std::vector<float> out(objective.dimension());
  FreePulse pulse;
  EXPECT_TRUE(objective.chunk_gradient(theta, chunk, round, out, pulse));
  std::vector<std::uint32_t> bits;
  for (const float x : out) bits.push_back(std::bit_cast<std::uint32_t>(x));
  return bits;
}

void same_bits(const Case& c, const std::vector<ChunkId>& held_ids) {
  Feed feed(c.data, c.chunks);
  feed.part_bytes = 100'000;
  const std::shared_ptr<const Objective> whole =
      build_objective(c.choice, feed.data, chunk_ranges(c.data.rows, c.chunks).value()).value();
  ChunkShelf shelf = feed.shelf();
  const auto held = shelf.bring(held_ids, feed.fetch());
  RC_ASSERT(held.ok());
  const auto own = objective_over(held.value(), c.choice);
  RC_ASSERT(own.ok());
  RC_ASSERT(own.value()->dimension() == whole->dimension());
  RC_ASSERT(own.value()->chunks() == whole->chunks());
  const std::vector<float> theta = any_parameters(*whole, c.data.seed);
  for (const ChunkId chunk : held_ids) {
    for (const RoundId round : {RoundId(1), RoundId(7)})
      RC_ASSERT(gradient(*own.value(), theta, chunk, round) == gradient(*whole, theta, chunk, round));
  }
}

void property(const std::string& name) {
  const Case c = any_case(name);
  RC_LOG() << c << std::endl;
  std::vector<ChunkId> held;
  for (std::uint32_t i = 0; i < c.chunks; ++i) {
    if (any_between(0, 2) > 0) held.emplace_back(i);
  }
  if (held.empty()) held.emplace_back(0);
  if (any_between(0, 1) == 1) std::reverse(held.begin(), held.end());  // the order of arrival plays no part
  same_bits(c, held);
}

RC_GTEST_PROP(HeldChunks, GiveTheBitsOfTheWholeToSoftmax, ()) { property("softmax"); }
RC_GTEST_PROP(HeldChunks, GiveTheBitsOfTheWholeToLogistic, ()) { property("logistic"); }
RC_GTEST_PROP(HeldChunks, GiveTheBitsOfTheWholeToLinear, ()) { property("linear"); }
RC_GTEST_PROP(HeldChunks, GiveTheBitsOfTheWholeToMlp, ()) { property("mlp"); }

// Rows of which the whole is kept compressed and the worker's own are not: micro-batches differ.
TEST(HeldChunks, GiveTheBitsOfTheWholeWhereOnlyTheWholeIsNearlyEmpty) {
  for (const char* name : {"softmax", "logistic", "linear", "mlp"}) {
    Feed feed({.rows = 300, .features = 9000, .classes = name == std::string("linear") ? 0U : 2U}, 3);
    for (std::size_t i = 0; i < feed.data.dense.size(); ++i) {
      if (i >= feed.data.dense.size() / 3 && i % 50 > 0) feed.data.dense[i] = 0;
    }
    feed.catalogue = Catalogue::make(feed.data, 3).value();
    feed.part_bytes = 1'000'000;
    const ObjectiveChoice choice{name, "40", {}};
    const auto whole = build_objective(choice, feed.data, chunk_ranges(300, 3).value()).value();
    ChunkShelf shelf = feed.shelf();
    const auto own = objective_over(shelf.bring(test::ids({0}), feed.fetch()).value(), choice).value();
    const std::vector<float> theta = any_parameters(*whole, 3);
    EXPECT_TRUE(gradient(*own, theta, ChunkId(0), RoundId(1)) ==
                gradient(*whole, theta, ChunkId(0), RoundId(1)))
        << name;
  }
}

TEST(HeldChunksDeathTest, AChunkThatIsNotHeldIsNoGradientOfZeros) {
  Feed feed;
  ChunkShelf shelf = feed.shelf();
  const auto own =
      objective_over(shelf.bring(test::ids({1}), feed.fetch()).value(), {"softmax", "", {}}).value();
  const std::vector<float> theta(own->parameters());
  EXPECT_DEATH(gradient(*own, theta, ChunkId(0), RoundId(1)), "does not hold");
}

}  // namespace
}  // namespace gleaner
