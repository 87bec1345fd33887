#include "app/cli.h"
#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/advise_command.h"
#include "app/ask_command.h"
#include "app/certs_command.h"
#include "app/config_file.h"
#include "app/eval_command.h"
#include "app/exit_code.h"
#include "app/flags.h"
#include "app/grid_command.h"
#include "app/options.h"
#include "app/parser.h"
#include "app/plan_command.h"
#include "app/reference_pages.h"
#include "app/reproduce_command.h"
#include "app/say.h"
#include "app/simulate_command.h"
#include "app/train_command.h"
#include "app/version_command.h"
#include "app/worker_command.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

constexpr const char* kAbout =
    "Gleaner trains models on many workers without waiting for the slow ones and without\n"
    "throwing their work away: partial-straggler gradient coding.";
constexpr const char* kTry =
    "Try: gleaner train --speeds exponential:mean=40ms --compare\n"
    "Help on a command: gleaner train --help\n"
    "Manual page: gleaner --man | man -l -\n"
    "Completion:  source <(gleaner --bash-completion)";

// Everything that can be asked for.
struct Options {
  TrainOptions train;
  TrainOptions server;
  WorkerFlags worker;
  AskFlags status;
  AskFlags stop;
  FactsOptions facts;
  SimulateOptions simulate;
  ReproduceFlags reproduce;
  GridFlags grid;
  AdviseOptions advise;
  EvalOptions eval;
  CertsOptions certs;
  bool version_json = false;
};

// Nothing of this is a command.
int report_no_command(const std::string& word, std::span<Command* const> commands) {
  std::vector<std::string_view> known;
  for (const Command* c : commands) known.push_back(c->name());
  Error error = unknown_name("gleaner", "command", word, known);
  if (word.starts_with("-")) {
    error = bad_input(fmt::format("gleaner: {} stands before any command", word),
                      fmt::format("begin with gleaner {}; see gleaner --help", fmt::join(known, " or ")));
  }
  say("{}\n", error.sentence());
  return kExitBadInput;
}

// The flags of the configuration file, behind those of the command line.
Status read_settings(const ConfigOptions& config, Command& command, std::span<Command* const> commands) {
  if (config.file.empty()) return {};
  const Result<std::vector<ConfigEntry>> entries = read_config(config.file);
  if (!entries) return entries.error();
  return apply_config(entries.value(), command, commands);
}

Result<int> run_chosen(Command& command, Options& o, std::span<Command* const> commands) {
  if (command.name() == "version") return version_command(o.version_json);
  if (command.name() == "certs") return certs_command(o.certs);
  const std::string& name = command.name();
  const ConfigOptions& config = name == "train"       ? o.train.config
                                : name == "server"    ? o.server.config
                                : name == "worker"    ? o.worker.config
                                : name == "status"    ? o.status.config
                                : name == "stop"      ? o.stop.config
                                : name == "eval"      ? o.eval.config
                                : name == "simulate"  ? o.simulate.config
                                : name == "advise"    ? o.advise.config
                                : name == "grid"      ? o.grid.config
                                : name == "reproduce" ? o.reproduce.config
                                                      : o.facts.config;
  if (Status s = read_settings(config, command, commands); !s) return s.error();
  if (config.print) {
    fmt::print("{}", config_text(command));
    return kExitDone;
  }
  if (name == "eval") return eval_command(o.eval);
  if (name == "worker") return worker_command(o.worker);
  if (name == "status") return status_command(o.status);
  if (name == "stop") return stop_command(o.stop);
  if (name == "reproduce") return reproduce_command(o.reproduce);
  if (name == "advise") return advise_command(o.advise);
  if (name == "grid") {
    o.grid.given = command.given();
    return grid_command(o.grid);
  }
  for (PlanOptions* plan : {&o.train.plan, &o.server.plan, &o.facts.plan, &o.simulate.plan})
    plan->given = command.given();
  if (name == "simulate") return simulate_command(o.simulate);
  if (name == "server") {
    if (o.server.cluster.listen.empty()) {
      return bad_input("--listen is missing", "say where workers knock, e.g. --listen 127.0.0.1:7070");
    }
    return train_command(o.server);
  }
  return name == "train" ? train_command(o.train) : plan_command(o.facts);
}

// What is asked without a command: a page, the version, or nothing.
int answer_without_command(const std::string& word, const CLI::App& app, std::span<Command* const> commands) {
  if (word == "--version") return version_command(false);
  if (word == "--man") {
    fmt::print("{}", manual_page(kAbout, commands));
  } else if (word == "--bash-completion") {
    fmt::print("{}", bash_completion(commands));
  } else if (word.empty() || word == "help") {
    fmt::print("{}", app.help());
  } else {
    return report_no_command(word, commands);
  }
  return kExitDone;
}

int parse_and_run(int argc, const char* const* argv) {
  Options options;
  Command train = train_flags(options.train);
  Command server = server_flags(options.server);
  Command worker = worker_flags(options.worker);
  Command status = status_flags(options.status);
  Command stop = stop_flags(options.stop);
  Command plan = plan_flags(options.facts);
  Command simulate = simulate_flags(options.simulate);
  Command reproduce = reproduce_flags(options.reproduce);
  Command advise = advise_flags(options.advise);
  Command grid = grid_flags(options.grid);
  Command eval = eval_flags(options.eval);
  Command certs = certs_flags(options.certs);
  Command version = version_flags(options.version_json);
  const std::vector<Command*> commands{&train,    &server, &worker, &status,    &stop, &certs,  &plan,
                                       &simulate, &advise, &grid,   &reproduce, &eval, &version};

  CLI::App app(kAbout, "gleaner");
  app.footer(kTry);
  app.require_subcommand(0, 1);
  app.allow_extras();
  for (Command* c : commands) bind_flags(*app.add_subcommand(c->name(), c->about()), *c);

  const auto chosen = [&]() -> Command* {
    const std::vector<CLI::App*> subs = app.get_subcommands();
    if (subs.empty()) return nullptr;
    return *std::find_if(commands.begin(), commands.end(),
                         [&](const Command* c) { return c->name() == subs.front()->get_name(); });
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& e) {
    const std::string name = chosen() == nullptr ? "train" : chosen()->name();
    return report_error(name, flag_error(name, e));
  }
  Command* command = chosen();
  if (command == nullptr) {
    const std::vector<std::string> words = app.remaining();
    return answer_without_command(words.empty() ? "" : words.front(), app, commands);
  }
  if (const std::vector<std::string> extras = app.get_subcommands().front()->remaining(); !extras.empty()) {
    return report_error(command->name(), unknown_flag(*command, extras.front()));
  }
  if (const std::vector<std::string> extras = app.remaining(); !extras.empty()) {
    return answer_without_command(extras.front(), app, commands);
  }
  const Result<int> code = run_chosen(*command, options, commands);
  return code ? code.value() : report_error(command->name(), command->located(code.error()));
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  const int code = parse_and_run(argc, argv);
  if (std::fflush(stdout) == 0) return code;
  say("gleaner: stdout cannot be written; check where it leads to\n");
  return code == kExitDone ? kExitFailed : code;
}

}  // namespace gleaner
