// A certificate authority and the certificates of one cluster, for a try-out: gleaner certs.
#pragma once

#include <cstddef>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace gleaner {

struct CertificateWishes {
  std::filesystem::path folder;
  std::size_t workers = 0;
  std::size_t spares = 0;
  std::vector<std::string> server;  ///< DNS names and IP addresses under which workers reach the server
  std::size_t days = 365;           ///< so long the certificates are valid
  std::time_t now = 0;              ///< seconds since 1970
};

/// One folder with all that one process needs.
struct CertificateFolder {
  std::string identity;  ///< "server", "operator", "worker-3", "spare-0": also the name of its folder
  bool made = false;     ///< false: it was there already, and was left as it is
  std::time_t until = 0;
};

struct MadeCertificates {
  std::string authority;        ///< its name, as it stands in messages
  bool authority_made = false;  ///< false: it was there already
  std::time_t authority_until = 0;
  std::vector<CertificateFolder> folders;
  std::vector<std::string> server;  ///< all names and addresses that the server's certificate is for
};

/// Makes in `wishes.folder`
///
///     ca.pem, ca.key                                          the authority
///     server/, operator/, worker-0/.., spare-0/..             each with cert.pem, key.pem, ca.pem
///
/// What is there already stays as it is: a second call adds what is missing, signed by the same authority.
/// Keys can be read by their owner alone. The server's certificate is for localhost as well. Errors: names
/// that are none, no worker or more than 10000, days out of range; an authority of which a file is missing,
/// or that has expired; a certificate there that is of another authority, has expired, or (the server's) is
/// not for all of `wishes.server`; what cannot be written. All but the last are found before anything is
/// written.
[[nodiscard]] Result<MadeCertificates> make_certificates(const CertificateWishes& wishes);

}  // namespace gleaner
