#include "app/cli.h"

int main(int argc, char** argv) { return gleaner::run_command_line(argc, argv); }
