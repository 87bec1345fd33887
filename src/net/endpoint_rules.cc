#include "net/endpoint_rules.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>

namespace gleaner {
namespace {

Error bad_endpoint(std::string_view flag, std::string_view text, std::string_view why) {
  return bad_input(fmt::format("{} {} {}", flag, text, why),
                   fmt::format("write {} HOST:PORT, like {} 10.0.0.5:7000 or [::1]:7000", flag, flag));
}

bool is_ipv6_loopback(const std::array<unsigned char, 16>& a) {
  constexpr std::array<unsigned char, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(kMapped.begin(), kMapped.end(), a.begin())) return a[12] == 127;
  std::array<unsigned char, 16> one{};
  one[15] = 1;
  return a == one;
}

}  // namespace

std::string Endpoint::text() const {
  if (unix_socket) return "unix:" + host;
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

Result<Endpoint> parse_endpoint(std::string_view flag, std::string_view text) {
  if (text.starts_with("unix:")) {
    const std::string_view path = text.substr(5);
    if (path.empty()) return bad_endpoint(flag, text, "names no socket");
    return Endpoint{.host = std::string(path), .port = 0, .unix_socket = true};
  }
  std::string_view host;
  std::string_view rest;
  if (text.starts_with("[")) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return bad_endpoint(flag, text, "has a bracket that does not close");
    host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
    std::array<unsigned char, 16> bytes{};
    if (::inet_pton(AF_INET6, std::string(host).c_str(), bytes.data()) != 1) {
      return bad_endpoint(flag, text, "has no IPv6 address in its brackets");
    }
  } else {
    host = text.substr(0, text.find(':'));
    rest = text.substr(host.size());
    if (rest.find(':', 1) != std::string_view::npos) {
      return bad_endpoint(flag, text, "has more than one colon: an IPv6 address needs brackets");
    }
  }
  if (!rest.starts_with(":")) return bad_endpoint(flag, text, "names no port");
  if (host.empty()) return bad_endpoint(flag, text, "names no host");
  if (host.find_first_of("/ \t") != std::string_view::npos) return bad_endpoint(flag, text, "is no address");
  rest.remove_prefix(1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
  if (error != std::errc() || end != rest.data() + rest.size()) {
    return bad_endpoint(flag, text, "has a port that is no number from 0 to 65535");
  }
  return Endpoint{.host = std::string(host), .port = port, .unix_socket = false};
}

bool is_loopback(const Endpoint& endpoint) {
  if (endpoint.unix_socket || endpoint.host == "localhost") return true;
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET, endpoint.host.c_str(), bytes.data()) == 1) return bytes[0] == 127;
  return ::inet_pton(AF_INET6, endpoint.host.c_str(), bytes.data()) == 1 && is_ipv6_loopback(bytes);
}

Result<Security> choose_security(const Endpoint& endpoint, const std::string& tls_folder, bool insecure) {
  if (!tls_folder.empty() && insecure) {
    return bad_input("--tls and --insecure exclude each other", "give --tls alone");
  }
  Security security;
  if (!tls_folder.empty()) {
    const Result<TlsFiles> files = tls_files_in(tls_folder);
    if (!files) return files.error();
    security.tls = files.value();
    return security;
  }
  if (is_loopback(endpoint)) return security;
  if (!insecure) {
    return bad_input(
        fmt::format("{} is beyond this machine, and there is no --tls", endpoint.text()),
        "make certificates with gleaner certs and give --tls DIR, or accept plain text with --insecure");
  }
  security.warning =
      fmt::format("{}: plaintext: anybody on the network can read and change everything", endpoint.text());
  return security;
}

}  // namespace gleaner
