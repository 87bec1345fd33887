#include "data/label_column.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "data/libsvm.h"
#include "data/number.h"

namespace gleaner {
namespace {

constexpr double kWholeMax = 9007199254740992.0;  // 2^53: beyond it a double skips whole numbers
constexpr const char* kOtherColumn =
    "repair it; if the labels are numbers to be met, choose --objective linear; if the labels stand in "
    "another "
    "column, name it with --label-column";

bool is_whole(double x) { return std::floor(x) == x && std::abs(x) <= kWholeMax; }

std::string name_of(double x) {
  return is_whole(x) ? fmt::format("{}", static_cast<std::int64_t>(x)) : fmt::format("{}", x);
}

std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i)
    text += (i > 0 ? ", " : "") + shown(names[i]);
  return names.size() > kShown ? fmt::format("{} and {} more", text, names.size() - kShown) : text;
}

std::optional<double> label_number(std::string_view text) {
  const std::optional<double> number = parse_whole<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

// The names of the whole numbers first..first+count-1.
std::vector<std::string> names_from(std::int64_t first, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t c = 0; c < count; ++c)
    names.push_back(std::to_string(first + static_cast<std::int64_t>(c)));
  return names;
}

}  // namespace

bool means_missing(std::string_view text) {
  constexpr std::array<std::string_view, 7> kMissing{"", "?", "na", "n/a", "nan", "null", "none"};
  if (text.size() > 4) return false;
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return std::find(kMissing.begin(), kMissing.end(), lower) != kMissing.end();
}

LabelColumn::LabelColumn(const std::filesystem::path& path, Place::Unit unit, LabelOptions options)
    : path_(path), unit_(unit), options_(std::move(options)) {}

Status LabelColumn::add(std::string_view text, std::uint64_t place) {
  if (means_missing(text))
    return unexpected(at(place), text, "a label", "give every row a label or leave the row away");
  if (options_.targets) return add_target(parse_float(text), text, place);
  const auto known = by_text_.find(text);
  if (known != by_text_.end()) {
    rows_.push_back(known->second);
    return {};
  }
  by_text_.emplace(text, static_cast<std::uint32_t>(labels_.size()));
  return add_label({std::string(text), label_number(text), place});
}

Status LabelColumn::add(double value, std::uint64_t place) {
  if (options_.targets) {
    const auto narrow = static_cast<float>(value);
    return add_target(std::isfinite(narrow) ? std::optional(narrow) : std::nullopt, fmt::format("{}", value),
                      place);
  }
  if (!std::isfinite(value)) return unexpected(at(place), fmt::format("{}", value), "a label", kOtherColumn);
  const auto known = by_number_.find(value);
  if (known != by_number_.end()) {
    rows_.push_back(known->second);
    return {};
  }
  by_number_.emplace(value, static_cast<std::uint32_t>(labels_.size()));
  return add_label({name_of(value), value, place});
}

Status LabelColumn::add_target(std::optional<float> value, std::string_view text, std::uint64_t place) {
  if (!value)
    return unexpected(at(place), text, "a finite number as the target",
                      "repair it; for labels that are classes choose another objective than linear");
  targets_.push_back(*value);
  return {};
}

Status LabelColumn::add_label(Label label) {
  if (labels_.size() == kClassesMax)
    return unexpected(at(label.place), label.text, fmt::format("at most {} different labels", kClassesMax),
                      kOtherColumn);
  rows_.push_back(static_cast<std::uint32_t>(labels_.size()));
  labels_.push_back(std::move(label));
  return {};
}

// All numbers or all words; numbers that are whole.
Status LabelColumn::check_kinds() const {
  const bool first_is_number = labels_.front().number.has_value();
  for (const Label& label : labels_) {
    if (label.number.has_value() != first_is_number)
      return unexpected(at(label.place), label.text,
                        fmt::format("a {} as a label, as {} is at {} {}", first_is_number ? "number" : "word",
                                    shown(labels_.front().text),
                                    unit_ == Place::Unit::line   ? "line"
                                    : unit_ == Place::Unit::byte ? "byte"
                                                                 : "row",
                                    labels_.front().place),
                        "write all labels as whole numbers or all as words");
    if (label.number && !is_whole(*label.number))
      return unexpected(at(label.place), label.text, "a label: a whole number or a word", kOtherColumn);
  }
  return {};
}

Status LabelColumn::check_count(std::size_t different) const {
  if (options_.classes != 0 && different > options_.classes)
    return bad_input(
        fmt::format("{} has {} different labels, expected {}", path_.string(), different, options_.classes),
        fmt::format("repair the labels or give --classes {}", different));
  if (options_.classes == 0 && different < 2)
    return bad_input(fmt::format("{} has one label only, {}, expected at least 2 different ones",
                                 path_.string(), shown(labels_.front().text)),
                     "name the column of the labels with --label-column, or give the number of --classes");
  return {};
}

Result<std::vector<std::string>> LabelColumn::names_of_numbers() const {
  std::vector<double> numbers;
  for (const Label& label : labels_) numbers.push_back(*label.number);
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  if (Status count = check_count(numbers.size()); !count) return count.error();
  const std::size_t expected = options_.classes;
  if (numbers.size() < expected) {
    const auto within = [&](double first, double last) {
      return numbers.front() >= first && numbers.back() <= last;
    };
    const auto most = static_cast<double>(expected);
    if (within(0, most - 1)) return names_from(0, expected);
    if (within(1, most)) return names_from(1, expected);
    if (expected == 2 && numbers.front() == -1) return std::vector<std::string>{"-1", "1"};
    return bad_input(
        fmt::format("{} has {} different labels from {} to {}, expected {} classes", path_.string(),
                    numbers.size(), name_of(numbers.front()), name_of(numbers.back()), expected),
        fmt::format("number the classes 0..{} or 1..{}, or leave --classes away", expected - 1, expected));
  }
  std::vector<std::string> names;
  for (const double number : numbers) names.push_back(name_of(number));
  return names;
}

Result<std::vector<std::string>> LabelColumn::names_of_words() const {
  std::vector<std::string> words;
  for (const Label& label : labels_) words.push_back(label.text);
  std::sort(words.begin(), words.end());
  if (Status count = check_count(words.size()); !count) return count.error();
  if (words.size() < options_.classes)
    return bad_input(fmt::format("{} has {} different labels, {}, expected {}", path_.string(), words.size(),
                                 some_of(words), options_.classes),
                     fmt::format("give --classes {}, or samples of every class", words.size()));
  return words;
}

Result<std::vector<std::string>> LabelColumn::names() const {
  if (options_.targets || !options_.class_names.empty()) return options_.class_names;
  GLEANER_CHECK(!labels_.empty(), "labels were added");
  if (Status kinds = check_kinds(); !kinds) return kinds.error();
  return labels_.front().number ? names_of_numbers() : names_of_words();
}

Status LabelColumn::finish(Dataset& data) {
  data.rows = rows();
  if (options_.targets) {
    data.targets = std::move(targets_);
    return {};
  }
  Result<std::vector<std::string>> names_or = names();
  if (!names_or) return names_or.error();
  data.class_names = std::move(names_or).value();
  data.classes = data.class_names.size();
  std::unordered_map<std::string_view, std::size_t> class_of;
  for (std::size_t c = 0; c < data.classes; ++c) class_of.emplace(data.class_names[c], c);
  std::vector<float> number_of;
  for (const Label& label : labels_) {
    auto found = class_of.find(label.text);
    if (found == class_of.end() && label.number) found = class_of.find(name_of(*label.number));
    if (found == class_of.end())
      return unexpected(at(label.place), label.text,
                        fmt::format("a label of the training set: {}", some_of(data.class_names)),
                        "repair it, or train on samples of that class too");
    number_of.push_back(static_cast<float>(found->second));
  }
  data.labels.reserve(rows_.size());
  for (const std::uint32_t label : rows_) data.labels.push_back(number_of[label]);
  return {};
}

}  // namespace gleaner
