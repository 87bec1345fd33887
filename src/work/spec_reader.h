// Reads the keys of one SpecTerm into typed values, with errors that say what was expected.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "work/spec_grammar.h"

namespace gleaner {

/// Which numbers a key takes, and how that is said to a person.
struct NumberRule {
  bool (*fits)(double);
  std::string_view expected;
};
constexpr NumberRule kAboveZero{[](double x) { return x > 0; }, "a number above 0"};
constexpr NumberRule kNotNegative{[](double x) { return x >= 0; }, "a number from 0 on"};
constexpr NumberRule kAtLeastOne{[](double x) { return x >= 1; }, "a number from 1 on"};
constexpr NumberRule kBelowOne{[](double x) { return x >= 0 && x < 1; }, "a probability from 0 on, below 1"};
constexpr NumberRule kProbability{[](double x) { return x >= 0 && x <= 1; }, "a probability from 0 to 1"};

/// Every key that is asked for becomes a known key; finish() then reports keys that nobody asked for.
///
/// A getter never fails on the spot: it returns its fallback (or a zero), and the first error waits for
/// finish(). Where a fallback is an empty optional the key is required. Keeps references to `term` and
/// `flag`. Not thread safe. REQUIRES: finish() is called before any value is used.
class SpecReader {
 public:
  SpecReader(std::string_view flag, const SpecTerm& term, TimeUnits units)
      : flag_(flag), term_(term), units_(units) {}

  /// A time above 0.
  Duration duration(std::string_view key, std::optional<Duration> fallback = std::nullopt);
  /// A time from 0 on.
  Duration duration_from_zero(std::string_view key, std::optional<Duration> fallback = std::nullopt);
  /// Bytes per second (parse_bandwidth), or the fallback when the key is absent.
  double bandwidth(std::string_view key, double fallback);
  double number(std::string_view key, const NumberRule& rule, std::optional<double> fallback = std::nullopt);
  std::string word(std::string_view key, std::optional<std::string_view> fallback = std::nullopt);
  /// A whole number from 1 on; nothing when the key is absent.
  std::optional<std::uint64_t> count_if_given(std::string_view key);
  /// The index in `names` of the value.
  std::size_t choice(std::string_view key, std::span<const std::string_view> names, std::size_t fallback);
  /// "2/5": distinct workers, ascending; empty when the key is absent.
  std::vector<WorkerId> workers_if_given(std::string_view key);
  /// Adds an error of the caller's own about `key` and its value, e.g. of two keys that contradict each
  /// other.
  void refuse(std::string_view key, std::string_view expected);

  /// The first of: a key that was never asked for (a misspelt key explains a missing one), a bad value.
  [[nodiscard]] Status finish() const;

 private:
  const std::string* find(std::string_view key);
  Duration any_duration(std::string_view key, std::optional<Duration> fallback);
  /// Where a key stands: ` of "KIND"`, or nothing in a term without a kind.
  [[nodiscard]] std::string of_kind() const;
  void missing(std::string_view key);
  void fail(Error error);

  std::string_view flag_;
  const SpecTerm& term_;
  TimeUnits units_;
  std::vector<std::string_view> asked_;
  std::optional<Error> error_;
};

/// "2/5".
[[nodiscard]] std::string workers_text(std::span<const WorkerId> workers);

}  // namespace gleaner
