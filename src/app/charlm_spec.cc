#include "app/charlm_spec.h"

#include <fmt/format.h>

#include "work/spec_grammar.h"
#include "work/spec_reader.h"

namespace gleaner {
namespace {

constexpr std::string_view kLicences = "/usr/share/common-licenses";
constexpr std::string_view kFlag = "--transformer";
// A slip rather than a wish: 4 of these make a vector of many gigabytes.
constexpr std::size_t kLayersMax = 1000, kWidthMax = 1U << 16U, kContextMax = 1U << 16U;

}  // namespace

Result<CharlmShape> parse_charlm(std::string_view text) {
  CharlmShape shape;
  if (text.empty()) return shape;
  const Result<std::vector<SpecTerm>> terms = parse_spec(kFlag, text);
  if (!terms) return terms.error();
  if (terms.value().size() != 1 || !terms.value().front().kind.empty()) {
    return bad_input(fmt::format("{} {} is no list of sizes", kFlag, text),
                     "give it like layers=2,heads=4,width=64,context=64");
  }
  SpecReader read(kFlag, terms.value().front(), TimeUnits::required);
  const auto take = [&](std::string_view key, std::size_t& size, std::size_t most) {
    size = static_cast<std::size_t>(read.count_if_given(key).value_or(size));
    if (size > most) read.refuse(key, fmt::format("a number up to {}", most));
  };
  take("layers", shape.layers, kLayersMax);
  take("heads", shape.heads, kWidthMax);
  take("width", shape.width, kWidthMax);
  take("context", shape.context, kContextMax);
  if (Status s = read.finish(); !s) return s.error();
  if (shape.width % shape.heads == 0) return shape;
  return bad_input(fmt::format("{}: width={} is no multiple of heads={}", kFlag, shape.width, shape.heads),
                   "give each head as many numbers");
}

std::vector<std::filesystem::path> paths_of_text(std::string_view text) {
  if (text.empty()) text = kLicences;
  std::vector<std::filesystem::path> paths;
  while (true) {
    const auto comma = text.find(',');
    if (const std::string_view path = text.substr(0, comma); !path.empty()) paths.emplace_back(path);
    if (comma == std::string_view::npos) return paths;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace gleaner
