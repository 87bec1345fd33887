// Reading an assignment from CSV.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "coding/assignment.h"
#include "coding/limits.h"

namespace gleaner {
namespace {

struct Row {
  std::uint32_t chunk;
  std::uint32_t worker;
  std::size_t line;
  auto operator<=>(const Row&) const = default;
};

std::string_view trimmed(std::string_view s) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!s.empty() && blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && blank(s.back())) s.remove_suffix(1);
  return s;
}

std::optional<std::uint32_t> number(std::string_view s) {
  s = trimmed(s);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error != std::errc{} || end != s.data() + s.size() || s.empty()) return std::nullopt;
  return value;
}

std::optional<Row> parse_row(std::string_view text, std::size_t line) {
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const auto chunk = number(text.substr(0, comma));
  const auto worker = number(text.substr(comma + 1));
  if (!chunk || !worker) return std::nullopt;
  return Row{*chunk, *worker, line};
}

// A header is "chunk,worker", blanks aside.
bool is_header(std::string_view text) {
  const std::size_t comma = text.find(',');
  return comma != std::string_view::npos && trimmed(text.substr(0, comma)) == "chunk" &&
         trimmed(text.substr(comma + 1)) == "worker";
}

Result<std::vector<Row>> read_rows(std::string_view text, std::string_view name) {
  std::vector<Row> rows;
  for (std::size_t line = 1; line == 1 || !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view content = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line == 1) {
      if (is_header(content)) continue;
      return bad_input(fmt::format("{}, line 1: the header is not \"chunk,worker\"", name),
                       "make \"chunk,worker\" the first line");
    }
    if (content.empty()) continue;
    const auto row = parse_row(content, line);
    if (!row) {
      return bad_input(fmt::format("{}, line {}: not two numbers \"chunk,worker\"", name, line),
                       "write one pair of numbers from 0 on per line");
    }
    if (row->chunk >= kChunksMax || row->worker >= kWorkersMax) {
      return bad_input(fmt::format("{}, line {}: an id above the limit of {}", name, line, kWorkersMax - 1),
                       "number chunks and workers from 0");
    }
    rows.push_back(*row);
  }
  return rows;
}

// The first chunk that sorted rows leave out, the number of chunks if none.
std::uint32_t first_gap(std::span<const Row> sorted) {
  std::uint32_t next = 0;
  for (const Row& row : sorted) {
    if (row.chunk > next) break;
    next = row.chunk + 1;
  }
  return next;
}

}  // namespace

Result<Assignment> Assignment::from_csv(std::string_view text, std::string_view name,
                                        std::optional<std::size_t> workers) {
  auto read = read_rows(text, name);
  if (!read) return read.error();
  std::vector<Row> rows = std::move(read).value();
  if (rows.empty()) {
    return bad_input(fmt::format("{}: no (chunk, worker) pair after the header", name),
                     "add one line per chunk and holder");
  }
  std::sort(rows.begin(), rows.end());
  std::size_t worker_count = workers.value_or(1);
  std::vector<std::pair<ChunkId, WorkerId>> pairs;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    if (k > 0 && rows[k].chunk == rows[k - 1].chunk && rows[k].worker == rows[k - 1].worker) {
      return bad_input(fmt::format("{}, line {}: worker {} is given chunk {} again, first on line {}", name,
                                   rows[k].line, rows[k].worker, rows[k].chunk, rows[k - 1].line),
                       "remove one of the two lines");
    }
    worker_count = std::max<std::size_t>(worker_count, rows[k].worker + std::size_t{1});
    pairs.emplace_back(rows[k].chunk, rows[k].worker);
  }
  const std::uint32_t gap = first_gap(rows);
  if (gap <= rows.back().chunk) {
    return bad_input(fmt::format("{}: chunk {} has no holder, though chunk {} has (line {})", name, gap,
                                 rows.back().chunk, rows.back().line),
                     "give every chunk at least one worker");
  }
  auto made = from_pairs(gap, worker_count, pairs);
  if (made) return made;
  return bad_input(fmt::format("{}: {}", name, made.error().what), made.error().cure);
}

}  // namespace gleaner
