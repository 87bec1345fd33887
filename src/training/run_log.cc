// The log as a file; the text of its lines is made in run_json.cc.
#include "training/run_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "training/atomic_file.h"
#include "training/log_line.h"

namespace gleaner {
namespace {

using Json = nlohmann::json;

Error cannot_write(const std::filesystem::path& path, int code) {
  return run_failed(fmt::format("cannot write the log {}: {}", path.string(), std::strerror(code)),
                    "name a file in a folder that exists, may be written and has room");
}

Error cannot_go_on(const std::filesystem::path& path, std::string_view why) {
  return bad_input(fmt::format("--log {} cannot be gone on with: {}", path.string(), why),
                   "name the log of the run that is resumed, or one that is not there yet");
}

// The number of a line about a round; nothing if it is another line.
std::optional<std::uint64_t> round_of(std::string_view line) {
  const Json json = parse_log_line(line);
  if (!json.is_object() || json.value("type", Json()) != "round") return std::nullopt;
  const Json round = json.value("round", Json());
  return round.is_number_unsigned() ? std::optional(round.get<std::uint64_t>()) : std::nullopt;
}

// The round after which the log begins, if its first line is that of the same run; the error is a reason.
Result<std::uint64_t> check_start(std::string_view line, const StartRecord& start) {
  const Json json = parse_log_line(line);
  if (!json.is_object() || json.value("type", Json()) != "start")
    return bad_input("line 1 is not the start of a run");
  const Json wanted = Json::parse(to_json(start));
  for (const char* key : {"seed", "fingerprint"}) {
    if (json.value(key, Json()) != wanted[key])
      return bad_input(fmt::format("it is of another run, its {} is not {}", key, wanted[key].dump()));
  }
  const Json after = json.value("after", Json(0U));
  if (!after.is_number_unsigned()) return bad_input("line 1 does not say after which round it begins");
  return after.get<std::uint64_t>();
}

// How many bytes of a log speak of what came before the end of `round`; the error is a reason.
Result<std::size_t> length_until(std::string_view log, std::uint64_t round, const StartRecord& start) {
  std::size_t kept = 0;
  std::uint64_t last = 0;
  for (std::size_t line = 1, end = 0; (end = log.find('\n', kept)) != std::string_view::npos; ++line) {
    const std::string_view text = log.substr(kept, end - kept);
    if (line == 1) {
      const Result<std::uint64_t> after = check_start(text, start);
      if (!after) return after.error();
      last = after.value();
    } else {
      const std::optional<std::uint64_t> number = round_of(text);
      if (!number || *number > round) break;
      if (*number != last + 1)
        return bad_input(fmt::format("line {} is of round {}, expected {}", line, *number, last + 1));
      last = *number;
    }
    kept = end + 1;
  }
  if (kept == 0 && !log.empty()) return bad_input("line 1 is not the start of a run");
  if (kept > 0 && last != round)
    return bad_input(
        fmt::format("it speaks of the rounds up to {}, but the checkpoint is of round {}", last, round));
  return kept;
}

}  // namespace

void RunLog::Close::operator()(const int* file) const {
  ::close(*file);
  delete file;
}

Result<RunLog::File> RunLog::open_file(const std::filesystem::path& path, int flags) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
  if (file >= 0) return File(new int(file));
  Error error = cannot_write(path, errno);
  error.kind = Error::Kind::bad_input;  // nothing has run yet
  return error;
}

Result<RunLog> RunLog::open(const std::filesystem::path& path) {
  Result<File> file = open_file(path, O_TRUNC);
  if (!file) return file.error();
  return RunLog(path, std::move(file).value());
}

Result<RunLog> RunLog::resume(const std::filesystem::path& path, std::uint64_t round,
                              const StartRecord& start) {
  std::error_code ignored;
  std::size_t kept = 0;
  const bool is_file = std::filesystem::is_regular_file(path, ignored);
  if (is_file) {
    const Result<std::string> log = read_whole_file(path);
    if (!log) return log.error();
    const Result<std::size_t> length = length_until(log.value(), round, start);
    if (!length) return cannot_go_on(path, length.error().what);
    kept = length.value();
  }
  Result<File> file = open_file(path, 0);
  if (!file) return file.error();
  const int fd = *file.value();
  if (is_file && (::ftruncate(fd, static_cast<off_t>(kept)) != 0 || ::lseek(fd, 0, SEEK_END) < 0))
    return cannot_write(path, errno);
  RunLog log(path, std::move(file).value());
  if (kept > 0) return log;
  StartRecord later = start;
  later.after = round;
  if (Status s = log.write(later); !s) return s.error();
  return log;
}

Status RunLog::write_line(std::string line) {
  line += '\n';
  for (std::string_view rest(line); !rest.empty();) {
    const ssize_t written = ::write(*file_, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) return cannot_write(path_, errno);
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status RunLog::sync() {
  if (::fsync(*file_) == 0 || errno == EINVAL) return {};  // a pipe or a terminal keeps nothing
  return cannot_write(path_, errno);
}

}  // namespace gleaner
