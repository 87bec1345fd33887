#include "app/memory_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/build_run.h"

namespace gleaner {
namespace {

using testing::HasSubstr;

// A run on the built-in data, 2 workers that hold both chunks.
TrainOptions options(const std::string& memory, const std::string& gradients = "auto") {
  TrainOptions o;
  o.plan.workers = 2;
  o.plan.replication = 2;
  o.objective = "mlp";
  o.hidden = "1000";
  o.memory = memory;
  o.gradients = gradients;
  o.spill_folder = testing::TempDir();
  return o;
}

Result<RunSpec> spec_of(const TrainOptions& o) {
  Result<std::unique_ptr<RunKit>> kit = RunKit::make(o);
  if (!kit) return kit.error();
  return kit.value()->spec(Method::partial);
}
Keeping chosen(const TrainOptions& o) { return spec_of(o).value().gradients.how; }
std::string complaint(const TrainOptions& o) {
  const auto spec = spec_of(o);
  return spec ? "none" : spec.error().sentence();
}

// 795'010 parameters: 6.4 MB of gradients as floats, 14 MB to compute.
TEST(MemoryChoice, AutoTakesFloatsWhereTheyFitAndNeverRounds) {
  EXPECT_EQ(chosen(options("")), Keeping::float32);
  EXPECT_EQ(chosen(options("1GiB")), Keeping::float32);
  EXPECT_EQ(chosen(options("19MB")), Keeping::spilled);
  EXPECT_EQ(chosen(options("", "bfloat16")), Keeping::bfloat16);
  EXPECT_EQ(chosen(options("1GiB", "spilled")), Keeping::spilled);
}

TEST(MemoryChoice, SaysWhatIsNeededAndWhatHelps) {
  const std::string whole = complaint(options("19MB", "float32"));
  EXPECT_THAT(whole, HasSubstr("--memory 19MB is too little for a worker whose gradients are float32"));
  EXPECT_THAT(whole, HasSubstr("gradients 6.4MB"));
  EXPECT_THAT(whole, HasSubstr("give --gradients spilled, or --memory"));
  const std::string nothing = complaint(options("5MB"));
  EXPECT_THAT(nothing, HasSubstr("whose gradients are spilled: it needs about"));
  EXPECT_THAT(nothing, HasSubstr("or a smaller model"));
}

TEST(MemoryChoice, AProcessNeedsMoreThanAThread) {
  TrainOptions o = options("40MB");
  EXPECT_EQ(chosen(o), Keeping::float32);
  o.cluster.local_processes = 2;
  EXPECT_THAT(complaint(o), HasSubstr("the program 22MB"));
}

TEST(MemoryChoice, NamesTheFlagThatMakesNoSense) {
  EXPECT_THAT(complaint(options("lots")), HasSubstr("--memory"));
  EXPECT_THAT(complaint(options("", "float16")), HasSubstr("--gradients: there is no value \"float16\""));
  TrainOptions o = options("", "spilled");
  o.spill_folder = "/no/such/folder";
  EXPECT_THAT(complaint(o), HasSubstr("/no/such/folder"));
  EXPECT_THAT(complaint(o), HasSubstr("--spill-dir"));
  o.cluster.listen = "127.0.0.1:0";  // workers are elsewhere, and say so themselves
  EXPECT_EQ(complaint(o), "none");
}

TEST(MemoryChoice, TheCureHelps) {
  const std::string said = complaint(options("5MB"));
  const std::size_t at = said.rfind("--memory ") + 9;
  EXPECT_EQ(complaint(options(said.substr(at, said.find(' ', at) - at))), "none") << said;
}

TEST(MemoryChoice, RowsAreCountedInTheFormsThatAreKept) {
  Dataset dense;
  dense.rows = 2;
  dense.features = 10;
  dense.dense.assign(20, 1.0F);
  dense.labels = {0, 1};
  EXPECT_EQ(row_bytes(dense), 88U);
  for (std::size_t i = 2; i < 20; ++i) dense.dense[i] = 0;
  EXPECT_EQ(row_bytes(dense), 88U + 16U);  // the two nonzeros once more, with their columns
}

}  // namespace
}  // namespace gleaner
