#include "study/gnuplot.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

namespace gleaner {
namespace {

constexpr const char* kInstall = "install the Debian package gnuplot-nox";

// Files without a name, in place of pipes: nobody waits for anybody, however long the figure is.
struct Closer {
  void operator()(std::FILE* f) const { std::fclose(f); }
};
using Scratch = std::unique_ptr<std::FILE, Closer>;

std::string all_of(std::FILE* file) {
  std::string text;
  std::rewind(file);
  char piece[1 << 16];
  while (const std::size_t n = std::fread(piece, 1, sizeof piece, file)) text.append(piece, n);
  return text;
}

// gnuplot says where it stood, points there, and says what was wrong in the last line.
std::string complaint(const std::string& text) {
  const std::size_t end = text.find_last_not_of(" \n\r\t");
  if (end == std::string::npos) return "it did not say why";
  const std::size_t begin = text.rfind('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1,
                     end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

class Actions {
 public:
  Actions() { posix_spawn_file_actions_init(&actions_); }
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  void use(std::FILE* file, int as) { posix_spawn_file_actions_adddup2(&actions_, fileno(file), as); }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return status;
}

}  // namespace

Result<std::string> run_gnuplot(const std::string& script) {
  const Scratch in(std::tmpfile());
  const Scratch out(std::tmpfile());
  const Scratch err(std::tmpfile());
  if (!in || !out || !err || std::fwrite(script.data(), 1, script.size(), in.get()) != script.size() ||
      std::fflush(in.get()) != 0) {
    return run_failed("a figure needs temporary files, and none can be made", "check the space in /tmp");
  }
  if (lseek(fileno(in.get()), 0, SEEK_SET) != 0) return run_failed("a temporary file cannot be read");
  Actions actions;
  actions.use(in.get(), 0);
  actions.use(out.get(), 1);
  actions.use(err.get(), 2);
  char name[] = "gnuplot";
  char defaults[] = "-d";  // not the user's settings
  char* const arguments[] = {name, defaults, nullptr};
  pid_t child = 0;
  const int code = posix_spawnp(&child, name, actions.get(), nullptr, arguments, environ);
  if (code == ENOENT) return run_failed("figures are drawn by gnuplot, which is not on PATH", kInstall);
  if (code != 0) {
    return run_failed(fmt::format("gnuplot cannot be started: {}", std::strerror(code)), kInstall);
  }
  const int status = wait_for(child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return all_of(out.get());
  return run_failed(fmt::format("gnuplot could not draw the figure: {}", complaint(all_of(err.get()))),
                    kInstall);
}

}  // namespace gleaner
