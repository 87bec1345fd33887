// What identifies a plan and the arithmetic that will run it.
#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/check.h"
#include "coding/kernel_loops.h"
#include "coding/plan.h"

namespace gleaner {
namespace {

constexpr std::string_view compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "gcc " __VERSION__;
#else
  return "unknown compiler";
#endif
}

constexpr std::string_view architecture() {
#if defined(__x86_64__)
  return "x86-64";
#elif defined(__aarch64__)
  return "aarch64";
#else
  return "unknown architecture";
#endif
}

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const int done = EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  GLEANER_CHECK(done == 1, "OpenSSL cannot compute SHA-256");
  std::string hex;
  for (unsigned int k = 0; k < size; ++k) hex += fmt::format("{:02x}", digest[k]);
  return hex;
}

}  // namespace

std::string arithmetic_identity() {
  // Of the SIMD level what can change a bit: nothing today, as all levels have the same arithmetic. The
  // number changes when the sums do (kernel_loops.h).
  return fmt::format("gleaner {}; {}; {}; kernels 1, {}", GLEANER_VERSION, compiler(), architecture(),
                     kernel_loops().arithmetic);
}

std::string_view simd_level() { return kernel_loops().level; }

Fingerprint Plan::fingerprint() const { return {sha256_hex(canonical() + "\n" + arithmetic_identity())}; }

}  // namespace gleaner
