// Workers that are processes of this machine, started and restarted here.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace gleaner {

/// Starts `gleaner worker --connect SERVER --slot K` for every K, and another where one dies. They die with
/// this process. A process that cannot even start some times in a row is not started again.
class LocalProcesses {
 public:
  /// `say`: a line for people, from any thread.
  /// `spill_folder`: empty, or where spilled gradients go.
  LocalProcesses(std::string server, std::size_t count, std::string spill_folder,
                 std::function<void(const std::string&)> say);
  /// Waits for those that are about to go, and kills what is left.
  ~LocalProcesses();
  LocalProcesses(const LocalProcesses&) = delete;
  LocalProcesses& operator=(const LocalProcesses&) = delete;

  /// The run is over: nobody is started any more.
  void wind_up();
  /// Winds up and waits as the destructor does. Returns the most memory that one of them says it has had, in
  /// bytes; 0: nobody says.
  std::uint64_t end();

 private:
  using Clock = std::chrono::steady_clock;
  struct Child {
    pid_t pid = 0;  // 0: none
    Clock::time_point started;
    Clock::time_point next;       // not started before
    std::size_t short_lives = 0;  // in a row
    bool done = false;            // not started again
  };

  void watch();
  void start(std::size_t slot);
  void ended(std::size_t slot, int status);
  void read_lines();
  [[nodiscard]] bool any_left() const;

  std::string server_;
  std::string spill_folder_;
  std::function<void(const std::string&)> say_;
  std::vector<Child> children_;
  int lines_ = -1;  // what the children say, for reading
  int lines_write_ = -1;
  std::string line_;
  std::uint64_t peak_ = 0;
  std::mutex mutex_;
  bool winding_up_ = false;
  Clock::time_point deadline_;
  std::thread watch_;
};

}  // namespace gleaner
