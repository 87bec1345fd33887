#include <fcntl.h>

#include "app/cli.h"

int main(int argc, char** argv) {
  // Whoever starts a program with stderr closed must not find its messages in the first file that it opens.
  int file = 0;
  while (file >= 0 && file <= 2) file = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  return gleaner::run_command_line(argc, argv);
}
