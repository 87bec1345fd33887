#include <fmt/format.h>
#include <grpc/support/log.h>

#include <map>
#include <mutex>
#include <string_view>

#include "net/certificate_reading.h"
#include "net/handshake_lines.h"
#include "net/handshake_trouble.h"
#include "net/line_limit.h"
#include "net/openssl_handles.h"

namespace gleaner {
namespace {

// A cluster that is started with the wrong certificates is heard to the last worker; a flood is not.
constexpr double kLinesAtOnce = 30;
constexpr double kLinesPerSecond = 2;
constexpr std::chrono::minutes kSameAgain{1};

// gRPC's log is one function for the whole process, and so is this.
struct Watch {
  std::mutex mutex;
  std::function<void(std::string)> say;
  LineLimit limit{kLinesAtOnce, kLinesPerSecond};
  std::map<std::string, LineLimit::Clock::time_point> said_of_files;  // gRPC says it anew every second
};
Watch& watch() {
  static Watch* const one = new Watch;  // never destroyed: gRPC's threads log until the very end
  return *one;
}

// Verification and the line in gRPC's log are steps of one call on one thread.
thread_local std::optional<RefusedCertificate> last_refused;

int verify_and_note(X509_STORE_CTX* chain, void*) {
  last_refused.reset();
  const int good = X509_verify_cert(chain);
  X509* leaf = X509_STORE_CTX_get0_cert(chain);
  const auto* tls =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (good == 1 || leaf == nullptr || tls == nullptr) return good;
  if ((SSL_get_verify_mode(tls) & SSL_VERIFY_PEER) == 0) return good;  // nothing follows from it
  last_refused = {
      .facts = facts_of(leaf), .verdict = X509_STORE_CTX_get_error(chain), .client = SSL_is_server(tls) == 1};
  return good;
}

// OpenSSL's log line says "certificate verify failed" and no more, and gRPC gives no way to its contexts. But
// every new context asks here for its extra data: that is when it is told to verify as always, and to note.
void on_new_context(void* context, void*, CRYPTO_EX_DATA*, int, long, void*) {
  SSL_CTX_set_cert_verify_callback(static_cast<SSL_CTX*>(context), verify_and_note, nullptr);
}

void say_limited(std::string line) {
  Watch& w = watch();
  const std::lock_guard lock(w.mutex);
  if (!w.say || !w.limit.pass(LineLimit::Clock::now())) return;
  if (const std::size_t dropped = w.limit.take_dropped(); dropped > 0) {
    w.say(fmt::format("{} more lines like these before the next one were left out", dropped));
  }
  w.say(std::move(line));
}

void say_of_files(std::string line) {
  if (line.empty()) return;
  {
    const std::lock_guard lock(watch().mutex);
    const LineLimit::Clock::time_point now = LineLimit::Clock::now();
    const auto [said, is_new] = watch().said_of_files.try_emplace(line, now);
    if (!is_new && now - said->second < kSameAgain) return;
    said->second = now;
  }
  say_limited(std::move(line));
}

void on_log(gpr_log_func_args* log) {
  if (log->severity != GPR_LOG_SEVERITY_ERROR) return;
  const std::optional<RefusedCertificate> refused = std::exchange(last_refused, std::nullopt);
  if (refused && !refused->client) return;  // we were the client: why_not_connected says it
  if (std::optional<std::string> line = handshake_line(log->message, refused)) return say_limited(*line);
  if (std::optional<std::string> line = rereading_line(log->file, log->message)) return say_of_files(*line);
  say_limited(fmt::format("gRPC: {}", log->message));
}

}  // namespace

void watch_handshakes(std::function<void(std::string)> say) {
  static const int noting = SSL_CTX_get_ex_new_index(0, nullptr, on_new_context, nullptr, nullptr);
  (void)noting;
  {
    const std::lock_guard lock(watch().mutex);
    watch().say = std::move(say);
    watch().limit = LineLimit(kLinesAtOnce, kLinesPerSecond);
    watch().said_of_files.clear();
  }
  gpr_set_log_function(on_log);
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
}

}  // namespace gleaner
