#include "data/libsvm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/number.h"

namespace gleaner {
namespace {

constexpr const char* kBlanks = " \t\r";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Takes the next word off `text`; empty at its end.
std::string_view next_word(std::string_view& text) {
  const char* const end = text.data() + text.size();
  const char* first = text.data();
  while (first != end && is_blank(*first)) ++first;
  const char* last = first;
  while (last != end && !is_blank(*last)) ++last;
  text = std::string_view(last, static_cast<std::size_t>(end - last));
  return {first, static_cast<std::size_t>(last - first)};
}

// The entry FEATURE:VALUE at `at` if it is written plainly: up to nine digits, ':', a number, and then a
// blank or the end. Its end; null otherwise.
const char* scan_entry(const char* at, const char* end, std::uint64_t& feature, float& value) {
  const char* const digits = at;
  feature = 0;
  for (; at != end && *at >= '0' && *at <= '9'; ++at)
    feature = feature * 10 + static_cast<std::uint64_t>(*at - '0');
  if (at == end || *at != ':' || at - digits > 9) return nullptr;
  at = scan_float(at + 1, end, value);
  return at != nullptr && (at == end || is_blank(*at)) ? at : nullptr;
}

void append_entry(std::uint64_t feature, float value, Dataset& data) {
  data.features = std::max<std::size_t>(data.features, feature);
  if (value == 0) return;
  data.columns.push_back(static_cast<std::uint32_t>(feature - 1));
  data.values.push_back(value);
}

}  // namespace

Error Libsvm::malformed(std::uint64_t line, std::string_view found, std::string_view expected) const {
  return unexpected({path_, Place::Unit::line, line}, found, expected,
                    "repair that line, or name the right file");
}

Dataset Libsvm::start() const {
  Dataset data;
  data.features = options_.features_min;
  data.offsets.push_back(0);
  return data;
}

std::string_view Libsvm::row_of(std::string_view text, std::uint64_t) const {
  text = text.substr(0, text.find('#'));
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

Status Libsvm::read_label(std::string_view word, std::uint64_t line, LabelColumn& labels) const {
  const std::optional<double> number = parse_whole<double>(word);
  if (!number || !std::isfinite(*number))
    return malformed(line, word, "a label: a number, such as -1, 0 or 3");
  return labels.add(word, line);
}

// The feature number before the ':' of an entry.
Result<std::uint64_t> Libsvm::feature_of(std::string_view word, std::uint64_t line) const {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos)
    return unexpected(
        {path_, Place::Unit::line, line}, word, "FEATURE:VALUE",
        "repair that line; the columns of a table of numbers are to be separated by ',' ';' or tabs");
  const std::optional<std::uint64_t> feature = parse_whole<std::uint64_t>(word.substr(0, colon));
  if (!feature || *feature < 1 || *feature > kFeaturesMax)
    return malformed(line, word, fmt::format("a feature number in 1..{} before ':'", kFeaturesMax));
  if (options_.features_max && *feature > *options_.features_max)
    return unexpected({path_, Place::Unit::line, line}, word,
                      fmt::format("a feature in 1..{}, as the training set has", *options_.features_max),
                      fmt::format("leave it away, or train with --features {} or more", *feature));
  return *feature;
}

Status Libsvm::read_entry(std::string_view word, std::uint64_t line, std::uint64_t& previous,
                          Dataset& data) const {
  const Result<std::uint64_t> feature = feature_of(word, line);
  if (!feature) return feature.error();
  if (feature.value() <= previous)
    return malformed(line, word, fmt::format("a feature above {}, as features ascend", previous));
  previous = feature.value();
  const std::optional<float> value = parse_float(word.substr(word.find(':') + 1));
  if (!value) return malformed(line, word, "a finite value after ':'");
  append_entry(previous, *value, data);
  return {};
}

Status Libsvm::read_row(std::string_view row, std::uint64_t line, Dataset& data, LabelColumn& labels) {
  if (Status label = read_label(next_word(row), line, labels); !label) return label;
  const std::uint64_t feature_max = options_.features_max.value_or(kFeaturesMax);
  std::uint64_t previous = 0;
  for (;;) {
    while (!row.empty() && is_blank(row.front())) row.remove_prefix(1);
    if (row.empty()) break;
    std::uint64_t feature = 0;
    float value = 0;
    const char* const end = scan_entry(row.data(), row.data() + row.size(), feature, value);
    if (end != nullptr && feature > previous && feature <= feature_max) {
      append_entry(feature, value, data);
      previous = feature;
      row.remove_prefix(static_cast<std::size_t>(end - row.data()));
    } else if (Status entry = read_entry(next_word(row), line, previous, data); !entry) {
      return entry;
    }
  }
  data.offsets.push_back(data.columns.size());
  return {};
}

// Features ascend, so the last one of a row is its largest.
Status Libsvm::skim_row(std::string_view row, std::uint64_t line, Dataset& data, LabelColumn& labels) {
  if (Status label = read_label(next_word(row), line, labels); !label) return label;
  const std::size_t blank = row.find_last_of(kBlanks);
  if (blank == std::string_view::npos) return {};
  const Result<std::uint64_t> feature = feature_of(row.substr(blank + 1), line);
  if (!feature) return feature.error();
  data.features = std::max<std::size_t>(data.features, feature.value());
  return {};
}

}  // namespace gleaner
