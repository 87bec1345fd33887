#include "work/speed_trace.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "base/check.h"
#include "training/read_log.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

std::string_view next_until(std::string_view& text, char end) {
  const std::size_t size = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return part;
}

std::string_view next_line(std::string_view& text) {
  std::string_view line = next_until(text, '\n');
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  fields.reserve(static_cast<std::size_t>(std::ranges::count(line, ',')) + 1);
  while (!line.empty()) fields.push_back(next_until(line, ','));
  return fields;
}

std::optional<double> seconds_of(std::string_view field) {
  const std::optional<double> value = parse_number(field);
  const bool fits = value && *value >= 0 && *value <= gleaner::seconds(kDurationMax);
  return fits ? value : std::nullopt;
}

struct Mean {
  double sum = 0;
  std::size_t count = 0;
  void add(double x) {
    sum += x;
    ++count;
  }
  [[nodiscard]] double value() const { return sum / static_cast<double>(count); }
};

Error never_finished(const std::map<WorkerId, Mean>& finished, std::string_view name) {
  std::uint32_t first = 0;
  for (const auto& [worker, mean] : finished) {
    if (worker.value != first) break;
    ++first;
  }
  return bad_input(
      fmt::format("{}: worker {} never finished a chunk, so nobody knows its speed", name, first),
      "take the log of a longer run, or of one that waits for everybody (--method uncoded)");
}

}  // namespace

Result<SpeedTrace> SpeedTrace::parse(std::string_view text, std::string_view name) {
  constexpr auto cure =
      "write a header \"round,w0,w1,...\" and one line per round with the seconds of every worker";
  const auto error = [&](std::size_t line, std::string_view what) {
    return bad_input(fmt::format("{}, line {}: {}", name, line, what), cure);
  };
  const std::vector<std::string_view> header = fields_of(next_line(text));
  if (header.empty() || header.front() != "round")
    return error(1, "the header does not begin with \"round\"");
  if (header.size() == 1) return error(1, "there is no worker beside \"round\"");

  SpeedTrace trace;
  trace.workers_ = header.size() - 1;
  std::size_t line = 1;
  while (!text.empty()) {
    ++line;
    const std::vector<std::string_view> fields = fields_of(next_line(text));
    if (fields.empty()) continue;
    if (fields.size() != header.size()) {
      return error(line, fmt::format("{} fields under a header of {}", fields.size(), header.size()));
    }
    if (!parse_count(fields.front())) {
      return error(line, fmt::format("the round \"{}\" is not a whole number", fields.front()));
    }
    for (std::size_t column = 1; column < fields.size(); ++column) {
      const std::optional<double> value = seconds_of(fields[column]);
      if (!value) {
        return error(line, fmt::format("\"{}\" under \"{}\" is not a time in seconds", fields[column],
                                       header[column]));
      }
      trace.seconds_.push_back(*value);
    }
  }
  if (trace.seconds_.empty()) return error(line, "there is no round under the header");
  return trace;
}

Result<SpeedTrace> SpeedTrace::parse_log(std::string_view text, std::string_view name) {
  const Result<LoggedTimes> read = read_logged_times(text, name);
  if (!read) return read.error();
  const LoggedTimes& log = read.value();

  std::map<WorkerId, Mean> whole_run;
  std::vector<std::map<WorkerId, Mean>> rows;
  for (const LoggedRound& round : log.rounds) {
    std::map<WorkerId, Mean>& row = rows.emplace_back();
    for (const ChunkTime& chunk : round.chunk_times) row[chunk.worker].add(chunk.seconds);
    for (const auto& [worker, mean] : row) whole_run[worker].add(mean.value());
  }
  if (whole_run.size() < log.workers) return never_finished(whole_run, name);

  SpeedTrace trace;
  trace.workers_ = log.workers;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (const auto& [worker, mean] : whole_run) {
      const auto own = rows[r].find(worker);
      const double filled = std::max(mean.value(), log.rounds[r].seconds);
      trace.seconds_.push_back(
          std::min(own == rows[r].end() ? filled : own->second.value(), gleaner::seconds(kDurationMax)));
    }
  }
  return trace;
}

Result<SpeedTrace> SpeedTrace::load(const std::string& path) {
  constexpr auto cure = "name a CSV file of chunk times or the log of a run";
  constexpr std::size_t kMost = std::size_t{1} << 28;  // as of plans; less than /dev/zero
  std::ifstream in(path, std::ios::binary);
  std::string content;
  std::vector<char> piece(std::size_t{1} << 20);
  while (content.size() <= kMost) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (in.gcount() <= 0) break;
    content.append(piece.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (content.size() > kMost)
    return bad_input(fmt::format("--speeds: {}: is longer than 256 MiB", path), cure);
  if (!in.is_open() || in.bad()) {  // a folder can be opened, but not read
    return bad_input(fmt::format("--speeds: {}: cannot be read", path), cure);
  }
  return is_run_log(content) ? parse_log(content, path) : parse(content, path);
}

std::string SpeedTrace::csv() const {
  std::string text = "round";
  for (std::size_t worker = 0; worker < workers_; ++worker) text += fmt::format(",w{}", worker);
  for (std::size_t i = 0; i < seconds_.size(); ++i) {
    if (i % workers_ == 0) text += fmt::format("\n{}", i / workers_ + 1);
    text += "," + number_text(seconds_[i]);
  }
  return text + "\n";
}

double SpeedTrace::seconds(RoundId round, WorkerId worker) const {
  GLEANER_CHECK(worker.index() < workers_, "a worker without a column in the trace of speeds");
  const std::size_t row = round.value == 0 ? 0 : static_cast<std::size_t>((round.value - 1) % rounds());
  return seconds_[row * workers_ + worker.index()];
}

}  // namespace gleaner
