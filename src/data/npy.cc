#include "data/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "data/place.h"

namespace gleaner {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kHeaderMax = std::size_t{1} << 16;
constexpr const char* kCure = "give an unbroken file written by numpy.save";

constexpr std::array<std::pair<std::string_view, ElementType>, 6> kTypes{{{"<f4", ElementType::f32},
                                                                          {"<f8", ElementType::f64},
                                                                          {"|u1", ElementType::u8},
                                                                          {"|b1", ElementType::bool8},
                                                                          {"<i4", ElementType::i32},
                                                                          {"<i8", ElementType::i64}}};

// The Python dictionary of the header, word by word.
class Header {
 public:
  Header(const std::filesystem::path& path, ArrayUse use, std::uint64_t offset, std::string_view text)
      : path_(path), use_(use), offset_(offset), text_(text) {}

  [[nodiscard]] Result<ArrayLayout> read() {
    if (!take('{')) return expected("'{'");
    while (!take('}')) {
      const std::optional<std::string_view> key = word();
      if (!key || !take(':')) return expected("a key such as 'descr' and ':'");
      if (Status value = read_value(*key); !value) return value.error();
      if (!take(',') && peek() != '}') return expected("',' or '}'");
    }
    skip_blanks();
    if (at_ < text_.size()) return expected("the end of the header");
    if (seen_ != 7) return expected("all of 'descr', 'fortran_order' and 'shape' before the end");
    return layout_;
  }

 private:
  Error expected(std::string_view what) const {
    const std::string found = at_ < text_.size() ? shown(text_.substr(at_, 12)) : "the end";
    return malformed_at(path_, offset_ + at_, fmt::format("found {}, expected {}", found, what), kCure);
  }
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \n", at_), text_.size()); }
  char peek() {
    skip_blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view name) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(name)) return false;
    at_ += name.size();
    return true;
  }
  // 'TEXT' or "TEXT", without escapes.
  std::optional<std::string_view> word() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') return std::nullopt;
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return inside;
  }

  Status read_value(std::string_view key) {
    if (key == "descr") return read_type();
    if (key == "shape") return read_shape();
    if (key != "fortran_order") {
      at_ -= key.size() + 3;
      return expected("one of 'descr', 'fortran_order', 'shape'");
    }
    layout_.column_major = take("True");
    if (!layout_.column_major && !take("False")) return expected("True or False");
    seen_ |= 1U;
    return {};
  }

  Status read_type() {
    skip_blanks();
    const std::size_t start = at_;
    const std::optional<std::string_view> name = word();
    for (const auto& [known, type] : kTypes) {
      if (name != known) continue;
      layout_.type = type;
      seen_ |= 2U;
      return {};
    }
    return malformed_at(
        path_, offset_ + start,
        fmt::format("found elements of type {}, expected <f4, <f8, |u1, |b1, <i4 or <i8",
                    shown(name ? *name : text_.substr(start, 12))),
        use_ == ArrayUse::features
            ? "save the array as floats: numpy.save(file, array.astype('<f4'))"
            : "save numbers as labels: numpy.save(file, numpy.unique(labels, return_inverse=True)[1])");
  }

  Status read_shape() {
    if (!take('(')) return expected("a shape such as (3, 4)");
    layout_.sizes.clear();
    while (!take(')')) {
      skip_blanks();
      std::uint64_t size = 0;
      const auto [end, code] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), size);
      if (code != std::errc{}) return expected("a size");
      at_ = static_cast<std::size_t>(end - text_.data());
      layout_.sizes.push_back(size);
      if (!take(',') && peek() != ')') return expected("',' or ')'");
    }
    seen_ |= 4U;
    return {};
  }

  const std::filesystem::path& path_;
  ArrayUse use_;
  std::uint64_t offset_;
  std::string_view text_;
  std::size_t at_ = 0;
  unsigned seen_ = 0;
  ArrayLayout layout_;
};

std::string shape_text(const std::vector<std::uint64_t>& sizes) {
  return fmt::format("({}{})", fmt::join(sizes, ", "), sizes.size() == 1 ? "," : "");
}

Status check_shape(const std::filesystem::path& path, const ArrayLayout& layout, ArrayUse use) {
  const std::vector<std::uint64_t>& sizes = layout.sizes;
  const std::string found = fmt::format("{} has the shape {}", path.string(), shape_text(sizes));
  if (use == ArrayUse::labels) {
    if (sizes.size() == 1 || (sizes.size() == 2 && sizes[1] == 1)) return {};
    return bad_input(found + ", expected (samples,) for labels",
                     "save one label per sample, as array.ravel()");
  }
  if (sizes.size() < 2)
    return bad_input(found + ", expected (samples, features)", "save features as array.reshape(samples, -1)");
  if (layout.column_major && sizes.size() > 2)
    return bad_input(found + " in Fortran order, expected C order for more than two sizes",
                     "save numpy.ascontiguousarray(array)");
  return {};
}

}  // namespace

Result<ArrayLayout> read_npy_header(ByteSource& source, ArrayUse use) {
  const std::filesystem::path& path = source.path();
  const auto too_short = [&](std::size_t at) {
    return malformed_at(path, at, "the file ends within its header", kCure);
  };
  std::array<char, 12> start{};
  const Result<std::size_t> got = source.read(start.data(), 8);
  if (!got) return got.error();
  const std::string_view magic(start.data(), std::min(got.value(), kMagic.size()));
  if (magic != kMagic)
    return malformed_at(path, 0, fmt::format("found {}, expected the bytes 93 'NUMPY'", shown(magic)), kCure);
  if (got.value() < 8) return too_short(got.value());
  const auto major = static_cast<unsigned char>(start[6]);
  if (major < 1 || major > 3)
    return malformed_at(path, 6, fmt::format("found version {}, expected 1, 2 or 3", major), kCure);

  const std::size_t width = major == 1 ? 2 : 4;
  const Result<std::size_t> length_read = source.read(start.data() + 8, width);
  if (!length_read) return length_read.error();
  if (length_read.value() < width) return too_short(8 + length_read.value());
  std::size_t length = 0;
  for (std::size_t b = width; b > 0; --b) length = length * 256 + static_cast<unsigned char>(start[7 + b]);
  if (length > kHeaderMax)
    return malformed_at(
        path, 8, fmt::format("found a header of {} bytes, expected at most {}", length, kHeaderMax), kCure);
  std::string text(length, '\0');
  const Result<std::size_t> text_read = source.read(text.data(), length);
  if (!text_read) return text_read.error();
  if (text_read.value() < length) return too_short(8 + width + text_read.value());

  Result<ArrayLayout> layout = Header(path, use, 8 + width, text).read();
  if (!layout) return layout.error();
  layout.value().offset = 8 + width + length;
  if (Status shape = check_shape(path, layout.value(), use); !shape) return shape.error();
  return layout;
}

}  // namespace gleaner
