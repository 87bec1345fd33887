#include "app/reference_pages.h"

#include <cctype>
#include <vector>

#include <fmt/format.h>

namespace gleaner {
namespace {

// Text as troff prints it unchanged: a minus that can be copied, no control line, no escape.
std::string roff(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    line_begins = c == '\n';
  }
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

void append_flag(std::string& page, const Flag& flag) {
  page += fmt::format(".TP\n\\fB{}\\fR", roff(flag.name));
  if (!flag.type.empty()) page += fmt::format(" \\fI{}\\fR", roff(flag.type));
  page += fmt::format("\n{}.", roff(flag.meaning));
  const bool shown = flag.kind != Flag::Kind::toggle && !flag.preset.empty();
  page += shown ? fmt::format(" Default: {}.\n", roff(flag.preset)) : "\n";
}

void append_command(std::string& page, const Command& command) {
  page += fmt::format(".SH GLEANER {}\n{}.\n", upper(command.name()), roff(command.about()));
  std::string group;
  for (const Flag& flag : command.flags()) {
    if (flag.group != group) page += fmt::format(".SS {}\n", roff(flag.group));
    group = flag.group;
    append_flag(page, flag);
  }
  page += fmt::format(".PP\n.nf\n{}.fi\n", roff(command.examples()));
}

// One branch of the case over the flag that stands before the cursor.
std::string value_branch(const Command& command, const Flag& flag) {
  const std::string label = fmt::format("    {}/{}) ", command.name(), flag.name);
  if (flag.kind == Flag::Kind::file) return label + "COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n";
  const std::string words = fmt::format("{}", fmt::join(flag.choices, " "));
  return label + fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$cur\")); return ;;\n", words);
}

}  // namespace

std::string manual_page(std::string_view about, std::span<Command* const> commands) {
  std::string page =
      ".TH GLEANER 1\n.SH NAME\ngleaner \\- train on many workers without waiting for the slow ones\n"
      ".SH SYNOPSIS\n";
  for (const Command* c : commands) {
    page += fmt::format("\\fBgleaner {}\\fR [\\fIFLAGS\\fR]\n.br\n", roff(c->name()));
  }
  page += fmt::format(".SH DESCRIPTION\n{}\n", roff(about));
  for (const Command* c : commands) append_command(page, *c);
  page +=
      ".SH EXIT STATUS\n.TP\n0\nDone.\n.TP\n1\nThe run began and failed.\n.TP\n2\nBad input: one line says "
      "what "
      "and how to mend it.\n.TP\n130\nInterrupted: the round was ended, checkpoint and table were written.\n"
      ".SH FILES\nA configuration file (\\fB\\-\\-config\\fR) is TOML: its keys are the flags without their "
      "dashes.\n";
  return page;
}

std::string bash_completion(std::span<Command* const> commands) {
  std::string names;
  std::string values;
  std::string flags;
  for (const Command* c : commands) {
    names += (names.empty() ? "" : " ") + c->name();
    std::string own;
    for (const Flag& flag : c->flags()) {
      own += flag.name + " ";
      if (flag.kind != Flag::Kind::toggle) values += value_branch(*c, flag);
    }
    flags += fmt::format("    {}) COMPREPLY=($(compgen -W '{}--help' -- \"$cur\")) ;;\n", c->name(), own);
  }
  return fmt::format(R"(# Completion of gleaner for bash: source <(gleaner --bash-completion)
_gleaner() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}} command=${{COMP_WORDS[1]}}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '{} --help --man --bash-completion' -- "$cur"))
    return
  fi
  case $command/$prev in
{}  esac
  case $command in
{}  esac
}}
complete -o filenames -F _gleaner gleaner
)",
                     names, values, flags);
}

}  // namespace gleaner
