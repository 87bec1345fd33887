// Plans and coefficients as an embedder meets them: through the public headers only.
#include <gleaner/coding.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <functional>
#include <numeric>

namespace gleaner {
namespace {

using ::testing::HasSubstr;
using Lists = std::vector<std::vector<std::uint32_t>>;
using Vectors = std::vector<std::vector<float>>;

Vectors some_gradients(std::size_t chunks, std::size_t d) {
  Vectors gradients(chunks, std::vector<float>(d));
  for (std::size_t i = 0; i < chunks; ++i) {
    for (std::size_t k = 0; k < d; ++k) gradients[i][k] = std::sin(static_cast<float>(i * d + k));
  }
  return gradients;
}

// What worker and server do between them.
std::vector<float> encode_and_decode(const Coefficients& c, const Vectors& gradients, std::size_t d) {
  Vectors vectors;
  for (std::size_t j = 0; j < c.workers.size(); ++j) {
    std::vector<std::span<const float>> own;
    for (const std::uint32_t chunk : c.workers[j].chunks) own.emplace_back(gradients[chunk]);
    vectors.push_back(own.empty() ? std::vector<float>{} : encode(c, j, own).value());
  }
  const std::vector<std::span<const float>> views(vectors.begin(), vectors.end());
  return decode(c, views, d).value();
}

RC_GTEST_PROP(PublicCoding, GivesTheSumWheneverNothingIsMissing, ()) {
  const auto replication = *rc::gen::inRange<std::size_t>(1, 5);
  const auto scheme = *rc::gen::element<std::string>("cyclic", "fractional-repetition", "regular-graph");
  const std::size_t groups = *rc::gen::inRange<std::size_t>(1, 4);
  const Plan plan =
      make_plan({.workers = groups * replication,
                 .chunks = *rc::gen::inRange<std::size_t>(1, 12),
                 .replication = replication,
                 .blocks = *rc::gen::inRange<std::size_t>(1, std::min<std::size_t>(replication, 2) + 1),
                 .scheme = scheme,
                 .order = *rc::gen::element<std::string>("optimal", "random"),
                 .seed = *rc::gen::inRange<std::uint64_t>(0, 100)})
          .value();
  // Every worker has finished some prefix of its order.
  Lists finished;
  std::vector<std::size_t> copies(plan.chunks, 0);
  for (const auto& order : plan.order) {
    const auto done = *rc::gen::inRange<std::size_t>(0, order.size() + 1);
    finished.emplace_back(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(done));
    for (const std::uint32_t chunk : finished.back()) ++copies[chunk];
  }
  const Coefficients c = coefficients(plan, finished).value();
  const bool whole = std::all_of(copies.begin(), copies.end(), [&](auto n) { return n >= plan.blocks; });
  RC_ASSERT((c.residual < 1e-6) == whole);
  if (!whole) return;

  const std::size_t d = *rc::gen::inRange<std::size_t>(1, 30);
  const Vectors gradients = some_gradients(plan.chunks, d);
  const std::vector<float> sum = encode_and_decode(c, gradients, d);
  for (std::size_t k = 0; k < d; ++k) {
    double plain = 0;
    for (const auto& g : gradients) plain += g[k];
    RC_ASSERT(std::abs(sum[k] - plain) < 1e-3);
  }
}

TEST(PublicCoding, SaysHowMuchIsMissing) {
  const Plan plan = make_plan({.workers = 4, .replication = 2}).value();
  Lists nothing(4);
  const Coefficients c = coefficients(plan, nothing).value();
  EXPECT_EQ(c.residual, 1);
  EXPECT_EQ(encode_and_decode(c, some_gradients(4, 5), 5), std::vector<float>(5, 0.0F));
  Lists three(4);
  for (std::uint32_t j = 0; j < 4; ++j) {
    for (const std::uint32_t chunk : plan.chunks_of[j])
      if (chunk != 2) three[j].push_back(chunk);
  }
  EXPECT_NEAR(coefficients(plan, three).value().residual, 0.5, 1e-12);  // one of four, as a norm
}

TEST(PublicPlan, SurvivesJson) {
  for (const std::size_t blocks : {1, 2}) {
    const Plan plan = make_plan({.workers = 6, .chunks = 9, .replication = 3, .blocks = blocks}).value();
    const std::string text = to_json(plan).value();
    const Plan back = parse_plan(text).value();
    EXPECT_EQ(to_json(back).value(), text);
    EXPECT_EQ(back.frame, plan.frame);
    EXPECT_EQ(back.order, plan.order);
    EXPECT_EQ(facts_of(back, 100).value().fingerprint, facts_of(plan, 100).value().fingerprint);
  }
}

TEST(PublicPlan, KnowsItsFacts) {
  const PlanFacts facts = facts_of(make_plan({.workers = 6, .replication = 3}).value(), 1000).value();
  EXPECT_EQ(facts.load_max, 3U);
  EXPECT_EQ(facts.replication_min, 3U);
  EXPECT_EQ(facts.tolerated_losses, 2U);
  EXPECT_EQ(facts.q_max, 13U);  // 1 + m delta - delta (delta + 1) / 2
  EXPECT_EQ(facts.fingerprint.size(), 64U);
  EXPECT_GE(facts.worker_memory_bytes, 3 * 1000 * sizeof(float));
}

TEST(PublicPlan, CanBeMadeByHand) {
  const Plan plan{
      .chunks = 2, .chunks_of = {{0}, {0, 1}, {1}}, .order = {{0}, {1, 0}, {1}}, .frame = {1, 2, 3}};
  EXPECT_TRUE(facts_of(plan, 10).ok());
  const Coefficients c = coefficients(plan, {{0}, {1}, {}}).value();
  const Vectors gradients = some_gradients(2, 3);
  const std::vector<float> sum = encode_and_decode(c, gradients, 3);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(sum[k], gradients[0][k] + gradients[1][k], 1e-6);
}

TEST(PublicPlan, NamesWhatIsWrongWithOptions) {
  const std::vector<std::pair<PlanOptions, std::string>> cases{
      {{.workers = 0}, "0 workers"},
      {{.workers = 2}, "replication 3"},
      {{.replication = 0}, "replication is 0"},
      {{.blocks = 0}, "blocks 0"},
      {{.blocks = 4}, "blocks 4"},
      {{.method = "partail"}, "partail"},
      {{.scheme = "circle"}, "circle"},
      {{.workers = 8, .replication = 3, .scheme = "fractional-repetition"}, "groups of 3"},
      {{.order = "best"}, "best"},
      {{.frame = "golden"}, "golden"},
      {{.blocks = 2, .frame = "ones"}, "2 blocks apart"},
  };
  for (const auto& [options, culprit] : cases) {
    const Result<Plan> plan = make_plan(options);
    ASSERT_FALSE(plan.ok()) << culprit;
    EXPECT_THAT(plan.error().sentence(), HasSubstr(culprit));
    EXPECT_EQ(plan.error().kind, Error::Kind::bad_input);
    EXPECT_THAT(plan.error().sentence(), Not(HasSubstr("--"))) << "flags are of the command line";
  }
}

TEST(PublicPlan, NamesWhatIsWrongWithOneMadeByHand) {
  const Plan good = make_plan({.workers = 4, .replication = 2}).value();
  const std::vector<std::pair<std::function<void(Plan&)>, std::string>> cases{
      {[](Plan& p) { p.method = "best"; }, "best"},
      {[](Plan& p) { p.frame_kind = "best"; }, "best"},
      {[](Plan& p) {
         p.chunks_of[1] = {3, 2};
       },
       "chunks_of[1]"},
      {[](Plan& p) {
         p.chunks_of[1] = {0, 77};
       },
       "77"},
      {[](Plan& p) {
         p.order[2] = {0, 1};
       },
       "order[2]"},
      {[](Plan& p) { p.order.pop_back(); }, "3 workers"},
      {[](Plan& p) { p.order[0].pop_back(); }, "order of worker 0"},
      {[](Plan& p) { p.frame.pop_back(); }, "frame has 3 numbers"},
      {[](Plan& p) { p.frame[1] = NAN; }, "worker 1"},
      {[](Plan& p) { p.blocks = 0; }, "0 blocks"},
      {[](Plan& p) { p.chunks = 5; }, "chunk 4"},
      {[](Plan& p) { p = {}; }, "0 chunks"},
  };
  for (const auto& [spoil, culprit] : cases) {
    Plan plan = good;
    spoil(plan);
    EXPECT_THAT(to_json(plan).error().sentence(), HasSubstr(culprit));
    EXPECT_FALSE(facts_of(plan, 10).ok());
    EXPECT_FALSE(coefficients(plan, Lists(4)).ok());
  }
  EXPECT_THAT(parse_plan("{", "mine.json").error().what, HasSubstr("mine.json"));
}

TEST(PublicCoding, NamesWhatDoesNotFit) {
  const Plan plan = make_plan({.workers = 4, .replication = 2}).value();
  EXPECT_THAT(coefficients(plan, Lists(3)).error().what, HasSubstr("3 workers"));
  const std::uint32_t other = plan.chunks_of[1][0] == 2 || plan.chunks_of[1][1] == 2 ? 0 : 2;
  Lists finished(4);
  finished[1] = {other};
  EXPECT_THAT(coefficients(plan, finished).error().what, HasSubstr("worker 1"));
  finished[1] = {plan.chunks_of[1][0], plan.chunks_of[1][0]};
  EXPECT_THAT(coefficients(plan, finished).error().what, HasSubstr("twice"));

  finished[1] = plan.chunks_of[1];
  const Coefficients c = coefficients(plan, finished).value();
  const std::vector<float> three(3);
  const std::vector<float> four(4);
  using Views = std::vector<std::span<const float>>;
  EXPECT_THAT(encode(c, 4, Views{}).error().what, HasSubstr("no worker 4"));
  EXPECT_THAT(encode(c, 0, Views{three}).error().what, HasSubstr("worker 0"));
  EXPECT_THAT(encode(c, 1, Views{three}).error().what, HasSubstr("1 gradients"));
  EXPECT_THAT(encode(c, 1, Views{three, four}).error().what, HasSubstr("has 4"));
  EXPECT_TRUE(encode(c, 1, Views{three, three}).ok());
  EXPECT_THAT(decode(c, Views{{}, three, {}}, 3).error().what, HasSubstr("3 vectors"));
  EXPECT_THAT(decode(c, Views{{}, three, {}, {}}, 4).error().what, HasSubstr("worker 1 has 3"));
  EXPECT_THAT(decode(c, Views{three, three, {}, {}}, 3).error().what, HasSubstr("worker 0"));
}

TEST(PublicResultDeathTest, AValueThatIsNotThereEndsWithItsError) {
  EXPECT_DEATH((void)make_plan({.workers = 0}).value(), "0 workers");
}

}  // namespace
}  // namespace gleaner
