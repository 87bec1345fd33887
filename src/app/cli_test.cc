#include "app/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/output_folder.h"

namespace gleaner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::internal::CaptureStderr;
using ::testing::internal::CaptureStdout;
using ::testing::internal::GetCapturedStderr;
using ::testing::internal::GetCapturedStdout;

struct Said {
  int code = 0;
  std::string out;
  std::string err;
};

Said gleaner(std::vector<const char*> words) {
  words.insert(words.begin(), "gleaner");
  CaptureStdout();
  CaptureStderr();
  Said said;
  said.code = run_command_line(static_cast<int>(words.size()), words.data());
  said.out = GetCapturedStdout();
  said.err = GetCapturedStderr();
  return said;
}

// One line on stderr and exit code 2.
std::string refused(const std::vector<const char*>& words) {
  const Said said = gleaner(words);
  EXPECT_EQ(said.code, 2);
  EXPECT_EQ(said.out, "");
  EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1);
  return said.err;
}

TEST(CommandLine, AMisspeltFlagIsAnsweredWithTheNearest) {
  EXPECT_EQ(refused({"train", "--wokers", "3"}),
            "gleaner train: there is no flag --wokers; did you mean --workers? see gleaner train --help\n");
  EXPECT_EQ(refused({"plan", "--xyzzy"}),
            "gleaner plan: there is no flag --xyzzy; see gleaner plan --help\n");
  EXPECT_EQ(refused({"train", "fast"}),
            "gleaner train: 'fast' is not expected here; see gleaner train --help\n");
}

TEST(CommandLine, AMisspeltCommandToo) {
  EXPECT_THAT(refused({"trian"}), AllOf(HasSubstr("gleaner: there is no command \"trian\"; did you mean "
                                                  "\"train\"? known are train, server, worker, "),
                                        HasSubstr(", version\n")));
  EXPECT_THAT(refused({"--json", "train"}), HasSubstr("gleaner: --json stands before any command; "));
}

TEST(CommandLine, NumbersAreNotGuessed) {
  EXPECT_EQ(
      refused({"train", "--rounds", "-1"}),
      "gleaner train: --rounds -1 is not a whole number from 0 on; write digits alone, like --rounds 8\n");
  EXPECT_THAT(refused({"train", "--workers=0x10"}), HasSubstr("--workers 0x10"));
  EXPECT_THAT(refused({"train", "--lr", "nan"}), HasSubstr("--lr nan is not a finite number"));
  EXPECT_THAT(refused({"train", "--lr", ""}), HasSubstr("--lr needs a value"));
}

TEST(CommandLine, ValuesThatAreMissingOrTooMany) {
  EXPECT_EQ(refused({"train", "--workers"}),
            "gleaner train: --workers needs a value; see gleaner train --help\n");
  EXPECT_EQ(refused({"train", "--log", "--verify"}),
            "gleaner train: --log needs a value; write it before --verify\n");
  EXPECT_EQ(refused({"train", "--seed", "1", "--seed", "2"}),
            "gleaner train: --seed is given more than once; give it once\n");
  EXPECT_EQ(refused({"plan", "--json=5"}), "gleaner plan: --json takes no value; write --json alone\n");
}

TEST(CommandLine, HelpIsOnStdout) {
  for (const std::vector<const char*>& words :
       {std::vector<const char*>{}, {"--help"}, {"help"}, {"train", "--help"}, {"plan", "-h"}}) {
    const Said said = gleaner(words);
    EXPECT_EQ(said.code, 0);
    EXPECT_EQ(said.err, "");
    EXPECT_THAT(said.out, HasSubstr("Usage: gleaner"));
  }
  EXPECT_THAT(gleaner({"train", "--help"}).out, HasSubstr("--rounds N=100 "));
  EXPECT_THAT(gleaner({"--version"}).out, HasSubstr("gleaner "));
}

TEST(CommandLine, AConfigurationSaysWhatFlagsCan) {
  const std::string path = ::testing::TempDir() + "cli_test.toml";
  std::ofstream(path) << "workers = 6\nreplication = 9\n[plan]\nblocks = 2\n";
  const Said printed = gleaner({"plan", "--config", path.c_str(), "--replication", "4", "--print-config"});
  EXPECT_EQ(printed.code, 0);
  EXPECT_THAT(printed.out, AllOf(HasSubstr("\nworkers = 6 "), HasSubstr("\nreplication = 4 "),
                                 HasSubstr("\nblocks = 2 "), HasSubstr("\n# dimension = 1000000 ")));
  EXPECT_THAT(gleaner({"plan", "--config", path.c_str(), "--replication", "4"}).out,
              HasSubstr("  tolerated_losses              2  "));
  EXPECT_EQ(refused({"plan", "--config", path.c_str()}),
            "gleaner plan: " + path +
                ":2: --replication 9 is not between 1 and the 6 workers; every copy of a chunk needs a "
                "worker of its own\n");
  EXPECT_THAT(refused({"plan", "--config", "/nowhere.toml"}),
              HasSubstr("--config /nowhere.toml cannot be opened"));
  std::remove(path.c_str());
}

TEST(CommandLine, PagesNeedNoCommand) {
  EXPECT_THAT(gleaner({"--man"}).out, HasSubstr(".TH GLEANER 1\n"));
  EXPECT_THAT(gleaner({"--bash-completion"}).out, HasSubstr("complete -o filenames -F _gleaner gleaner"));
}

TEST(CommandLine, PlanPrintsFacts) {
  const Said said = gleaner({"plan", "--workers", "6", "--replication", "4", "--blocks", "2"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.err, "");
  EXPECT_THAT(said.out,
              HasSubstr("\n  tolerated_losses              2  any so many workers may be lost in a round\n"));
  EXPECT_THAT(gleaner({"plan", "--replication", "1"}).err, HasSubstr("warning: this plan tolerates no loss"));
  EXPECT_THAT(gleaner({"plan", "--method", "uncoded"}).err,
              HasSubstr("tolerates no loss; --method partial would"));
}

TEST(CommandLine, TrainPrintsATableAndJsonApart) {
  const Said said = gleaner({"train", "--workers", "4", "--rounds", "2", "--clock", "virtual", "--speeds",
                             "constant:mean=10ms", "--json", "--objective", "logistic"});
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.out, HasSubstr("\"status\": \"completed\""));
  EXPECT_EQ(said.out.front(), '{');
  EXPECT_THAT(said.err,
              HasSubstr("4 workers, 4 chunks, replication 3, blocks 1: tolerates the loss of any 2\n"));
  EXPECT_THAT(said.err, HasSubstr("\npolicy skip, margin 0, order mixed\n"));
  EXPECT_THAT(said.err, HasSubstr("\n  method   rounds  "));
}

const std::vector<const char*> kQuick{"train",    "--workers",          "4",    "--clock", "virtual",
                                      "--speeds", "constant:mean=10ms", "--lr", "0.01",    "--objective",
                                      "logistic"};

Said quick(std::vector<const char*> more) {
  more.insert(more.begin(), kQuick.begin(), kQuick.end());
  return gleaner(more);
}

TEST(CommandLine, TrainSaysWhatReallyRuns) {
  EXPECT_THAT(quick({"--rounds", "1", "--policy", "static"}).err,
              HasSubstr("\npolicy static, order optimal\n"));
  EXPECT_THAT(quick({"--rounds", "1", "--policy", "replan", "--margin", "1", "--order", "learned"}).err,
              HasSubstr("\npolicy replan, margin 1, order learned, at first mixed\n"));
  EXPECT_THAT(quick({"--rounds", "1", "--method", "original"}).err,
              HasSubstr("\npolicy static, since original waits for whole workers\n"));
}

TEST(CommandLine, ARoundThatMayEndEarlyHasNoBounds) {
  const Said exact = quick({"--rounds", "2", "--bounds", "--json"});
  EXPECT_THAT(exact.err, AllOf(HasSubstr("with the same placement\n"), Not(HasSubstr("no bounds"))));
  const Said early = quick({"--rounds", "2", "--bounds", "--json", "--recovery", "deadline=15ms"});
  EXPECT_EQ(early.code, 0);
  EXPECT_THAT(early.err,
              AllOf(HasSubstr("no bounds: with --recovery deadline=15ms"), Not(HasSubstr("same placement"))));
  EXPECT_THAT(exact.out, HasSubstr("clairvoyant"));
  EXPECT_THAT(early.out, Not(HasSubstr("clairvoyant")));
}

TEST(CommandLine, AFullDiskUnderTheLogDoesNotCostTheModel) {
  const test::OutputFolder folder;
  const std::string log = (folder.path() / "run.jsonl").string();
  const std::string model = (folder.path() / "model.npz").string();
  const Said said = [&] {
    const test::FullDisk full(30'000);
    return quick({"--rounds", "200", "--log", log.c_str(), "--model-out", model.c_str(), "--json"});
  }();
  EXPECT_EQ(said.code, 1);
  EXPECT_THAT(said.out, HasSubstr("\"status\": \"failed\""));
  EXPECT_THAT(said.err, HasSubstr("cannot write the log " + log));
  EXPECT_TRUE(std::filesystem::exists(model));
}

TEST(CommandLine, AStoppedRunSaysWhereItIsSavedAndOneThatSavedNothingDoesNot) {
  const test::OutputFolder folder;
  const std::string saved = (folder.path() / "saved").string();
  const Said stopped = quick({"--rounds", "20", "--checkpoint", saved.c_str(), "--time-limit", "100ms"});
  EXPECT_THAT(stopped.err, HasSubstr("is saved in " + saved + ": --resume goes on, with more time"));
  const Said whole = quick({"--rounds", "20", "--checkpoint", saved.c_str(), "--resume"});
  EXPECT_EQ(whole.code, 0);
  EXPECT_THAT(whole.err, HasSubstr("resumed after round "));
  EXPECT_THAT(whole.err, Not(HasSubstr("is saved in")));
  EXPECT_THAT(quick({"--rounds", "20", "--time-limit", "100ms"}).err, Not(HasSubstr("is saved in")));
}

TEST(CommandLine, ARunThatFailsEndsWithOne) {
  const Said said =
      gleaner({"train", "--method", "uncoded", "--workers", "4", "--rounds", "3", "--clock", "virtual",
               "--speeds", "constant:mean=10ms", "--faults", "crash:workers=2,round=2"});
  EXPECT_EQ(said.code, 1);
  EXPECT_THAT(said.err, HasSubstr("warning: the loss of a single worker ends this run; --method partial"));
  EXPECT_THAT(said.err, HasSubstr("\n  uncoded could not finish: round 2: "));
}

}  // namespace
}  // namespace gleaner
