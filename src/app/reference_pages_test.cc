#include "app/reference_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "app/flags.h"

namespace gleaner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Pages : ::testing::Test {
  TrainOptions train;
  FactsOptions facts;
  Command train_command = train_flags(train);
  Command plan_command = plan_flags(facts);
  std::array<Command*, 2> commands{&train_command, &plan_command};
};

TEST_F(Pages, TheManualHasEveryFlagAndItsExamples) {
  const std::string page = manual_page("about", commands);
  for (const Command* c : commands) {
    EXPECT_THAT(page, HasSubstr(c->name()));
    for (const Flag& flag : c->flags()) {
      std::string name;
      for (const char letter : flag.name) name += letter == '-' ? std::string("\\-") : std::string(1, letter);
      EXPECT_THAT(page, HasSubstr(name));
    }
  }
  EXPECT_THAT(page, HasSubstr("gleaner train \\-\\-speeds"));
  EXPECT_THAT(page, HasSubstr(".SH EXIT STATUS"));
}

// A line of text that begins with a point would be taken for a macro.
TEST_F(Pages, TextOfTheManualIsNoMacro) {
  Command command("odd", ".begins with a point", ".x\n'y\na\\b\n");
  std::array<Command*, 1> one{&command};
  const std::string page = manual_page("about", one);
  EXPECT_THAT(page, HasSubstr("\n\\&.begins with a point"));
  EXPECT_THAT(page, HasSubstr("\n\\&.x\n\\&'y\na\\eb\n"));
}

// Asks bash what it would offer.
std::string offered(const std::string& script, const std::string& words, int position) {
  const std::string path = ::testing::TempDir() + "completion.bash";
  std::ofstream(path) << script << "COMP_WORDS=(" << words << ")\nCOMP_CWORD=" << position
                      << "\n_gleaner\necho \"${COMPREPLY[*]}\"\n";
  std::FILE* pipe = ::popen(("bash " + path).c_str(), "r");
  std::string out;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) out += static_cast<char>(c);
  EXPECT_EQ(::pclose(pipe), 0);
  std::remove(path.c_str());
  return out;
}

TEST_F(Pages, BashCompletesCommandsFlagsAndNames) {
  const std::string script = bash_completion(commands);
  EXPECT_EQ(offered(script, "gleaner tr", 1), "train\n");
  EXPECT_EQ(offered(script, "gleaner train --work", 2), "--workers\n");
  EXPECT_EQ(offered(script, "gleaner plan --dim", 2), "--dimension\n");
  EXPECT_EQ(offered(script, "gleaner train --method o", 3), "original\n");
  EXPECT_EQ(offered(script, "gleaner train --speeds p", 3), "pareto\n");
  EXPECT_EQ(offered(script, "gleaner train --workers ''", 3), "\n");
  EXPECT_THAT(offered(script, "gleaner train --verify --js", 3), HasSubstr("--json"));
  EXPECT_THAT(offered(script, "gleaner plan --s", 2), Not(HasSubstr("--speeds")));
}

}  // namespace
}  // namespace gleaner
