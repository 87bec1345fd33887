#include "work/checkpoints.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "training/atomic_file.h"
#include "work/settings.h"
#include "work/snapshot_bytes.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "round-";
constexpr std::string_view kEnd = ".checkpoint";

fs::path path_of(const fs::path& folder, RoundId round) {
  return folder / fmt::format("{}{:08}{}", kPrefix, round.value, kEnd);
}

std::optional<RoundId> round_in(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kEnd) || name.size() <= kPrefix.size() + kEnd.size())
    return std::nullopt;
  name.remove_prefix(kPrefix.size());
  name.remove_suffix(kEnd.size());
  const std::optional<std::uint64_t> round = parse_count(name);
  return round ? std::optional(RoundId(*round)) : std::nullopt;
}

// Only the attempt tells: permissions, a full or a read-only disk.
Status check_writable(const fs::path& folder) {
  const auto unfit = [&folder](std::string_view why) {
    return bad_input(fmt::format("--checkpoint {} cannot be written to: {}", folder.string(), why),
                     "name a folder that you may write to");
  };
  std::error_code error;
  const fs::file_type type = fs::status(folder, error).type();
  const bool missing = type == fs::file_type::not_found;
  if (!missing && type != fs::file_type::directory) return unfit("it is not a folder");
  fs::path parent = fs::absolute(folder, error).lexically_normal();
  if (!parent.has_filename()) parent = parent.parent_path();  // "saved/"
  parent = parent.parent_path();
  if (missing && !fs::is_directory(parent, error))
    return unfit(fmt::format("there is no folder {}", parent.string()));
  const fs::path probe = (missing ? parent : folder) / fmt::format(".gleaner-{}.part", ::getpid());
  const int file = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return unfit(std::strerror(errno));
  ::close(file);
  ::unlink(probe.c_str());
  return {};
}

// Half a file of a life that was killed while it wrote; ours is renamed by the time that this is asked.
bool is_left_over(std::string_view name) {
  return name.starts_with(kPrefix) && name.ends_with(".part") && name.find(kEnd) != std::string_view::npos;
}

Error unreadable(const CheckpointFile& file, std::string_view why, const CheckpointFile* older) {
  return bad_input(fmt::format("--resume: {} {}", file.path.string(), why),
                   older != nullptr
                       ? fmt::format("move it away to resume from the older {}", older->path.string())
                       : "there is no older one: move it away and start again without --resume");
}

Result<Snapshot> read_checkpoint(const CheckpointFile& file, const CheckpointFile* older) {
  const Result<std::string> bytes = read_whole_file(file.path);
  if (!bytes) return bytes.error();
  Result<Snapshot> snapshot = parse_snapshot(bytes.value());
  if (!snapshot) return unreadable(file, snapshot.error().what, older);
  if (const RoundId round = snapshot.value().round; round != file.round)
    return unreadable(file, fmt::format("holds round {}: it was renamed", round.value), older);
  return snapshot;
}

void remove_old(const CheckpointPolicy& policy) {
  const std::vector<CheckpointFile> files = checkpoints_in(policy.folder);
  std::error_code ignored;  // one too many does no harm
  for (std::size_t k = policy.keep; k < files.size(); ++k) fs::remove(files[k].path, ignored);
  for (fs::directory_iterator it(policy.folder, ignored), end; !ignored && it != end; it.increment(ignored)) {
    if (is_left_over(it->path().filename().string())) fs::remove(it->path(), ignored);
  }
}

}  // namespace

std::vector<CheckpointFile> checkpoints_in(const fs::path& folder) {
  std::vector<CheckpointFile> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (const auto round = round_in(it->path().filename().string())) files.push_back({*round, it->path()});
  }
  std::ranges::sort(files, std::ranges::greater(), &CheckpointFile::round);
  return files;
}

Status write_checkpoint(const CheckpointPolicy& policy, const Snapshot& snapshot) {
  std::error_code error;
  fs::create_directory(policy.folder, error);  // if this fails, so does the next step, and says why
  const SnapshotBytes bytes(snapshot);
  const Status written = write_atomically(path_of(policy.folder, snapshot.round), bytes.pieces());
  if (!written) {
    return run_failed(fmt::format("the checkpoint of round {} is not written: {}", snapshot.round.value,
                                  written.error().what),
                      "make room or mend the folder, then go on with --resume");
  }
  remove_old(policy);
  return {};
}

Status check_no_checkpoint(const RunSpec& spec) {
  const fs::path& folder = spec.checkpoint->folder;
  if (const auto files = checkpoints_in(folder); !files.empty()) {
    return bad_input(fmt::format("--checkpoint {} holds the checkpoint of a run already, after round {}",
                                 folder.string(), files.front().round.value),
                     "go on with it by --resume, or name another folder");
  }
  return check_writable(folder);
}

Result<std::shared_ptr<const Snapshot>> load_checkpoint(const RunSpec& spec) {
  const fs::path& folder = spec.checkpoint->folder;
  const std::vector<CheckpointFile> files = checkpoints_in(folder);
  if (files.empty()) {
    return bad_input(fmt::format("--resume: there is no checkpoint in {}", folder.string()),
                     "name the folder of the run, or leave out --resume to begin a new one");
  }
  const CheckpointFile& latest = files.front();
  const CheckpointFile* const older = files.size() > 1 ? &files[1] : nullptr;
  Result<Snapshot> snapshot = read_checkpoint(latest, older);
  if (!snapshot) return snapshot.error();
  if (Status s = check_same(snapshot.value().settings, settings_of(spec)); !s)
    return bad_input(fmt::format("--resume: {}: {}", latest.path.string(), s.error().what), s.error().cure);
  if (Status s = check_fits(snapshot.value(), spec); !s)
    return unreadable(latest, fmt::format("does not fit: {}", s.error().what), older);
  if (const std::uint64_t done = snapshot.value().round.value; done > spec.rounds) {
    return bad_input(
        fmt::format("--rounds {}, but {} rounds are done in {}", spec.rounds, done, latest.path.string()),
        fmt::format("give --rounds {} or more", done));
  }
  if (Status s = check_writable(folder); !s) return s.error();
  return std::make_shared<const Snapshot>(std::move(snapshot).value());
}

}  // namespace gleaner
