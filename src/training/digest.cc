#include "training/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/check.h"

namespace gleaner {

namespace {

EVP_MD_CTX* as_context(void* pointer) { return static_cast<EVP_MD_CTX*>(pointer); }

}  // namespace

void Digest::Free::operator()(void* context) const { EVP_MD_CTX_free(as_context(context)); }

Digest::Digest() : context_(EVP_MD_CTX_new()) {
  GLEANER_CHECK(context_ && EVP_DigestInit_ex(as_context(context_.get()), EVP_sha256(), nullptr) == 1,
                "OpenSSL cannot compute SHA-256");
}

void Digest::add(std::string_view piece) {
  GLEANER_CHECK(EVP_DigestUpdate(as_context(context_.get()), piece.data(), piece.size()) == 1,
                "OpenSSL cannot compute SHA-256");
}

std::string Digest::finish() {
  std::string digest(kDigestBytes, '\0');
  auto* const to = reinterpret_cast<unsigned char*>(digest.data());
  GLEANER_CHECK(EVP_DigestFinal_ex(as_context(context_.get()), to, nullptr) == 1,
                "OpenSSL cannot compute SHA-256");
  return digest;
}

std::string sha256(std::span<const std::string_view> pieces) {
  Digest digest;
  for (const std::string_view piece : pieces) digest.add(piece);
  return digest.finish();
}

std::string sha256(std::string_view bytes) { return sha256(std::span(&bytes, 1)); }

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

}  // namespace gleaner
