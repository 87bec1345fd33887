#include "app/output_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/output_folder.h"

namespace gleaner {
namespace {

using ::gleaner::test::OutputFolder;
using ::testing::HasSubstr;

class OutputFiles : public ::testing::Test {
 protected:
  std::string path(const std::string& name) { return (folder_.path() / name).string(); }
  std::string complaint(const std::vector<NamedPath>& outputs, const std::vector<NamedPath>& inputs = {}) {
    const Status s = check_outputs(outputs, inputs);
    return s ? "none" : s.error().sentence();
  }
  OutputFolder folder_;
};

TEST_F(OutputFiles, ACheckLeavesNothingBehind) {
  std::ofstream(path("old")) << "kept";
  EXPECT_EQ(complaint({{"--log", path("new")}, {"--trace", path("old")}, {"--model-out", ""}}), "none");
  EXPECT_FALSE(std::filesystem::exists(path("new")));
  EXPECT_EQ(std::filesystem::file_size(path("old")), 4u);
}

TEST_F(OutputFiles, WhatCannotBeWritten) {
  EXPECT_THAT(complaint({{"--log", path("no/run.jsonl")}}), HasSubstr("there is no folder " + path("no")));
  EXPECT_THAT(complaint({{"--log", folder_.path().string()}}), HasSubstr("it is a folder"));
  EXPECT_THAT(complaint({{"--log", path("x/")}}), HasSubstr("it is a folder"));
  std::ofstream(path("file")).close();
  EXPECT_THAT(complaint({{"--log", path("file/run.jsonl")}}), HasSubstr("--log " + path("file/run.jsonl")));
  EXPECT_THAT(complaint({{"--log", path(std::string(300, 'x'))}}), HasSubstr("too long"));
}

TEST_F(OutputFiles, TwoThatAreOne) {
  EXPECT_THAT(complaint({{"--log", path("a")}, {"--trace", path("./a")}}),
              HasSubstr("--log and --trace both"));
  EXPECT_EQ(complaint({{"--log", "/dev/null"}, {"--trace", "/dev/null"}}), "none");
}

TEST_F(OutputFiles, AnInputIsNotOverwritten) {
  std::ofstream(path("data")).close();
  std::filesystem::create_symlink(path("data"), path("link"));
  EXPECT_THAT(complaint({{"--log", path("link")}}, {{"--data", path("data")}}),
              HasSubstr("would overwrite --data"));
  EXPECT_EQ(complaint({{"--log", path("log")}}, {{"--data", path("data")}, {"--test", ""}}), "none");
}

TEST_F(OutputFiles, Beside) {
  EXPECT_EQ(beside("run.jsonl", "original"), "run.original.jsonl");
  EXPECT_EQ(beside("a.b/run", "uncoded"), "a.b/run.uncoded");
  EXPECT_EQ(beside("/dev/null", "uncoded"), "/dev/null");
}

}  // namespace
}  // namespace gleaner
