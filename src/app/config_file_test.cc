#include "app/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "app/flags.h"
#include "support/output_folder.h"

namespace gleaner {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What the flags and a configuration file say together.
class ConfigFile : public ::testing::Test {
 protected:
  Status read(const std::string& text, Command& command) {
    std::ofstream(path_, std::ios::trunc) << text;
    const Result<std::vector<ConfigEntry>> entries = read_config(path_);
    if (!entries) return entries.error();
    return apply_config(entries.value(), command, commands_);
  }
  Status read(const std::string& text) { return read(text, train_command_); }
  std::string refused(const std::string& text) {
    const Status status = read(text);
    return status ? "" : status.error().sentence();
  }

  test::OutputFolder folder_;
  std::string path_ = (folder_.path() / "run.toml").string();
  TrainOptions train_;
  FactsOptions facts_;
  Command train_command_ = train_flags(train_);
  Command plan_command_ = plan_flags(facts_);
  std::array<Command*, 2> commands_{&train_command_, &plan_command_};
};

TEST_F(ConfigFile, EveryKindOfValueReachesItsOption) {
  ASSERT_TRUE(
      read("workers = 12\nlr = 0.25\nl2 = 1e-3\nverify = true\njson = false\n"
           "speeds = \"exponential:mean=40ms\"\n"));
  EXPECT_EQ(train_.plan.workers, 12U);
  EXPECT_EQ(train_.learning_rate, 0.25);
  EXPECT_EQ(train_.l2, 1e-3);
  EXPECT_TRUE(train_.verify);
  EXPECT_FALSE(train_.json);
  EXPECT_EQ(train_.speeds, "exponential:mean=40ms");
  EXPECT_THAT(train_command_.given(), ElementsAre("--workers", "--lr", "--l2", "--speeds", "--verify"));
}

TEST_F(ConfigFile, FlagsOfTheCommandLineWin) {
  ASSERT_TRUE(Command::give(*train_command_.find("--workers"), "5", ""));
  ASSERT_TRUE(read("workers = 12\nrounds = 7\n"));
  EXPECT_EQ(train_.plan.workers, 5U);
  EXPECT_EQ(train_.rounds, 7U);
}

TEST_F(ConfigFile, ATableOfACommandGoesBeforeWhatIsSaidToAll) {
  const std::string text = "workers = 12\nrounds = 9\n[plan]\nworkers = 20\ndimension = 25\n";
  ASSERT_TRUE(read(text, plan_command_));
  EXPECT_EQ(facts_.plan.workers, 20U);
  EXPECT_EQ(facts_.dimension, 25U);
  ASSERT_TRUE(read(text, train_command_));
  EXPECT_EQ(train_.plan.workers, 12U);
  EXPECT_EQ(train_.rounds, 9U);
}

TEST_F(ConfigFile, AListIsWhatASlashSeparates) {
  ASSERT_TRUE(read("speeds = [1, 2.5, \"x\"]\n"));
  EXPECT_EQ(train_.speeds, "1/2.5/x");
}

TEST_F(ConfigFile, ErrorsNameFileAndLineAndTheNearestKey) {
  EXPECT_THAT(refused("rounds = 3\nwokers = 3\n"),
              AllOf(HasSubstr("run.toml:2: there is no key wokers"), HasSubstr("did you mean workers?"),
                    HasSubstr("gleaner train --print-config")));
  EXPECT_THAT(read("wokers = 3\n", plan_command_).error().cure, HasSubstr("gleaner plan --print-config"));
  EXPECT_THAT(read("[train]\nwokers = 3\n", plan_command_).error().cure,
              HasSubstr("gleaner train --print-config"));
  EXPECT_THAT(refused("[trian]\nrounds = 3\n"),
              AllOf(HasSubstr("run.toml:2: there is no command for the table [trian]"),
                    HasSubstr("did you mean \"train\"?")));
  EXPECT_THAT(refused("[train]\ndimension = 3\n"), HasSubstr("run.toml:2: there is no key dimension"));
  EXPECT_THAT(refused("\nworkers = -3\n"), HasSubstr("run.toml:2: --workers -3 is not a whole number"));
  EXPECT_THAT(refused("workers = 2.5\n"), HasSubstr("run.toml:1: --workers 2.5 is not a whole number"));
  EXPECT_THAT(refused("lr = nan\n"), HasSubstr("run.toml:1: --lr nan is not a finite number"));
  EXPECT_THAT(refused("verify = \"yes\"\n"), HasSubstr("run.toml:1: verify is either true or false"));
  EXPECT_THAT(refused("data = true\n"), HasSubstr("run.toml:1: data is not a matter of true or false"));
  EXPECT_THAT(refused("data = \"\"\n"), HasSubstr("run.toml:1: --data needs a value"));
  EXPECT_THAT(refused("config = \"a.toml\"\n"), HasSubstr("config is for the command line alone"));
  EXPECT_THAT(refused("rounds = 1979-05-27\n"), HasSubstr("run.toml:1: rounds is neither a text"));
  EXPECT_THAT(refused("rounds = 3\nrounds = 4\n"), HasSubstr("run.toml:2:"));
  EXPECT_THAT(refused("workers: 3\n"), HasSubstr("run.toml:1:8:"));
  EXPECT_THAT(refused("[train.deep]\nrounds = 1\n"), HasSubstr("deep is neither"));
}

TEST_F(ConfigFile, AFileThatIsNotThere) {
  const auto entries = read_config("/nowhere/run.toml");
  ASSERT_FALSE(entries);
  EXPECT_THAT(entries.error().sentence(), HasSubstr("--config /nowhere/run.toml cannot be opened"));
}

TEST_F(ConfigFile, ALaterErrorOfAFlagNamesTheLineThatGaveIt) {
  ASSERT_TRUE(read("rounds = 3\nreplication = 9\n"));
  EXPECT_EQ(train_command_.located(bad_input("--replication 9 is not between 1 and the 8 workers")).what,
            path_ + ":2: --replication 9 is not between 1 and the 8 workers");
  EXPECT_EQ(train_command_.located(bad_input("--rounds-of-golf 9")).what, "--rounds-of-golf 9");
}

TEST_F(ConfigFile, WhatIsPrintedIsReadBackAsTheSame) {
  for (const auto& [flag, value] : {std::pair{"--workers", "12"},
                                    {"--lr", ".5e-3"},
                                    {"--verify", "true"},
                                    {"--data", "a \"b\"\\c\n.csv"},
                                    {"--seed", "18446744073709551615"}}) {
    ASSERT_TRUE(Command::give(*train_command_.find(flag), value, ""));
  }
  const std::string text = config_text(train_command_);
  TrainOptions again;
  Command other = train_flags(again);
  const Status status = read(text, other);
  ASSERT_TRUE(status) << status.error().sentence() << "\n" << text;
  EXPECT_EQ(other.given(), train_command_.given());
  EXPECT_EQ(again.plan.workers, 12U);
  EXPECT_EQ(again.learning_rate, .5e-3);
  EXPECT_EQ(again.data, "a \"b\"\\c\n.csv");
  EXPECT_EQ(again.plan.seed, 18446744073709551615U);
}

}  // namespace
}  // namespace gleaner
