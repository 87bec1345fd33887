#include "work/spec_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gleaner {

const std::string* SpecReader::find(std::string_view key) {
  if (std::ranges::find(asked_, key) == asked_.end()) asked_.push_back(key);
  const auto at = std::ranges::find(term_.keys, key, &SpecKey::key);
  return at == term_.keys.end() ? nullptr : &at->value;
}

void SpecReader::fail(Error error) {
  if (!error_) error_ = std::move(error);
}

std::string SpecReader::of_kind() const {
  return term_.kind.empty() ? std::string() : fmt::format(" of \"{}\"", term_.kind);
}

void SpecReader::missing(std::string_view key) {
  fail(bad_input(fmt::format("{}: \"{}\" needs the key {}", flag_, term_.kind, key),
                 fmt::format("write {}:{}=...", term_.kind, key)));
}

void SpecReader::refuse(std::string_view key, std::string_view expected) {
  const auto at = std::ranges::find(term_.keys, key, &SpecKey::key);
  const std::string_view value = at == term_.keys.end() ? std::string_view() : at->value;
  fail(bad_input(fmt::format("{}: {}={}{} is not {}", flag_, key, value, of_kind(), expected),
                 fmt::format("give {} as {}", key, expected)));
}

Duration SpecReader::any_duration(std::string_view key, std::optional<Duration> fallback) {
  const std::string* const value = find(key);
  if (value == nullptr) {
    if (!fallback) missing(key);
    return fallback.value_or(Duration(0));
  }
  const Result<Duration> time = parse_duration(*value, units_);
  if (!time) {
    fail(bad_input(fmt::format("{}: {}{}: {}", flag_, key, of_kind(), time.error().what), time.error().cure));
    return Duration(0);
  }
  return time.value();
}

Duration SpecReader::duration(std::string_view key, std::optional<Duration> fallback) {
  const Duration time = any_duration(key, fallback);
  if (time <= Duration(0) && find(key) != nullptr) refuse(key, "a time above 0");
  return time;
}

Duration SpecReader::duration_from_zero(std::string_view key, std::optional<Duration> fallback) {
  return any_duration(key, fallback);
}

double SpecReader::bandwidth(std::string_view key, double fallback) {
  const std::string* const value = find(key);
  if (value == nullptr) return fallback;
  const Result<double> bandwidth = parse_bandwidth(*value);
  if (bandwidth) return bandwidth.value();
  fail(bad_input(fmt::format("{}: {}{}: {}", flag_, key, of_kind(), bandwidth.error().what),
                 bandwidth.error().cure));
  return fallback;
}

double SpecReader::number(std::string_view key, const NumberRule& rule, std::optional<double> fallback) {
  const std::string* const value = find(key);
  if (value == nullptr) {
    if (!fallback) missing(key);
    return fallback.value_or(0);
  }
  const std::optional<double> number = parse_number(*value);
  if (!number || !rule.fits(*number)) refuse(key, rule.expected);
  return number.value_or(0);
}

std::string SpecReader::word(std::string_view key, std::optional<std::string_view> fallback) {
  const std::string* const value = find(key);
  if (value != nullptr) return *value;
  if (!fallback) missing(key);
  return std::string(fallback.value_or(""));
}

std::optional<std::uint64_t> SpecReader::count_if_given(std::string_view key) {
  const std::string* const value = find(key);
  if (value == nullptr) return std::nullopt;
  const std::optional<std::uint64_t> count = parse_count(*value);
  if (!count || *count == 0) refuse(key, "a whole number from 1 on");
  return count;
}

std::size_t SpecReader::choice(std::string_view key, std::span<const std::string_view> names,
                               std::size_t fallback) {
  const std::string* const value = find(key);
  if (value == nullptr) return fallback;
  const auto at = std::ranges::find(names, *value);
  if (at == names.end()) {
    fail(unknown_name(fmt::format("{}: {}{}", flag_, key, of_kind()), "value", *value, names));
    return fallback;
  }
  return static_cast<std::size_t>(at - names.begin());
}

std::vector<WorkerId> SpecReader::workers_if_given(std::string_view key) {
  const std::string* const value = find(key);
  if (value == nullptr) return {};
  std::vector<WorkerId> workers;
  for (std::string_view rest = *value;;) {
    const std::size_t end = rest.find('/');
    const std::optional<std::uint64_t> id = parse_count(rest.substr(0, end));
    if (!id || *id > std::numeric_limits<std::uint32_t>::max()) {
      refuse(key, "a list of workers like 2/5, numbered from 0");
      return {};
    }
    workers.emplace_back(static_cast<std::uint32_t>(*id));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  std::ranges::sort(workers);
  if (std::ranges::adjacent_find(workers) != workers.end()) refuse(key, "a list of different workers");
  return workers;
}

Status SpecReader::finish() const {
  for (const SpecKey& given : term_.keys) {
    if (std::ranges::find(asked_, given.key) == asked_.end()) {
      const std::string place =
          term_.kind.empty() ? std::string(flag_) : fmt::format("{}: \"{}\"", flag_, term_.kind);
      return unknown_name(place, "key", given.key, asked_);
    }
  }
  if (error_) return *error_;
  return {};
}

std::string workers_text(std::span<const WorkerId> workers) {
  std::vector<std::uint32_t> ids;
  for (const WorkerId worker : workers) ids.push_back(worker.value);
  return fmt::format("{}", fmt::join(ids, "/"));
}

}  // namespace gleaner
