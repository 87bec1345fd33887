#include "app/build_worker.h"

#include <bit>
#include <fstream>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/build_run.h"
#include "feed/chunk_shelf.h"
#include "support/output_folder.h"

namespace gleaner {
namespace {

using ::testing::HasSubstr;

// A run on the server, and what its workers are told.
class BuildWorker : public testing::Test {
 protected:
  BuildWorker() {
    std::ofstream train(folder_.path() / "train.svm");
    for (int i = 0; i < 50; ++i) train << i % 3 << " " << 1 + i % 4 << ":0." << i + 1 << " 5:1\n";
    options_.data = (folder_.path() / "train.svm").string();
    options_.plan.workers = 5;
    options_.plan.replication = 3;
  }

  RunSetup make() {
    kit_ = std::move(RunKit::make(options_)).value();
    spec_ = kit_->spec(Method::partial).value();
    catalogue_.emplace(Catalogue::make(kit_->train(), spec_.plan->chunks()).value());
    const RunSetup setup = setup_of(spec_, options_, nullptr, *catalogue_).value();
    return decode_run_setup(encode(setup)).value();
  }

  Result<RunSpec> worker(const RunSetup& setup, WorkerId id) {
    const auto plan = plan_of(setup);
    if (!plan) return plan.error();
    ChunkShelf shelf = ChunkShelf::make(setup, {}).value();
    const auto held = shelf.bring(plan.value()->assignment().chunks_of(id),
                                  [&](ChunkId chunk, std::uint64_t offset, const auto& on_part) -> Status {
                                    while (on_part(catalogue_->part({chunk, offset}).value())) {
                                      offset += kDataPartBytes;
                                      if (offset >= catalogue_->chunk(chunk).size()) break;
                                    }
                                    return {};
                                  });
    return worker_spec(setup, plan.value(), held.value());
  }

  std::string complaint(const std::function<void(RunSetup&)>& change) {
    RunSetup setup = make();
    change(setup);
    const auto spec = worker(setup, WorkerId(0));
    return spec ? "none" : spec.error().sentence();
  }

  test::OutputFolder folder_;
  TrainOptions options_;
  std::unique_ptr<RunKit> kit_;
  RunSpec spec_;
  std::optional<Catalogue> catalogue_;
};

void expect_same_gradients(const RunSpec& server, const RunSpec& worker, WorkerId id) {
  std::vector<float> theta(server.objective->parameters());
  server.objective->initial(3, theta);
  for (std::size_t i = 0; i < theta.size(); ++i) theta[i] += 0.01F * static_cast<float>(i % 17);
  std::vector<float> theirs(server.objective->dimension());
  std::vector<float> own(server.objective->dimension());
  FreePulse pulse;
  for (const ChunkId chunk : server.plan->assignment().chunks_of(id)) {
    ASSERT_TRUE(server.objective->chunk_gradient(theta, chunk, RoundId(4), theirs, pulse));
    ASSERT_TRUE(worker.objective->chunk_gradient(theta, chunk, RoundId(4), own, pulse));
    for (std::size_t i = 0; i < own.size(); ++i)
      ASSERT_EQ(std::bit_cast<std::uint32_t>(own[i]), std::bit_cast<std::uint32_t>(theirs[i])) << i;
  }
}

TEST_F(BuildWorker, AWorkerRunsWhatTheServerThinksItRuns) {
  options_.speeds = "exponential:mean=4ms+slow:factor=3,workers=2";
  for (const char* objective : {"softmax", "mlp", "linear"}) {
    for (const std::size_t batch : {0, 4}) {
      options_.objective = objective;
      options_.batch = batch;
      const RunSetup setup = make();
      for (std::uint32_t j = 0; j < 5; ++j) {
        const auto made = worker(setup, WorkerId(j));
        ASSERT_TRUE(made) << made.error().sentence();
        const RunSpec& spec = made.value();
        EXPECT_EQ(*spec.plan, *spec_.plan);
        EXPECT_EQ(spec.code->name(), spec_.code->name());
        EXPECT_EQ(spec.seed, spec_.seed);
        EXPECT_EQ(spec.segment_floats, spec_.segment_floats);
        EXPECT_EQ(spec.objective->working_bytes(), spec_.objective->working_bytes());
        EXPECT_EQ(spec.speeds.chunk_time(spec.seed, RoundId(3), WorkerId(j), 0),
                  spec_.speeds.chunk_time(spec_.seed, RoundId(3), WorkerId(j), 0));
        expect_same_gradients(spec_, spec, WorkerId(j));
      }
    }
  }
}

TEST_F(BuildWorker, LocalStepsTravelWithTheSetup) {
  options_.objective = "mlp";
  options_.batch = 4;
  options_.local_steps = 3;
  options_.local_rate = 0.3;
  options_.prox = 0.7;
  options_.l2 = 0.01;
  const RunSetup setup = make();
  const auto made = worker(setup, WorkerId(2));
  ASSERT_TRUE(made) << made.error().sentence();
  EXPECT_EQ(made.value().local, (LocalUpdates{3, 0.3, 0.7, 0.01}));
  EXPECT_EQ(made.value().local, spec_.local);
  expect_same_gradients(spec_, made.value(), WorkerId(2));
  EXPECT_THAT(complaint([](RunSetup& s) { s.local_steps = 1; }), HasSubstr("--prox"));
}

TEST_F(BuildWorker, AWorkerKeepsItsGradientsAsTheServerSays) {
  for (const char* how : {"float32", "bfloat16", "spilled"}) {
    options_.gradients = how;
    options_.memory = "1GiB";
    const auto made = worker(make(), WorkerId(1));
    ASSERT_TRUE(made) << made.error().sentence();
    EXPECT_EQ(name_of(made.value().gradients.how), how);
    EXPECT_EQ(made.value().gradients.exact_tail, kTallies);
    EXPECT_EQ(made.value().memory, std::uint64_t{1} << 30U);
  }
  EXPECT_THAT(complaint([](RunSetup& s) { s.gradients = "float8"; }),
              HasSubstr("keeps gradients as float8, which this worker cannot"));
}

TEST_F(BuildWorker, ATraceTravelsWithTheSetup) {
  const auto trace = folder_.path() / "times.csv";
  std::ofstream(trace) << "round,a,b,c,d,e\n1,.001,.002,.003,.004,.005\n2,.5,.4,.3,.2,.1\n";
  options_.speeds = "trace:file=" + trace.string() + ",scale=0.5";
  const RunSetup setup = make();
  std::filesystem::remove(trace);  // as on any other machine
  const auto made = worker(setup, WorkerId(4));
  ASSERT_TRUE(made) << made.error().sentence();
  for (std::uint64_t round = 1; round <= 3; ++round) {
    EXPECT_EQ(made.value().speeds.chunk_time(1, RoundId(round), WorkerId(4), 0),
              spec_.speeds.chunk_time(1, RoundId(round), WorkerId(4), 0));
  }
  std::ofstream(trace) << "round,a,b,c,d,e\n1,9,9,9,9,9\n";  // another one, of the same name
  EXPECT_THAT(complaint([](RunSetup& s) { s.speeds_table.clear(); }),
              HasSubstr("table of times did not come"));
}

TEST_F(BuildWorker, SaysWhatDoesNotFit) {
  EXPECT_EQ(complaint([](RunSetup&) {}), "none");
  EXPECT_THAT(complaint([](RunSetup& s) { s.plan = "{}"; }), HasSubstr("the server's plan"));
  EXPECT_THAT(complaint([](RunSetup& s) { s.chunks.pop_back(); }),
              HasSubstr("the server's plan has 5 chunks, but its data are cut into 4"));
  EXPECT_THAT(complaint([](RunSetup& s) { s.dimension += 1; }),
              HasSubstr("the server's vectors have 22 numbers, those of this worker 21"));
  EXPECT_THAT(complaint([](RunSetup& s) { s.objective = "svm"; }), HasSubstr("no objective \"svm\""));
  EXPECT_THAT(complaint([](RunSetup& s) { s.objective = "logistic"; }), HasSubstr("--objective logistic"));
  EXPECT_THAT(complaint([](RunSetup& s) { s.speeds = "slowly"; }), HasSubstr("--speeds"));
  EXPECT_THAT(complaint([](RunSetup& s) { s.speeds = "constant:mean=1ms+slow:factor=2,workers=9"; }),
              HasSubstr("slow names worker 9"));
}

TEST_F(BuildWorker, OtherBitsThanTheServersAreRefused) {
  const auto with = [](const char* arithmetic) {
    return [arithmetic](RunSetup& s) {
      s.plan = Plan::parse(s.plan, "p").value().with_arithmetic(arithmetic).canonical();
    };
  };
  const std::string said = complaint(with("LibTorch 1.13.1\nthreads 2\n"));
  EXPECT_THAT(said, HasSubstr("gradients of this worker would have other bits than those of the server"));
  EXPECT_THAT(said, HasSubstr("the server has LibTorch 1.13.1, this worker nothing"));
  EXPECT_THAT(said, HasSubstr("the server has threads 2, this worker nothing"));
  EXPECT_THAT(said, HasSubstr("; install the same LibTorch and BLAS"));
  EXPECT_EQ(complaint(with("")), "none");
}

TEST_F(BuildWorker, OnlyAnMlpHasHiddenLayers) {
  EXPECT_EQ(make().hidden, "");
  options_.objective = "mlp";
  options_.hidden = "8/4";
  EXPECT_EQ(make().hidden, "8/4");
}

}  // namespace
}  // namespace gleaner
