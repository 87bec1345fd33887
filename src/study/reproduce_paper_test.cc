#include "study/reproduce_paper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/shared_data.h"

namespace gleaner {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

// As small as a file can be: one deadline, one number each.
Json small_file() {
  Json file;
  file["model"] = {{"workers", 200}, {"chunks", 200}, {"replication", 8}, {"chunk_time", "as you like"}};
  const Json time = {{"1", {{"mean", 5.5}, {"std", 1.5}, {"trials", 900}}}};
  const Json times = {{"original", time}, {"partial_optimal_order", time}, {"partial_random_order", time}};
  file["exact_completion_time"] = {{"cyclic", times}, {"g1", times}};
  Json g1;
  for (const char* method : {"original", "partial_optimal_order", "partial_random_order"}) {
    g1[method] = {{"1", {0.25}}};
  }
  g1["partial_optimal_order"] = {{"1", {0.25}}, {"2", {3.5e-15}}};
  g1["partial_optimal_order_std_error"] = {{"1", {0.01}}, {"2", {6e-18}}};
  g1["mean_squared_residual"] = {{"partial_optimal_order", {{"1", {0.3}}}},
                                 {"partial_random_order", Json::object()}};
  file["approximate"] = {{"deadlines", {3}}, {"g1", g1}};
  return file;
}

std::string complaint(const Json& file) {
  const Result<PaperResults> read = PaperResults::parse(file.dump(), "the file");
  EXPECT_FALSE(read.ok());
  return read.ok() ? "" : read.error().sentence();
}

TEST(PaperResults, ReadsNumbersAndStandardErrors) {
  const PaperResults paper = PaperResults::parse(small_file().dump(), "the file").value();
  const Published time = paper.time("g1", PaperMethod::original, 1).value();
  EXPECT_EQ(time.mean, 5.5);
  EXPECT_DOUBLE_EQ(time.std_error.value(), 1.5 / 30);
  EXPECT_EQ(time.trials, 900U);
  const Published norm = paper.norm(PaperMethod::optimal_order, 1, 3).value();
  EXPECT_EQ(norm.mean, 0.25);
  EXPECT_EQ(norm.std_error, 0.01);
  EXPECT_FALSE(paper.norm(PaperMethod::original, 1, 3).value().std_error.has_value());
  EXPECT_EQ(paper.square(PaperMethod::optimal_order, 1, 3).value().mean, 0.3);
  EXPECT_FALSE(paper.time("g1", PaperMethod::original, 2).has_value());
  EXPECT_FALSE(paper.time("elsewhere", PaperMethod::original, 1).has_value());
  EXPECT_FALSE(paper.norm(PaperMethod::optimal_order, 1, 6).has_value());
  EXPECT_FALSE(paper.square(PaperMethod::original, 1, 3).has_value());
}

TEST(PaperResults, RoundingAroundZeroIsZero) {
  const PaperResults paper = PaperResults::parse(small_file().dump(), "the file").value();
  const Published zero = paper.norm(PaperMethod::optimal_order, 2, 3).value();
  EXPECT_EQ(zero.mean, 0);
  EXPECT_EQ(zero.std_error, 0.0);
}

TEST(PaperResults, ErrorsNameTheField) {
  EXPECT_EQ(PaperResults::parse("{", "the file").error().sentence(),
            "the file is no JSON; give the paper-results.json of the project");
  EXPECT_THAT(complaint(Json::array()), HasSubstr("the file: the field \"model\" is missing"));
  Json file = small_file();
  file["model"]["workers"] = 100;
  EXPECT_THAT(complaint(file), HasSubstr("\"model.workers\" is not 200, which is what can be reproduced"));
  file = small_file();
  file["exact_completion_time"].erase("g1");
  EXPECT_THAT(complaint(file), HasSubstr("\"exact_completion_time.g1\" is missing"));
  file = small_file();
  file["exact_completion_time"]["g1"]["original"]["1"]["mean"] = "5";
  EXPECT_THAT(complaint(file), HasSubstr("\"exact_completion_time.g1.original.1.mean\" is not a number"));
  file = small_file();
  file["exact_completion_time"]["g1"]["original"]["1"]["std"] = -1;
  EXPECT_THAT(complaint(file), HasSubstr("std\" is not a number from 0 on"));
  file = small_file();
  file["exact_completion_time"]["g1"]["original"]["1"]["trials"] = 1;
  EXPECT_THAT(complaint(file), HasSubstr("trials\" is not a number of trials"));
  file = small_file();
  file["exact_completion_time"]["g1"]["original"] = 7;
  EXPECT_THAT(complaint(file), HasSubstr("\"exact_completion_time.g1.original\" is not an object"));
}

TEST(PaperResults, SoDoThoseOnDeadlines) {
  Json file = small_file();
  file["approximate"]["deadlines"] = {3, 4.5};
  EXPECT_THAT(complaint(file), HasSubstr("\"approximate.deadlines\" has a deadline that is not a whole"));
  file = small_file();
  file["approximate"]["deadlines"] = "3";
  EXPECT_THAT(complaint(file), HasSubstr("\"approximate.deadlines\" is not a list of numbers"));
  file = small_file();
  file["approximate"]["g1"]["original"]["1"] = {1, 2};
  EXPECT_THAT(complaint(file), HasSubstr("\"approximate.g1.original.1\" has 2 numbers for 1 deadlines"));
  file = small_file();
  file["approximate"]["g1"]["partial_optimal_order_std_error"]["3"] = {1};
  EXPECT_THAT(complaint(file),
              HasSubstr("\"approximate.g1.partial_optimal_order_std_error.3\" belongs to no"));
  file = small_file();
  file["approximate"]["g1"] = Json::array({1});
  EXPECT_THAT(complaint(file), HasSubstr("\"approximate.g1.original\" is missing"));
  file = small_file();
  file["approximate"]["g1"]["original"]["1"] = {nullptr};
  EXPECT_THAT(complaint(file), HasSubstr("\"approximate.g1.original.1[0]\" is not a number"));
}

TEST(PaperResults, ReadsTheProjectsFile) {
  GLEANER_SHARED_FILE(file, "reference/paper-results.json");
  const PaperResults paper = PaperResults::parse(read_file(file), "the file").value();
  std::size_t times = 0;
  for (const char* scheme : {"cyclic", "g1"}) {
    for (const PaperMethod method : kPaperMethods) {
      for (std::size_t l = 1; l <= kPaperBlocks; ++l) times += paper.time(scheme, method, l) ? 1 : 0;
    }
  }
  EXPECT_EQ(times, 18U);
  EXPECT_EQ(paper.time("cyclic", PaperMethod::optimal_order, 2).value().mean, 3.9235);
  EXPECT_EQ(paper.norm(PaperMethod::original, 1, 24).value().mean, 0.4711);
  EXPECT_EQ(paper.norm(PaperMethod::random_order, 3, 18).value().mean, 0.001);
  EXPECT_EQ(paper.norm(PaperMethod::random_order, 3, 21).value().mean, 0);
}

}  // namespace
}  // namespace gleaner
