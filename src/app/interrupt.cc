#include "app/interrupt.h"

#include <unistd.h>

#include <csignal>

namespace gleaner {
namespace {

volatile std::sig_atomic_t asked = 0;

extern "C" void on_signal(int signal) {
  constexpr char kSaid[] = "\ngleaner: interrupted, ending in good order; once more to quit at once\n";
  asked = 1;
  std::signal(signal, SIG_DFL);
  if (::write(STDERR_FILENO, kSaid, sizeof kSaid - 1) < 0) asked = 1;  // nobody reads it: no matter
}

}  // namespace

InterruptGuard::InterruptGuard() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}
InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}
bool InterruptGuard::interrupted() { return asked != 0; }

}  // namespace gleaner
