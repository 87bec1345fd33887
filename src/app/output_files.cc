#include "app/output_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "work/spec_grammar.h"

namespace gleaner {
namespace {

namespace fs = std::filesystem;

Error unfit(const NamedPath& output, std::string_view why, std::string cure) {
  return bad_input(fmt::format("{} {} cannot be written: {}", output.flag, output.path, why),
                   std::move(cure));
}

// Only the attempt tells: permissions, a full disk, a read-only or a peculiar file system. Leaves errno.
bool can_be_made(const fs::path& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return false;
  ::close(file);
  ::unlink(path.c_str());
  return true;
}

Status check_one(const NamedPath& output) {
  const fs::path path(output.path);
  std::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  if (type == fs::file_type::directory || !path.has_filename()) {
    return unfit(output, "it is a folder", "give a file name");
  }
  const bool there = type != fs::file_type::not_found && type != fs::file_type::none;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!there && !fs::is_directory(folder, error)) {
    return unfit(output, fmt::format("there is no folder {}", folder.string()),
                 "make it first or give another path");
  }
  if (there ? ::access(path.c_str(), W_OK) == 0 : can_be_made(path)) return {};
  return unfit(output, std::strerror(errno), "give a path that you may write to");
}

// Devices and pipes can take what several writers send.
bool is_one_file(const std::string& a, const std::string& b) {
  std::error_code error;
  if (fs::exists(a, error) && !fs::is_regular_file(a, error)) return false;
  if (fs::equivalent(a, b, error)) return true;
  const fs::path first = fs::weakly_canonical(fs::absolute(a), error);
  return !first.empty() && first == fs::weakly_canonical(fs::absolute(b), error);
}

}  // namespace

Status check_outputs(std::span<const NamedPath> outputs, std::span<const NamedPath> inputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const NamedPath& output = outputs[i];
    if (output.path.empty()) continue;
    if (Status s = check_one(output); !s) return s;
    for (const NamedPath& other : outputs.first(i)) {
      if (other.path.empty() || !is_one_file(output.path, other.path)) continue;
      return bad_input(fmt::format("{} and {} both name {}", other.flag, output.flag, output.path),
                       "give each its own file");
    }
    for (const NamedPath& input : inputs) {
      if (input.path.empty() || !is_one_file(output.path, input.path)) continue;
      return bad_input(fmt::format("{} {} would overwrite {}", output.flag, output.path, input.flag),
                       "give another file");
    }
  }
  return {};
}

Status check_out_folder(std::string_view flag, const std::string& folder) {
  if (can_be_made(fs::path(folder) / fmt::format(".gleaner.{}.part", ::getpid()))) return {};
  return bad_input(
      fmt::format("{} {}: no file can be made in this folder: {}", flag, folder, std::strerror(errno)),
      "give a folder that you may write to");
}

std::string beside(const std::string& path, std::string_view method) {
  const fs::path p(path);
  std::error_code error;
  if (fs::exists(p, error) && !fs::is_regular_file(p, error) && !fs::is_directory(p, error)) return path;
  return (p.parent_path() / fmt::format("{}.{}{}", p.stem().string(), method, p.extension().string()))
      .string();
}

std::string file_of_speeds(const std::string& speeds) {
  const Result<std::vector<SpecTerm>> terms = parse_spec("--speeds", speeds);
  if (!terms) return "";
  for (const SpecTerm& term : terms.value()) {
    for (const SpecKey& key : term.keys) {
      if (key.key == "file") return key.value;
    }
  }
  return "";
}

}  // namespace gleaner
