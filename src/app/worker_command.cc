#include "app/worker_command.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "app/interrupt.h"
#include "app/net_security.h"
#include "app/say.h"
#include "app/worker_process.h"
#include "net/handshake_trouble.h"
#include "net/process_setup.h"
#include "work/spec_grammar.h"

namespace gleaner {

Result<int> worker_command(const WorkerFlags& flags) {
  const InterruptGuard guard;
  set_up_process();
  if (flags.connect.empty()) return bad_input("--connect is missing", "name the server: --connect HOST:PORT");
  const Result<Duration> patience = parse_duration(flags.patience, TimeUnits::required);
  if (!patience) return bad_input(fmt::format("--patience {} is no time", flags.patience), "give e.g. 5min");
  if (std::error_code e; !flags.data.empty() && !std::filesystem::is_directory(flags.data, e)) {
    if (std::filesystem::exists(flags.data, e))
      return bad_input(fmt::format("--data {} is no folder", flags.data),
                       "name the folder in which chunks are kept");
    if (!std::filesystem::create_directories(flags.data, e))
      return bad_input(fmt::format("--data {} cannot be made: {}", flags.data, e.message()),
                       "name a folder that this user may write in");
  }
  Result<SecuredEndpoint> server = secure("--connect", flags.connect, flags.security);
  if (!server) return server.error();
  if (const std::string& warning = server.value().security.warning; !warning.empty())
    say("warning: {}\n", warning);
  watch_handshakes({});
  return WorkerProcess(flags, std::move(server).value(), patience.value()).run();
}

}  // namespace gleaner
