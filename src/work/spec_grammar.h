// The one grammar of flags such as --speeds and --faults:
//
//     KIND[:KEY=VALUE[,KEY=VALUE...]] joined by "+"; a list inside a value uses "/".
//
// No blanks are skipped and there is no quoting: a value holds none of the characters "+" and ",".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace gleaner {

/// One KEY=VALUE, as it was written.
struct SpecKey {
  std::string key;
  std::string value;
  bool operator==(const SpecKey&) const = default;
};

/// One KIND with its keys, in the order in which they were written. A term that begins with KEY=VALUE, as in
/// "latency=5ms,loss=.1", has an empty kind.
struct SpecTerm {
  std::string kind;
  std::vector<SpecKey> keys;
  bool operator==(const SpecTerm&) const = default;
};

/// Cuts the text of `flag` into its terms, at least one. What the kinds and keys mean is for the caller: see
/// spec_reader.h. Errors, each naming the flag and the bad part: an empty text, term, kind, key or value; a
/// part without "="; a key given twice.
Result<std::vector<SpecTerm>> parse_spec(std::string_view flag, std::string_view text);

/// The terms as text again: parse_spec(flag, spec_text(terms)) gives the same terms.
[[nodiscard]] std::string spec_text(std::span<const SpecTerm> terms);

/// Whether a time must name its unit (`train`) or may be a plain number of seconds (`simulate`).
enum class TimeUnits : std::uint8_t { required, optional };

/// "20ms", "3s", "1.5us", "1e-3s", "2min": a number and one of ns, us, ms, s, min, h, rounded to whole
/// nanoseconds. Errors: not a number, no unit where one is required, an unknown unit, below 0, above
/// kDurationMax.
Result<Duration> parse_duration(std::string_view text, TimeUnits units);

/// 10^9 seconds: no time given by a user or drawn for a chunk is longer.
constexpr Duration kDurationMax = std::chrono::seconds(1'000'000'000);

/// The shortest spelling that parse_duration reads back as the same value: "40ms", "1.5us", "120s".
[[nodiscard]] std::string duration_text(Duration d);

/// Bytes per second: "100Mbit" is 100 10^6 bits per second, 12.5 10^6 bytes; units bit, kbit, Mbit, Gbit, and
/// bytes per second without one. Errors: not a number, an unknown unit, less than 1 byte or more than 10^18
/// bytes per second.
Result<double> parse_bandwidth(std::string_view text);

/// A spelling that parse_bandwidth reads back as the same value: with a unit where that is exact.
[[nodiscard]] std::string bandwidth_text(double bytes_per_second);

/// "2GiB", "500MB", "4096": a number and B, kB, MB, GB, TB (thousands) or KiB, MiB, GiB, TiB (1024ths), bytes
/// without a unit. Errors: not a number, an unknown unit, less than 1 byte or more than 10^18.
Result<std::uint64_t> parse_bytes(std::string_view text);

/// The shortest spelling that parse_number reads back as the same value; it holds no "+", which would end a
/// term ("1e20").
[[nodiscard]] std::string number_text(double value);

/// A finite decimal number that fills the whole text; nothing otherwise.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);
/// The same for a whole number from 0 on, digits only.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);

/// The known name nearest to `name` by edit distance (insert, delete, replace, swap neighbours), the first of
/// several. Nothing when even that one differs in more than a third of the letters of the longer name.
[[nodiscard]] std::optional<std::string_view> nearest_name(std::string_view name,
                                                           std::span<const std::string_view> known);

/// The Error for an unknown name: `place` says where it stands ("--speeds"), `what` what it is ("kind"). The
/// cure is the nearest name, if there is one, and the list of the known ones.
[[nodiscard]] Error unknown_name(std::string_view place, std::string_view what, std::string_view name,
                                 std::span<const std::string_view> known);

}  // namespace gleaner
