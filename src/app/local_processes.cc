#include "app/local_processes.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "app/worker_process.h"

namespace gleaner {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLookEvery{20};
constexpr milliseconds kShortLife{1000};
constexpr std::size_t kShortLives = 5;
constexpr std::chrono::seconds kFarewell{5};
// What a child says that people should see: its last words.
constexpr std::string_view kLastWords = "gleaner worker: ";

// Nothing as long as it lives; else its status, and -1 if nobody knows: somebody else has waited for it.
std::optional<int> status_of(pid_t pid) {
  int status = 0;
  const pid_t got = ::waitpid(pid, &status, WNOHANG);
  if (got == pid) return status;
  return got < 0 && errno == ECHILD ? std::optional(-1) : std::nullopt;
}

}  // namespace

LocalProcesses::LocalProcesses(std::string server, std::size_t count, std::string spill_folder,
                               std::function<void(const std::string&)> say)
    : server_(std::move(server)),
      spill_folder_(std::move(spill_folder)),
      say_(std::move(say)),
      children_(count) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0) {
    lines_ = ends[0];
    lines_write_ = ends[1];
  }
  // Whoever started this process may have had it ignored, and that is inherited: then no child has a status.
  std::signal(SIGCHLD, SIG_DFL);
  // The thread that starts them lives as long as they do: their death follows that of their starter.
  watch_ = std::thread([this] { watch(); });
}

LocalProcesses::~LocalProcesses() {
  end();
  for (const int end : {lines_, lines_write_}) {
    if (end >= 0) ::close(end);
  }
}

std::uint64_t LocalProcesses::end() {
  wind_up();
  if (watch_.joinable()) watch_.join();
  return peak_;
}

void LocalProcesses::wind_up() {
  const std::scoped_lock lock(mutex_);
  if (!std::exchange(winding_up_, true)) deadline_ = Clock::now() + kFarewell;
}

bool LocalProcesses::any_left() const {
  return std::ranges::any_of(children_, [](const Child& c) { return c.pid != 0; });
}

void LocalProcesses::watch() {
  while (true) {
    bool winding_up = false;
    {
      const std::scoped_lock lock(mutex_);
      winding_up = winding_up_;
    }
    for (std::size_t k = 0; k < children_.size(); ++k) {
      Child& c = children_[k];
      if (const std::optional<int> status = c.pid != 0 ? status_of(c.pid) : std::nullopt) {
        c.pid = 0;
        if (!winding_up) ended(k, *status);
      }
      if (winding_up && c.pid != 0 && Clock::now() > deadline_) ::kill(c.pid, SIGKILL);
      if (!winding_up && c.pid == 0 && !c.done && Clock::now() >= c.next) start(k);
    }
    if (winding_up && !any_left()) return read_lines();
    pollfd waiting{lines_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(kLookEvery.count())) > 0) read_lines();
  }
}

void LocalProcesses::start(std::size_t slot) {
  const std::string number = std::to_string(slot);
  std::vector<std::string> words{"gleaner", "worker", "--connect", server_, "--slot", number};
  if (!spill_folder_.empty()) words.insert(words.end(), {"--spill-dir", spill_folder_});
  std::vector<char*> arguments;
  for (std::string& w : words) arguments.push_back(w.data());
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {  // only what is safe after fork
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::setpgid(0, 0);  // Ctrl-C is for the server, which tells them
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, STDIN_FILENO);
    ::dup2(null, STDOUT_FILENO);
    ::dup2(lines_write_ >= 0 ? lines_write_ : null, STDERR_FILENO);
    ::execv("/proc/self/exe", arguments.data());
    ::_exit(127);
  }
  Child& c = children_[slot];
  if (pid < 0) {
    c.next = Clock::now() + kShortLife;
    say_(fmt::format("no process for worker {} could be started; it is tried again", slot));
    return;
  }
  c.pid = pid;
  c.started = Clock::now();
}

void LocalProcesses::ended(std::size_t slot, int status) {
  Child& c = children_[slot];
  const bool known = status != -1;
  if (known && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    c.done = true;  // it was asked to go
    return;
  }
  c.short_lives = Clock::now() - c.started < kShortLife ? c.short_lives + 1 : 0;
  const std::string how = !known                ? "is gone"
                          : WIFSIGNALED(status) ? fmt::format("was killed by signal {}", WTERMSIG(status))
                                                : fmt::format("ended with code {}", WEXITSTATUS(status));
  c.done = c.short_lives >= kShortLives;
  c.next = Clock::now() + c.short_lives * milliseconds(100);
  say_(fmt::format("the process of worker {} {}; {}", slot, how,
                   c.done ? "that was too often, it is not started again" : "another is started"));
}

void LocalProcesses::read_lines() {
  char buffer[4096];
  ssize_t got = 0;
  while ((got = ::read(lines_, buffer, sizeof buffer)) > 0) {
    for (ssize_t k = 0; k < got; ++k) {
      if (buffer[k] != '\n') {
        line_ += buffer[k];
        continue;
      }
      if (line_.starts_with(kLastWords)) say_(line_);
      if (const std::size_t at = line_.find(kPeakWords); at != std::string::npos) {
        const std::string number = line_.substr(at + kPeakWords.size());
        std::uint64_t bytes = 0;
        std::from_chars(number.data(), number.data() + number.size(), bytes);
        peak_ = std::max(peak_, bytes);
      }
      line_.clear();
    }
  }
}

}  // namespace gleaner
