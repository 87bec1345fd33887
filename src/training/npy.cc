#include "training/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>

#include "training/model.h"

namespace gleaner {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie in memory");

constexpr std::string_view kMagic = "\x93NUMPY";

std::size_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

struct Header {
  std::string type;
  std::string order;
  std::vector<std::size_t> shape;
};

// Takes `prefix` off the front of `text`, or says that it is not there.
bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::string_view take_until(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

std::optional<std::vector<std::size_t>> parse_shape(std::string_view list) {
  std::vector<std::size_t> shape;
  while (!list.empty()) {
    const std::string_view number = take_until(list, ',');
    std::size_t n = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), n);
    if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
    shape.push_back(n);
  }
  return shape;
}

// numpy sorts the keys: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }
std::optional<Header> parse_header(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  std::string_view rest(text);
  Header header;
  if (!take(rest, "{'descr':'")) return std::nullopt;
  header.type = take_until(rest, '\'');
  if (!take(rest, ",'fortran_order':")) return std::nullopt;
  header.order = take_until(rest, ',');
  if (!take(rest, "'shape':(")) return std::nullopt;
  auto shape = parse_shape(take_until(rest, ')'));
  if (!shape || (rest != ",}" && rest != "}")) return std::nullopt;
  header.shape = std::move(*shape);
  return header;
}

}  // namespace

std::string npy_header(const std::vector<std::size_t>& shape) {
  std::string text =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': {}, }}", shape_text(shape));
  constexpr std::size_t kBefore = 10;
  text.append((64 - (kBefore + text.size() + 1) % 64) % 64, ' ');
  text += '\n';
  std::string header(kMagic);
  header += '\x01';
  header += '\0';
  header += static_cast<char>(text.size() & 0xFFU);
  header += static_cast<char>(text.size() >> 8U);
  return header + text;
}

Result<NpyArray> parse_npy(std::string_view bytes) {
  constexpr std::size_t kVersionAt = 6;
  if (bytes.size() < 12 || !bytes.starts_with(kMagic)) return bad_input("does not begin as a numpy array");
  const std::size_t version = byte_at(bytes, kVersionAt);
  if (version < 1 || version > 3) return bad_input(fmt::format("has the unknown format {}", version));
  std::size_t length = byte_at(bytes, 8) | byte_at(bytes, 9) << 8U;
  if (version > 1) length |= byte_at(bytes, 10) << 16U | byte_at(bytes, 11) << 24U;
  bytes.remove_prefix(version > 1 ? 12 : 10);
  if (length > bytes.size()) return bad_input("ends within its header");
  const std::optional<Header> header = parse_header(std::string(bytes.substr(0, length)));
  bytes.remove_prefix(length);
  if (!header) return bad_input("has a header that numpy does not write");
  if (header->type != "<f4") return bad_input(fmt::format("has the type '{}', expected '<f4'", header->type));
  if (header->order != "False") return bad_input("is in Fortran order, expected C order");
  const std::optional<std::size_t> count = count_of_shape(header->shape);
  if (!count || *count * sizeof(float) != bytes.size()) {
    return bad_input(fmt::format("has {} bytes of numbers, which do not fill the shape {}", bytes.size(),
                                 shape_text(header->shape)));
  }
  return NpyArray{header->shape, bytes};
}

}  // namespace gleaner
