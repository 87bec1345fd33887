// TLS 1.3 and nothing older, in this whole process.
#pragma once

namespace gleaner {

/// gRPC 1.51 offers TLS 1.2 as well, and its C++ interface has no say in that. But it makes its contexts with
/// the OpenSSL of the system, and each of them starts from the system-wide settings of OpenSSL: this takes
/// all older versions out of those, for contexts of this process that are made from now on. Cheap after the
/// first call; safe from any thread. False: OpenSSL did not take the settings, and no credentials must be
/// made.
[[nodiscard]] bool allow_only_tls13();

}  // namespace gleaner
