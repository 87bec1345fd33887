#include "work/spec_grammar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gleaner {
namespace {

constexpr std::string_view kGrammar = "write KIND:KEY=VALUE,KEY=VALUE and join several by \"+\"";

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

Result<SpecKey> parse_key(std::string_view flag, std::string_view part, std::string_view term) {
  const std::size_t equals = part.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == part.size()) {
    return bad_input(fmt::format("{}: \"{}\" in \"{}\" is not KEY=VALUE", flag, part, term),
                     std::string(kGrammar));
  }
  return SpecKey{std::string(part.substr(0, equals)), std::string(part.substr(equals + 1))};
}

Result<SpecTerm> parse_term(std::string_view flag, std::string_view text) {
  SpecTerm term;
  const std::size_t colon = text.find(':');
  const bool has_kind = colon < text.find('=') || text.find('=') == std::string_view::npos;
  std::string_view keys = text;
  if (has_kind) {
    term.kind = text.substr(0, colon);
    if (term.kind.empty()) {
      return bad_input(fmt::format("{}: \"{}\" has no kind", flag, text), std::string(kGrammar));
    }
    if (colon == std::string_view::npos) return term;
    keys = text.substr(colon + 1);
  }
  for (const std::string_view part : split(keys, ',')) {
    Result<SpecKey> key = parse_key(flag, part, text);
    if (!key) return key.error();
    if (std::ranges::find(term.keys, key.value().key, &SpecKey::key) != term.keys.end()) {
      return bad_input(fmt::format("{}: {} is given twice in \"{}\"", flag, key.value().key, text),
                       "give every key once");
    }
    term.keys.push_back(std::move(key).value());
  }
  return term;
}

// How many letters of `text` are the number before a unit: no unit begins with "e", so that is an exponent.
std::size_t number_length(std::string_view text) {
  constexpr std::string_view digits = "0123456789.+-";
  std::size_t length = std::min(text.find_first_not_of(digits), text.size());
  if (length > 0 && length < text.size() && (text[length] == 'e' || text[length] == 'E')) {
    length = std::min(text.find_first_not_of(digits, length + 1), text.size());
  }
  return length;
}

struct Unit {
  std::string_view name;
  double ns;
};
constexpr std::array<Unit, 6> kUnits = {
    {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}, {"h", 3600e9}}};

struct BandwidthUnit {
  std::string_view name;
  double bits;
};
constexpr std::array<BandwidthUnit, 4> kBandwidthUnits = {
    {{"Gbit", 1e9}, {"Mbit", 1e6}, {"kbit", 1e3}, {"bit", 1}}};
constexpr double kBandwidthMax = 1e18;

struct ByteUnit {
  std::string_view name;
  double bytes;
};
constexpr std::array<ByteUnit, 10> kByteUnits = {{{"", 1},
                                                  {"B", 1},
                                                  {"kB", 1e3},
                                                  {"MB", 1e6},
                                                  {"GB", 1e9},
                                                  {"TB", 1e12},
                                                  {"KiB", 0x1p10},
                                                  {"MiB", 0x1p20},
                                                  {"GiB", 0x1p30},
                                                  {"TiB", 0x1p40}}};
constexpr double kBytesMax = 1e18;

// The optimal string alignment distance: edits and swaps of neighbours, no letter touched twice.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(above);
    above.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

}  // namespace

Result<std::vector<SpecTerm>> parse_spec(std::string_view flag, std::string_view text) {
  if (text.empty()) return bad_input(fmt::format("{}: the value is empty", flag), std::string(kGrammar));
  std::vector<SpecTerm> terms;
  for (const std::string_view part : split(text, '+')) {
    if (part.empty()) {
      return bad_input(fmt::format("{}: nothing stands beside a \"+\" in \"{}\"", flag, text),
                       std::string(kGrammar));
    }
    Result<SpecTerm> term = parse_term(flag, part);
    if (!term) return term.error();
    terms.push_back(std::move(term).value());
  }
  return terms;
}

std::string spec_text(std::span<const SpecTerm> terms) {
  std::string text;
  for (const SpecTerm& term : terms) {
    if (!text.empty()) text += '+';
    text += term.kind;
    char separator = ':';
    for (const SpecKey& key : term.keys) {
      if (separator != ':' || !term.kind.empty()) text += separator;
      text += key.key + '=' + key.value;
      separator = ',';
    }
  }
  return text;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc{} || end != last || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t value = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc{} || end != last) return std::nullopt;
  return value;
}

Result<Duration> parse_duration(std::string_view text, TimeUnits units) {
  constexpr std::string_view cure = "write a number and ns, us, ms, s, min or h, like 20ms, 1.5s or 2min";
  const std::size_t digits = number_length(text);
  const std::optional<double> number = parse_number(text.substr(0, digits));
  const std::string_view name = text.substr(digits);
  if (!number) return bad_input(fmt::format("\"{}\" is not a time", text), std::string(cure));
  if (name.empty() && units == TimeUnits::required) {
    return bad_input(fmt::format("\"{}\" has no unit of time", text), std::string(cure));
  }
  const auto* const unit = std::ranges::find(kUnits, name.empty() ? "s" : name, &Unit::name);
  if (unit == kUnits.end()) {
    return bad_input(fmt::format("\"{}\" in \"{}\" is not a unit of time", name, text), std::string(cure));
  }
  const double ns = *number * unit->ns;
  if (ns < 0 || std::signbit(*number)) {
    return bad_input(fmt::format("\"{}\" is below 0", text), std::string(cure));
  }
  if (ns > static_cast<double>(kDurationMax.count())) {
    return bad_input(fmt::format("\"{}\" is longer than {}", text, duration_text(kDurationMax)),
                     "write a shorter time");
  }
  return Duration(static_cast<std::int64_t>(std::llround(ns)));
}

std::string duration_text(Duration d) {
  struct Scale {
    std::string_view name;
    std::int64_t ns;
    int decimals;
  };
  constexpr std::array<Scale, 4> scales = {
      {{"s", 1'000'000'000, 9}, {"ms", 1'000'000, 6}, {"us", 1'000, 3}, {"ns", 1, 0}}};
  const std::int64_t ns = d.count();
  if (ns == 0) return "0s";
  const Scale& scale = *std::ranges::find_if(scales, [ns](const Scale& s) { return ns >= s.ns; });
  std::string text = fmt::format("{}", ns / scale.ns);
  if (const std::int64_t rest = ns % scale.ns; rest != 0) {
    text += fmt::format(".{:0{}}", rest, scale.decimals);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text.append(scale.name);
}

Result<double> parse_bandwidth(std::string_view text) {
  constexpr std::string_view cure =
      "write a number and bit, kbit, Mbit or Gbit (per second), like 100Mbit; without a unit it is bytes per "
      "second";
  const std::size_t digits = number_length(text);
  const std::optional<double> number = parse_number(text.substr(0, digits));
  const std::string_view name = text.substr(digits);
  if (!number) return bad_input(fmt::format("\"{}\" is not a bandwidth", text), std::string(cure));
  const auto* const unit = std::ranges::find(kBandwidthUnits, name, &BandwidthUnit::name);
  if (!name.empty() && unit == kBandwidthUnits.end()) {
    return bad_input(fmt::format("\"{}\" in \"{}\" is not a unit of bandwidth", name, text),
                     std::string(cure));
  }
  const double bytes = name.empty() ? *number : *number * unit->bits / 8;
  if (bytes < 1 || bytes > kBandwidthMax) {
    return bad_input(fmt::format("\"{}\" is not from 1 to 10^18 bytes per second", text), std::string(cure));
  }
  return bytes;
}

std::string bandwidth_text(double bytes_per_second) {
  for (const BandwidthUnit& unit : kBandwidthUnits) {
    const double count = bytes_per_second * 8 / unit.bits;
    if (count < 1 || count * unit.bits / 8 != bytes_per_second) continue;
    std::string text = number_text(count).append(unit.name);
    if (text.size() <= 10) return text;  // digits without end say less than the bytes do
  }
  return number_text(bytes_per_second);
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
  constexpr std::string_view cure = "write a number and kB, MB, GB, KiB, MiB or GiB, like 2GiB";
  const std::size_t digits = number_length(text);
  const std::optional<double> number = parse_number(text.substr(0, digits));
  const std::string_view name = text.substr(digits);
  if (!number) return bad_input(fmt::format("\"{}\" is not a number of bytes", text), std::string(cure));
  const auto* const unit = std::ranges::find(kByteUnits, name, &ByteUnit::name);
  if (unit == kByteUnits.end()) {
    return bad_input(fmt::format("\"{}\" in \"{}\" is not a unit of memory", name, text), std::string(cure));
  }
  const double bytes = *number * unit->bytes;
  if (!(bytes >= 1 && bytes <= kBytesMax)) {
    return bad_input(fmt::format("\"{}\" is not from 1 to 10^18 bytes", text), std::string(cure));
  }
  return static_cast<std::uint64_t>(bytes);
}

std::string number_text(double value) {
  std::string text = fmt::format("{}", value);
  std::erase(text, '+');
  return text;
}

std::optional<std::string_view> nearest_name(std::string_view name, std::span<const std::string_view> known) {
  std::optional<std::string_view> best;
  std::size_t best_distance = 0;
  for (const std::string_view candidate : known) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance * 3 > std::max(name.size(), candidate.size())) continue;
    if (!best || distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

Error unknown_name(std::string_view place, std::string_view what, std::string_view name,
                   std::span<const std::string_view> known) {
  const std::optional<std::string_view> nearest = nearest_name(name, known);
  std::string cure = nearest ? fmt::format("did you mean \"{}\"? ", *nearest) : std::string();
  cure += fmt::format("known are {}", fmt::join(known, ", "));
  return bad_input(fmt::format("{}: there is no {} \"{}\"", place, what, name), std::move(cure));
}

}  // namespace gleaner
