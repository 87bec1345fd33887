#include <fcntl.h>

#include <cstdlib>

#include "app/cli.h"

int main(int argc, char** argv) {
  // Whoever starts a program with stderr closed must not find its messages in the first file that it opens.
  int file = 0;
  while (file >= 0 && file <= 2) file = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  // Host names are found as by all other programs. gRPC's own resolver asks a name server even for names of
  // /etc/hosts, and where none answers each connection waits seconds for it.
  ::setenv("GRPC_DNS_RESOLVER", "native", 0);
  return gleaner::run_command_line(argc, argv);
}
