#include "app/ask_command.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/exit_code.h"
#include "app/net_security.h"
#include "app/say.h"
#include "app/status_text.h"
#include "net/calls.h"
#include "net/handshake_trouble.h"
#include "net/worker_link.h"

namespace gleaner {
namespace {

constexpr std::chrono::seconds kPatience{5};

Result<std::string> ask(const AskFlags& flags, const char* call) {
  if (flags.connect.empty()) return bad_input("--connect is missing", "name the server: --connect HOST:PORT");
  const Result<SecuredEndpoint> server = secure("--connect", flags.connect, flags.security);
  if (!server) return server.error();
  if (const std::string& warning = server.value().security.warning; !warning.empty())
    say("warning: {}\n", warning);
  watch_handshakes({});
  Result<std::shared_ptr<grpc::ChannelCredentials>> credentials = client_side(server.value());
  if (!credentials) return credentials.error();
  Result<std::string> answer =
      ask_server(server.value().endpoint.text(), credentials.value(), call, kPatience);
  if (answer) return answer;
  const Trouble trouble = connection_trouble(server.value().endpoint, server.value().security.tls);
  return trouble.sentence.empty() ? answer : Result<std::string>(run_failed(trouble.sentence));
}

}  // namespace

Result<int> status_command(const AskFlags& flags) {
  const Result<std::string> answer = ask(flags, calls::kStatus);
  if (!answer) return answer.error();
  const Result<std::string> table = status_table(answer.value());
  if (!table) return table.error();
  fmt::print("{}", flags.json ? answer.value() + "\n" : table.value());
  return kExitDone;
}

Result<int> stop_command(const AskFlags& flags) {
  const Result<std::string> answer = ask(flags, calls::kStop);
  if (!answer) return answer.error();
  if (flags.json) {
    nlohmann::ordered_json j;
    j["answer"] = answer.value();
    fmt::print("{}\n", j.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  } else {
    fmt::print("{} {}\n", flags.connect, answer.value());
  }
  return kExitDone;
}

}  // namespace gleaner
