#include "net/identity.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "net/shown_name.h"

namespace gleaner {
namespace {

// The one way to write a number that fits: no sign, no leading zero.
std::optional<std::uint32_t> number_from(std::string_view digits) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  return number;
}

std::optional<std::uint32_t> number_after(std::string_view prefix, std::string_view name) {
  return name.starts_with(prefix) ? number_from(name.substr(prefix.size())) : std::nullopt;
}

// Not IsPeerAuthenticated(): that is false of a certificate without any name, which is not plain text.
bool is_encrypted(const grpc::AuthContext& context) {
  const std::vector<grpc::string_ref> kinds =
      context.FindPropertyValues(GRPC_TRANSPORT_SECURITY_TYPE_PROPERTY_NAME);
  return std::any_of(kinds.begin(), kinds.end(), [](grpc::string_ref kind) {
    return kind == GRPC_TLS_TRANSPORT_SECURITY_TYPE || kind == GRPC_SSL_TRANSPORT_SECURITY_TYPE;
  });
}

}  // namespace

Identity identity_from_name(std::string_view common_name) {
  Identity who{.kind = Identity::Kind::stranger, .worker = WorkerId(), .name = shown_name(common_name)};
  if (const auto slot = number_after("worker-", common_name)) {
    who.kind = Identity::Kind::worker;
    who.worker = WorkerId(*slot);
  } else if (number_after("spare-", common_name)) {
    who.kind = Identity::Kind::spare;
  } else if (common_name == "operator") {
    who.kind = Identity::Kind::operator_;
  } else if (common_name == "server") {
    who.kind = Identity::Kind::server;
  }
  return who;
}

Identity identity_of(const grpc::AuthContext& context) {
  if (!is_encrypted(context)) return {};
  const std::vector<grpc::string_ref> names = context.FindPropertyValues(GRPC_X509_CN_PROPERTY_NAME);
  if (names.size() == 1) return identity_from_name({names.front().data(), names.front().size()});
  return {.kind = Identity::Kind::stranger, .worker = WorkerId(), .name = ""};
}

}  // namespace gleaner
