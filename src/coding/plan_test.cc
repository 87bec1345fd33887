#include "coding/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/test_cases.h"

namespace gleaner {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing_cases::any_size;

Plan small_plan() {
  Assignment a = Assignment::cyclic(3, 3, 2).value();
  Ordering ordering = Ordering::optimal(a);
  Frame frame = Frame::from_rows(FrameKind::coloured, 3, 2, {1, 0, 0, 1, 0.5, -0.75}, 3).value();
  return Plan::make(Method::partial, std::move(a), std::move(ordering), std::move(frame)).value();
}

Plan any_plan() {
  const std::size_t blocks = any_size(1, 3);
  Assignment a = testing_cases::any_assignment(blocks, 6);
  const std::uint64_t seed = *rc::gen::inRange<std::uint64_t>(0, 5);
  Ordering ordering = Ordering::random(a, seed);
  Frame frame = Frame::gaussian(a.workers(), blocks, seed);
  const Method method = *rc::gen::arbitrary<bool>() ? Method::partial : Method::original;
  return Plan::make(method, std::move(a), std::move(ordering), std::move(frame)).value();
}

std::string complaint(Method method, const Assignment& a, const Ordering& ordering, const Frame& frame) {
  const auto made = Plan::make(method, a, ordering, frame);
  return made ? "no complaint" : made.error().sentence();
}

TEST(Plan, PartsMustFit) {
  const Assignment a = Assignment::cyclic(6, 6, 2).value();
  const Assignment wider = Assignment::cyclic(7, 7, 2).value();
  const Assignment heavier = Assignment::cyclic(6, 6, 3).value();
  const Ordering order = Ordering::ascending(a);
  const Frame ones = Frame::ones(6);
  EXPECT_EQ(complaint(Method::partial, a, order, ones), "no complaint");
  EXPECT_THAT(complaint(Method::partial, a, Ordering::ascending(wider), ones),
              HasSubstr("order is for 7 workers"));
  EXPECT_THAT(complaint(Method::partial, a, Ordering::ascending(heavier), ones),
              HasSubstr("order of worker 0 names 3 slots, but it holds 2 chunks"));
  EXPECT_THAT(complaint(Method::partial, a, order, Frame::ones(7)), HasSubstr("frame is for 7 workers"));
  EXPECT_THAT(complaint(Method::partial, a, order, Frame::gaussian(6, 3, 1)),
              HasSubstr("chunk 0 has 2 holders, but 3 blocks need at least 3"));
}

TEST(Plan, UncodedHasOneCopyAndOneBlock) {
  const Assignment single = Assignment::cyclic(6, 6, 1).value();
  const Assignment twice = Assignment::cyclic(6, 6, 2).value();
  const Ordering order = Ordering::ascending(twice);
  EXPECT_EQ(complaint(Method::uncoded, single, Ordering::ascending(single), Frame::ones(6)), "no complaint");
  EXPECT_THAT(complaint(Method::uncoded, twice, order, Frame::ones(6)),
              HasSubstr("uncoded needs replication 1"));
  EXPECT_THAT(complaint(Method::uncoded, twice, order, Frame::gaussian(6, 2, 1)),
              HasSubstr("2 blocks are asked for"));
}

TEST(Plan, HoldersMustBeIndependent) {
  const Assignment a = Assignment::cyclic(6, 6, 3).value();
  const Ordering order = Ordering::ascending(a);
  const auto frame = [](std::size_t blocks, std::vector<double> rows) {
    return Frame::from_rows(FrameKind::gaussian, 6, blocks, std::move(rows), 6).value();
  };
  EXPECT_THAT(complaint(Method::partial, a, order, frame(2, std::vector<double>(12, 1.0))),
              AllOf(HasSubstr("same decoding vector"), HasSubstr("hold chunk 0")));
  EXPECT_THAT(complaint(Method::partial, a, order, frame(2, {1, 0, 2, 0, 0, 1, 1, 1, 1, 2, 1, 3})),
              HasSubstr("linearly dependent decoding vectors in the gaussian frame"));
  EXPECT_THAT(complaint(Method::partial, a, order, frame(1, {1, 1, 1, 0, 1, 1})),
              HasSubstr("decoding vector of worker 3 is 0"));
  EXPECT_EQ(complaint(Method::partial, a, order, Frame::coloured(a, 3, 1)), "no complaint");
}

TEST(Plan, CanonicalTextIsFixed) {
  EXPECT_EQ(small_plan().canonical(),
            R"({"format":1,"method":"partial","chunks":3,"workers":3,"blocks":2,)"
            R"("holders":[[0,1],[1,2],[0,2]],"order":[[0,1],[1,0],[1,0]],)"
            R"("frame":{"kind":"coloured","colours":3,)"
            R"("rows":[["0x1p+0","0x0p+0"],["0x0p+0","0x1p+0"],["0x1p-1","-0x1.8p-1"]]}})");
}

RC_GTEST_PROP(Plan, IsReadBackAsItWasWritten, ()) {
  const Plan plan = any_plan();
  const std::string text = plan.canonical();
  const Plan back = Plan::parse(text, "plan.json").value();
  RC_ASSERT(back == plan);
  RC_ASSERT(back.canonical() == text);
  RC_ASSERT(back.fingerprint() == plan.fingerprint());
}

TEST(Plan, KeyOrderAndSpaceDoNotMatter) {
  const std::string text =
      R"( { "frame" : {"rows":[["0x1p+0","0x0p0"],["0x0.0p+0","0x2p-1"],["0x1p-1","-0x3p-2"]],
      "colours":3, "kind":"coloured"}, "order":[[0,1],[1,0],[1,0]], "holders":[[1,0],[1,2],[0,2]],
      "blocks":2, "workers":3, "chunks":3, "method":"partial", "format":1 } )";
  EXPECT_EQ(Plan::parse(text, "plan.json").value(), small_plan());
}

// Replaces the only occurrence of `from` in the text of the small plan and says what the reader says.
std::string complaint_after(std::string_view from, std::string_view to) {
  std::string text = small_plan().canonical();
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  const auto read = Plan::parse(text, "plan.json");
  return read ? "no complaint" : read.error().sentence();
}

TEST(Plan, ReaderNamesFileAndField) {
  const auto names = [](const char* field) {
    return AllOf(HasSubstr("plan.json"), HasSubstr(std::string("the field \"") + field + "\""),
                 HasSubstr("; "));
  };
  EXPECT_THAT(complaint_after(R"("format":1)", R"("format":2)"), names("format"));
  EXPECT_THAT(complaint_after(R"("format":1,)", ""), names("format"));
  EXPECT_THAT(complaint_after(R"("format":1)", R"("format":1,"extra":1)"), names("plan"));
  EXPECT_THAT(complaint_after(R"("partial")", R"("parital")"), names("method"));
  EXPECT_THAT(complaint_after(R"("partial")", "1"), names("method"));
  EXPECT_THAT(complaint_after(R"("chunks":3)", R"("chunks":-3)"), names("chunks"));
  EXPECT_THAT(complaint_after(R"("chunks":3)", R"("chunks":1.5)"), names("chunks"));
  EXPECT_THAT(complaint_after(R"("chunks":3)", R"("chunks":2)"), names("holders"));
  EXPECT_THAT(complaint_after(R"("chunks":3)", R"("chunks":16777216)"), names("holders"));
  EXPECT_THAT(complaint_after(R"("workers":3)", R"("workers":99999999999)"), names("workers"));
  EXPECT_THAT(complaint_after(R"("workers":3)", R"("workers":4)"), names("order"));
  EXPECT_THAT(complaint_after(R"("blocks":2)", R"("blocks":"2")"), names("blocks"));
  EXPECT_THAT(complaint_after(R"("blocks":2)", R"("blocks":1)"), names("frame.rows"));
  EXPECT_THAT(complaint_after(R"("blocks":2)", R"("blocks":0)"), names("frame.rows"));
  EXPECT_THAT(complaint_after("[1,2]", "[1,3]"), names("holders"));
  EXPECT_THAT(complaint_after("[1,2]", "[1,1]"), names("holders"));
  EXPECT_THAT(complaint_after("[1,2]", "[]"), names("holders"));
  EXPECT_THAT(complaint_after("[1,2]", "7"), names("holders"));
  EXPECT_THAT(complaint_after("[1,2]", "[1,null]"), names("holders"));
  EXPECT_THAT(complaint_after("[1,0],[1,0]", "[1,0],[1,1]"), names("order"));
  EXPECT_THAT(complaint_after("[1,0],[1,0]", "[1,0]"), names("order"));
  EXPECT_THAT(complaint_after(R"("coloured")", R"("colored")"), names("frame.kind"));
  EXPECT_THAT(complaint_after(R"("colours":3)", R"("colours":[])"), names("frame.colours"));
  EXPECT_THAT(complaint_after(R"("0x1p-1")", "0.5"), names("frame.rows"));
  EXPECT_THAT(complaint_after(R"("0x1p-1")", R"("half")"), names("frame.rows"));
  EXPECT_THAT(complaint_after(R"("0x1p-1",)", ""), names("frame.rows"));
  EXPECT_THAT(complaint_after(R"("0x1p-1","-0x1.8p-1")", R"("0x0p+0","0x1p+0")"),
              AllOf(HasSubstr("plan.json: workers "), HasSubstr("same decoding vector")));
  EXPECT_THAT(complaint_after("}}", "}"), HasSubstr("plan.json: not a JSON text"));
  EXPECT_THAT(Plan::parse("[1,2]", "plan.json").error().sentence(), names("plan"));
  EXPECT_THAT(Plan::parse("", "plan.json").error().sentence(), HasSubstr("not a JSON text"));
  EXPECT_THAT(Plan::parse("\xff\xfe", "plan.json").error().sentence(), HasSubstr("not a JSON text"));
}

// Whatever happened to a file, the reader returns.
RC_GTEST_PROP(Plan, DamagedTextIsRefusedOrMeansAnotherPlan, ()) {
  Random random = testing_cases::any_random();
  std::string text = small_plan().canonical();
  const std::string original = text;
  if (*rc::gen::arbitrary<bool>()) text.resize(random.below(text.size()));
  for (std::size_t k = any_size(0, 4); k > 0 && !text.empty(); --k) {
    const std::size_t at = random.below(text.size());
    const char c =
        random.below(2) == 0 ? static_cast<char>(random.below(256)) : original[random.below(original.size())];
    switch (random.below(3)) {
      case 0: text[at] = c; break;
      case 1: text.insert(at, 1, c); break;
      default: text.erase(at, 1 + random.below(8)); break;
    }
  }
  const auto read = Plan::parse(text, "plan.json");
  if (read) {
    RC_ASSERT(Plan::parse(read.value().canonical(), "again").value() == read.value());
  } else {
    RC_ASSERT(read.error().sentence().starts_with("plan.json"));
  }
}

RC_GTEST_PROP(Plan, AnyJsonIsRefused, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("[]{}:,\"0123e.-truefalsnul ")));
  RC_ASSERT(!Plan::parse(text, "plan.json").ok());
}

TEST(Plan, DeepNestingIsRefused) {
  EXPECT_FALSE(Plan::parse(std::string(100000, '['), "plan.json").ok());
  EXPECT_FALSE(Plan::parse(std::string(100000, '[') + std::string(100000, ']'), "plan.json").ok());
}

TEST(Plan, FingerprintDependsOnEveryPart) {
  const Assignment a = Assignment::cyclic(6, 6, 2).value();
  const auto of = [&](Method method, const Ordering& ordering, const Frame& frame) {
    return Plan::make(method, a, ordering, frame).value().fingerprint().hex;
  };
  const Ordering order = Ordering::ascending(a);
  const std::set<std::string> prints = {of(Method::partial, order, Frame::ones(6)),
                                        of(Method::original, order, Frame::ones(6)),
                                        of(Method::partial, Ordering::random(a, 1), Frame::ones(6)),
                                        of(Method::partial, order, Frame::gaussian(6, 2, 1)),
                                        of(Method::partial, order, Frame::gaussian(6, 2, 2))};
  EXPECT_EQ(prints.size(), 5U);
  for (const std::string& print : prints) {
    EXPECT_EQ(print.size(), 64U);
    EXPECT_EQ(print.find_first_not_of("0123456789abcdef"), std::string::npos);
  }
}

TEST(Plan, ArithmeticOfTheObjectiveBelongsToThePlan) {
  const Plan plain = small_plan();
  EXPECT_EQ(plain.arithmetic(), "");
  EXPECT_EQ(plain.with_arithmetic(""), plain);
  EXPECT_THAT(plain.canonical(), testing::Not(HasSubstr("arithmetic")));
  const std::string lines = "LibTorch 1.13.1\nBLAS \"Open\\BLAS\" \xC3\xA4\nthreads 1\n";
  const Plan named = plain.with_arithmetic(lines);
  EXPECT_EQ(named.arithmetic(), lines);
  EXPECT_NE(named, plain);
  const auto read = Plan::parse(named.canonical(), "p");
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(read.value(), named);
  EXPECT_EQ(read.value().arithmetic(), lines);
  EXPECT_EQ(read.value().canonical(), named.canonical());
  const Plan other = plain.with_arithmetic("LibTorch 1.13.1\nthreads 2\n");
  EXPECT_NE(named.fingerprint().hex, plain.fingerprint().hex);
  EXPECT_NE(named.fingerprint().hex, other.fingerprint().hex);
  EXPECT_EQ(named.fingerprint().hex, read.value().fingerprint().hex);
  EXPECT_EQ(named.with_arithmetic("").fingerprint().hex, plain.fingerprint().hex);
}

TEST(Plan, ArithmeticIdentityNamesVersionAndCompiler) {
  EXPECT_THAT(arithmetic_identity(), AllOf(HasSubstr("gleaner 0."), HasSubstr("kernels")));
}

TEST(Plan, FactsOfThePapersSetting) {
  Assignment a = Assignment::cyclic(200, 200, 8).value();
  Ordering ordering = Ordering::optimal(a);
  Frame frame = Frame::coloured(a, 2, 1);
  const Plan plan = Plan::make(Method::partial, std::move(a), std::move(ordering), std::move(frame)).value();
  const PlanFacts facts = facts_of(plan, 1001, 64, 4);
  EXPECT_EQ(facts.workers, 200U);
  EXPECT_EQ(facts.chunks, 200U);
  EXPECT_EQ(facts.blocks, 2U);
  EXPECT_EQ(facts.load_max, 8U);
  EXPECT_EQ(facts.replication_min, 8U);
  EXPECT_EQ(facts.tolerated_losses, 6U);
  EXPECT_EQ(facts.q_max, 1573U);
  EXPECT_EQ(facts.q_max_lower_bound, 1571U);
  EXPECT_EQ(facts.colours, 8U);
  EXPECT_EQ(facts.order, OrderKind::balanced);
  EXPECT_EQ(facts.frame, FrameKind::coloured);
  EXPECT_NEAR(facts.condition.at_least, 5.03, 0.01);
  EXPECT_TRUE(facts.condition.complete);
  EXPECT_EQ(facts.worker_memory_bytes, 8U * 1002 * 4);            // padded to 2 x 501
  EXPECT_EQ(facts.server_memory_bytes, (1001U + 200 * 256) * 4);  // windows of 4 x 64 floats
  EXPECT_EQ(facts.fingerprint, plan.fingerprint().hex);
  EXPECT_EQ(facts_of(plan, 1001, 200, 4).server_memory_bytes, (1001U + 200 * 501) * 4)
      << "at most one vector";
  EXPECT_EQ(facts_of(plan, 1001, SIZE_MAX, SIZE_MAX).server_memory_bytes, (1001U + 200 * 501) * 4);
}

OrderKind kind_of(Method method, const Assignment& a, const Ordering& ordering) {
  const Plan plan = Plan::make(method, a, ordering, Frame::ones(a.workers())).value();
  return facts_of(plan, 100, 64, 4).order;
}

TEST(Plan, FactsSayWhatIsProvenOfTheOrder) {
  const Assignment regular = Assignment::cyclic(12, 12, 3).value();
  EXPECT_EQ(kind_of(Method::partial, regular, Ordering::optimal(regular)), OrderKind::optimal);
  EXPECT_EQ(kind_of(Method::partial, regular, Ordering::ascending(regular)), OrderKind::heuristic);
  EXPECT_EQ(kind_of(Method::original, regular, Ordering::ascending(regular)), OrderKind::optimal);
  const Assignment irregular = Assignment::cyclic(40, 12, 3).value();
  EXPECT_EQ(kind_of(Method::partial, irregular, Ordering::for_mean_time(irregular, 1)), OrderKind::heuristic);
  for (const OrderKind kind : {OrderKind::optimal, OrderKind::balanced, OrderKind::heuristic}) {
    EXPECT_NE(name_of(kind), "unknown");
  }
}

// All sets of finished workers that leave some chunk short; all others lack one chunk.
TEST(Plan, QMaxOfTheOriginalMethodIsTheWorstOverAllStates) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Assignment a = testing_cases::enumerable_assignment(seed, 5000);
    std::size_t most = 0;
    for (std::uint32_t finished = 0; finished < (1U << a.workers()); ++finished) {
      std::size_t processed = 0;
      for (std::uint32_t j = 0; j < a.workers(); ++j) {
        const std::size_t load = a.load(WorkerId(j));
        processed += (finished >> j & 1U) != 0 || load == 0 ? load : load - 1;
      }
      for (std::uint32_t i = 0; i < a.chunks(); ++i) {
        bool copied = false;
        for (const auto& holder : a.holders_of(ChunkId(i)))
          copied |= (finished >> holder.worker.value & 1U) != 0;
        if (!copied) most = std::max(most, processed);
      }
    }
    const Plan plan =
        Plan::make(Method::original, a, Ordering::ascending(a), Frame::ones(a.workers())).value();
    EXPECT_EQ(facts_of(plan, 100, 64, 4).q_max, most + 1) << seed;
  }
}

TEST(Plan, AnotherMethodOfTheSamePlanIsWhatMakeGives) {
  const Assignment a = Assignment::cyclic(6, 6, 3).value();
  const Plan partial = Plan::make(Method::partial, a, Ordering::optimal(a), Frame::gaussian(6, 2, 1)).value();
  const Plan made = Plan::make(Method::original, a, Ordering::optimal(a), Frame::gaussian(6, 2, 1)).value();
  EXPECT_EQ(partial.with_method(Method::original).value().canonical(), made.canonical());
  EXPECT_FALSE(partial.with_method(Method::uncoded)) << "replication 3, 2 blocks";
}

}  // namespace
}  // namespace gleaner
