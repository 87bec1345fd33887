#include "data/text.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

namespace gleaner {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCure = "name text files, or folders that hold some, with --text";

std::string name_of(unsigned char c) {
  if (c == '\n') return "\\n";
  if (c == '\t') return "\\t";
  if (c == '\\') return "\\\\";
  return c >= 0x20 && c < 0x7f ? std::string(1, static_cast<char>(c)) : fmt::format("\\x{:02X}", c);
}

Result<std::string> read_all(std::span<const fs::path> files) {
  std::string text;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream content;
    if (in.peek() != std::ifstream::traits_type::eof()) content << in.rdbuf();
    if (!in.is_open() || in.bad() || content.fail())
      return bad_input(fmt::format("the text {} cannot be read", file.string()), std::string(kCure));
    text += content.str();
  }
  return text;
}

}  // namespace

Result<std::vector<fs::path>> text_files(std::span<const fs::path> paths) {
  std::vector<fs::path> files;
  for (const fs::path& path : paths) {
    std::error_code failed;
    if (!fs::exists(path, failed))
      return bad_input(fmt::format("there is no text {}", path.string()), std::string(kCure));
    if (!fs::is_directory(path, failed)) {
      files.push_back(path);
      continue;
    }
    std::vector<fs::path> here;
    for (const fs::directory_entry& entry : fs::directory_iterator(path, failed)) {
      if (entry.is_regular_file(failed) && !entry.is_symlink(failed)) here.push_back(entry.path());
    }
    if (here.empty())
      return bad_input(fmt::format("no file is in the folder {}", path.string()), std::string(kCure));
    std::sort(here.begin(), here.end());
    files.insert(files.end(), here.begin(), here.end());
  }
  return files;
}

Result<Dataset> load_characters(std::span<const fs::path> files, std::size_t context,
                                std::span<const std::string> known) {
  Result<std::string> read = read_all(files);
  if (!read) return read.error();
  const std::string& text = read.value();
  Dataset data;
  data.name = files.size() == 1 ? files.front().filename().string() : fmt::format("{} texts", files.size());
  std::array<bool, 256> seen{};
  for (const char c : known.empty() ? text : characters_of(known)) seen[static_cast<unsigned char>(c)] = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (seen[c]) continue;
    return bad_input(fmt::format("{}: at byte {}: found '{}', which is not in the text of the training",
                                 data.name, i, name_of(c)),
                     "give text of the same characters");
  }
  std::array<float, 256> number{};
  for (std::size_t c = 0; c < seen.size(); ++c) {
    if (!seen[c]) continue;
    number[c] = static_cast<float>(data.class_names.size());
    data.class_names.push_back(name_of(static_cast<unsigned char>(c)));
  }
  data.classes = data.class_names.size();
  data.rows = text.empty() ? 0 : (text.size() - 1) / context;
  data.features = context + 1;
  if (data.classes < 2 || data.rows == 0) {
    return bad_input(fmt::format("{}: {} characters, {} different ones: too few to learn from", data.name,
                                 text.size(), data.classes),
                     fmt::format("give at least {} characters of text", context + 1));
  }
  data.dense.reserve(data.rows * data.features);
  for (std::size_t row = 0; row < data.rows; ++row) {
    for (std::size_t k = 0; k <= context; ++k)
      data.dense.push_back(number[static_cast<unsigned char>(text[row * context + k])]);
  }
  data.labels.assign(data.rows, 0.0F);
  return data;
}

std::string characters_of(std::span<const std::string> class_names) {
  std::string characters;
  for (const std::string& name : class_names) {
    char found = '?';
    for (unsigned c = 0; c < 256; ++c) {
      if (name_of(static_cast<unsigned char>(c)) == name) found = static_cast<char>(c);
    }
    characters += found;
  }
  return characters;
}

}  // namespace gleaner
