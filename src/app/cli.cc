#include "app/cli.h"

#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/exit_code.h"
#include "app/flags.h"
#include "app/options.h"
#include "app/plan_command.h"
#include "app/say.h"
#include "app/train_command.h"
#include "app/version_command.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

// Nothing of this is a command.
int report_no_command(const std::string& word) {
  constexpr std::array<std::string_view, 3> kCommands{"train", "plan", "version"};
  Error error = unknown_name("gleaner", "command", word, kCommands);
  if (word.starts_with("-")) {
    error = bad_input(fmt::format("gleaner: {} stands before any command", word),
                      "begin with gleaner train, plan or version; see gleaner --help");
  }
  say("{}\n", error.sentence());
  return kExitBadInput;
}

int parse_and_run(int argc, const char* const* argv) {
  CLI::App app(
      "Gleaner trains models on many workers without waiting for the slow ones and without\n"
      "throwing their work away: partial-straggler gradient coding.",
      "gleaner");
  app.footer(
      "Try: gleaner train --speeds exponential:mean=40ms --compare\nHelp on a command: gleaner train --help");
  TrainOptions train;
  FactsOptions facts;
  bool version_json = false;

  CLI::App* train_app = app.add_subcommand("train", "train a model");
  CLI::App* plan_app = app.add_subcommand("plan", "make a plan and print its facts");
  CLI::App* version_app = app.add_subcommand("version", "print version and arithmetic");
  add_train_flags(*train_app, train);
  add_plan_flags(*plan_app, facts);
  add_version_flags(*version_app, version_json);
  app.require_subcommand(0, 1);
  app.allow_extras();
  for (CLI::App* sub : {train_app, plan_app, version_app}) sub->allow_extras();

  const CLI::App* chosen = nullptr;
  const auto command = [&] {
    for (const CLI::App* sub : app.get_subcommands()) chosen = sub;
    return chosen == nullptr ? std::string("train") : chosen->get_name();
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& e) {
    const std::string name = command();
    return report_error(name, flag_error(name, e));
  }
  const std::string name = command();
  if (chosen != nullptr && !chosen->remaining().empty()) {
    return report_error(name, unknown_flag(*chosen, name, chosen->remaining().front()));
  }
  if (const std::vector<std::string> extras = app.remaining(); !extras.empty()) {
    if (extras.front() == "--version") return version_command(false);
    if (extras.front() != "help") return report_no_command(extras.front());
  }
  train.plan.given = given_flags(*train_app);
  facts.plan.given = given_flags(*plan_app);
  if (chosen == train_app) return train_command(train);
  if (chosen == plan_app) return plan_command(facts);
  if (chosen == version_app) return version_command(version_json);
  fmt::print("{}", app.help());
  return kExitDone;
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  const int code = parse_and_run(argc, argv);
  if (std::fflush(stdout) == 0) return code;
  say("gleaner: stdout cannot be written; check where it leads to\n");
  return code == kExitDone ? kExitFailed : code;
}

}  // namespace gleaner
