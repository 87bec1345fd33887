#include "data/libsvm.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

#include "data/bytes.h"

namespace gleaner {
namespace {

// Column numbers are bounded so that a slip of the pen cannot ask for a model of terabytes.
constexpr std::uint64_t kFeaturesMax = std::uint64_t{1} << 26;
constexpr double kClassesMax = 65536;
constexpr const char* kBlanks = " \t\r";

struct Reader {
  const std::filesystem::path& path;
  Dataset data;
  std::vector<std::int32_t> raw_labels;
  std::vector<std::size_t> line_of_row;
  std::size_t line = 0;

  [[nodiscard]] Error malformed(std::string_view found, std::string_view expected) const {
    return malformed_at(line, found, expected);
  }
  [[nodiscard]] Error malformed_at(std::size_t where, std::string_view found,
                                   std::string_view expected) const {
    return bad_input(
        fmt::format("{}:{}: found {}, expected {}", path.string(), where, quoted(found), expected),
        "repair that line, or name the right file");
  }
};

// Takes the next word off `text`; empty at its end.
std::string_view next_word(std::string_view& text) {
  const std::size_t first = std::min(text.find_first_not_of(kBlanks), text.size());
  const std::size_t last = std::min(text.find_first_of(kBlanks, first), text.size());
  const std::string_view word = text.substr(first, last - first);
  text.remove_prefix(last);
  return word;
}

// The whole of `text` as a number; from_chars alone would not take a leading '+'.
template <class T>
std::optional<T> number(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  T value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Status read_entry(Reader& reader, std::string_view word, std::uint64_t& previous) {
  Dataset& data = reader.data;
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos) return reader.malformed(word, "FEATURE:VALUE");
  const std::optional<std::uint64_t> feature = number<std::uint64_t>(word.substr(0, colon));
  if (!feature || *feature < 1 || *feature > kFeaturesMax)
    return reader.malformed(word, fmt::format("a feature number in 1..{} before ':'", kFeaturesMax));
  if (*feature <= previous)
    return reader.malformed(word, fmt::format("a feature above {}, as features ascend", previous));
  previous = *feature;
  const std::optional<double> value = number<double>(word.substr(colon + 1));
  if (!value || !(std::abs(*value) <= std::numeric_limits<float>::max()))
    return reader.malformed(word, "a finite value after ':'");
  const auto narrow = static_cast<float>(*value);
  data.features = std::max<std::size_t>(data.features, *feature);
  if (narrow == 0) return {};
  data.columns.push_back(static_cast<std::uint32_t>(*feature - 1));
  data.values.push_back(narrow);
  return {};
}

Status read_line(Reader& reader, std::string_view text) {
  text = text.substr(0, text.find('#'));
  const std::string_view first = next_word(text);
  if (first.empty()) return {};
  const std::optional<double> label = number<double>(first);
  if (!label || !(*label >= -1 && *label <= kClassesMax) || std::floor(*label) != *label)
    return reader.malformed(first, "a label: -1 or +1, or a class number");
  reader.raw_labels.push_back(static_cast<std::int32_t>(*label));
  reader.line_of_row.push_back(reader.line);
  std::uint64_t previous = 0;
  for (std::string_view word = next_word(text); !word.empty(); word = next_word(text)) {
    if (Status entry = read_entry(reader, word, previous); !entry) return entry;
  }
  reader.data.offsets.push_back(reader.data.columns.size());
  return {};
}

LabelRule rule_of(const std::vector<std::int32_t>& labels) {
  const auto occurs = [&](std::int32_t label) {
    return std::find(labels.begin(), labels.end(), label) != labels.end();
  };
  if (occurs(-1)) return LabelRule::minus_plus;
  const bool above_one = *std::max_element(labels.begin(), labels.end()) > 1;
  return !occurs(0) && above_one ? LabelRule::from_one : LabelRule::as_is;
}

// The class number of a label under a rule; below 0 if the rule has no such label.
std::int32_t class_of(std::int32_t label, LabelRule rule) {
  switch (rule) {
    case LabelRule::as_is: return label;
    case LabelRule::minus_plus: return label == 1 ? 1 : (label == -1 ? 0 : -1);
    case LabelRule::from_one: return label - 1;
  }
  return -1;
}

const char* labels_of(LabelRule rule) {
  switch (rule) {
    case LabelRule::as_is: return "a class number from 0, as other labels of this set are";
    case LabelRule::minus_plus: return "-1 or +1, as other labels of this set are";
    case LabelRule::from_one: return "a class number from 1, as other labels of this set are";
  }
  return "";
}

Status map_labels(Reader& reader, std::optional<LabelRule> given) {
  Dataset& data = reader.data;
  data.label_rule = given.value_or(rule_of(reader.raw_labels));
  data.classes = 2;
  for (std::size_t row = 0; row < reader.raw_labels.size(); ++row) {
    const std::int32_t raw = reader.raw_labels[row];
    const std::int32_t number_of_class = class_of(raw, data.label_rule);
    if (number_of_class < 0)
      return reader.malformed_at(reader.line_of_row[row], std::to_string(raw), labels_of(data.label_rule));
    data.labels.push_back(static_cast<float>(number_of_class));
    data.classes = std::max(data.classes, static_cast<std::size_t>(number_of_class) + 1);
  }
  return {};
}

}  // namespace

Result<Dataset> read_libsvm(const std::filesystem::path& path, const LibsvmOptions& options) {
  Result<std::string> bytes = read_bytes(path);
  if (!bytes) return bytes.error();
  Reader reader{path, {}, {}, {}, 0};
  reader.data.name = path.filename().string();
  reader.data.features = options.min_features;
  reader.data.offsets.push_back(0);
  std::string_view rest = bytes.value();
  while (!rest.empty()) {
    ++reader.line;
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (Status read = read_line(reader, line); !read) return read.error();
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  if (reader.raw_labels.empty())
    return bad_input(fmt::format("{} has no samples", path.string()), "name a file with LIBSVM lines");
  reader.data.rows = reader.raw_labels.size();
  if (Status mapped = map_labels(reader, options.label_rule); !mapped) return mapped.error();
  return std::move(reader.data);
}

}  // namespace gleaner
