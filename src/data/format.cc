#include "data/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "data/byte_source.h"
#include "data/number.h"
#include "data/place.h"

namespace gleaner {
namespace {

constexpr std::size_t kLookedAt = std::size_t{1} << 16;
constexpr std::string_view kBlanks = " \t\r";

bool is_named_csv(std::filesystem::path path) {
  const auto extension = [&] {
    std::string text = path.extension().string();
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
  };
  if (extension() == ".gz") path = path.stem();
  return extension() == ".csv" || extension() == ".tsv";
}

std::string_view first_line_of(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::size_t first = line.find_first_not_of(kBlanks);
    if (first != std::string_view::npos && line[first] != '#') return line.substr(0, line.find('#'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return {};
}

// "LABEL FEATURE:VALUE FEATURE:VALUE ..".
bool looks_like_libsvm(std::string_view line) {
  bool first = true;
  for (;;) {
    const std::size_t begin = std::min(line.find_first_not_of(kBlanks), line.size());
    const std::size_t end = std::min(line.find_first_of(kBlanks, begin), line.size());
    const std::string_view word = line.substr(begin, end - begin);
    line.remove_prefix(end);
    if (word.empty()) return !first;
    if (first && !parse_whole<double>(word)) return false;
    if (!first && word.find(':') == std::string_view::npos) return false;
    first = false;
  }
}

// Text has no control characters but tabs and line ends; UTF-16 is told by its mark.
Status check_text(const std::filesystem::path& path, std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return bad_input(fmt::format("{} is UTF-16 text, expected UTF-8", path.string()), "save it as UTF-8");
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= ' ' || byte == '\t' || byte == '\n' || byte == '\r') continue;
    return bad_input(fmt::format("{}: at byte {}: found {:02x}, which is in no text", path.string(), i, byte),
                     "give IDX, NPY, LIBSVM or CSV, plain or gzip");
  }
  return {};
}

}  // namespace

Result<DataFormat> parse_data_format(std::string_view name) {
  if (name == "auto") return DataFormat::automatic;
  if (name == "idx") return DataFormat::idx;
  if (name == "libsvm") return DataFormat::libsvm;
  if (name == "csv") return DataFormat::csv;
  if (name == "npy") return DataFormat::npy;
  if (name == "pt") return DataFormat::tensor;
  return bad_input(fmt::format("there is no data format {}", shown(name)),
                   "give --format auto, idx, libsvm, csv, npy or pt");
}

Result<DataFormat> detect_format(const std::filesystem::path& path) {
  const Result<std::string> start = read_first_bytes(path, kLookedAt);
  if (!start) return start.error();
  const std::string_view text = start.value();
  if (text.starts_with(std::string_view("\0\0", 2))) return DataFormat::idx;
  if (text.starts_with("\x93NUMPY")) return DataFormat::npy;
  if (path.extension() == ".pt") return DataFormat::tensor;
  if (text.starts_with("PK\3\4"))
    return bad_input(
        fmt::format("{} is an archive (.npz or .zip), expected IDX, LIBSVM, CSV or NPY", path.string()),
        "save its arrays one by one with numpy.save, or unpack it");
  if (Status is_text = check_text(path, text); !is_text) return is_text.error();
  if (is_named_csv(path)) return DataFormat::csv;
  std::string_view line = first_line_of(text);
  if (text.size() == kLookedAt && line.end() == text.end())
    line = line.substr(0, line.find_last_of(kBlanks));  // the last word may be cut
  if (looks_like_libsvm(line)) return DataFormat::libsvm;
  return line.find_first_of(",;\t") != std::string_view::npos ? DataFormat::csv : DataFormat::libsvm;
}

}  // namespace gleaner
