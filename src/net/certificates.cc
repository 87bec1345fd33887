#include "net/certificates.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "net/certificate.h"
#include "net/certificate_files.h"

namespace gleaner {
namespace {

namespace fs = std::filesystem;

constexpr std::time_t kHour = 3600;
constexpr std::time_t kDay = 24 * kHour;
constexpr std::size_t kPlacesMax = 10000;
constexpr std::size_t kDaysMax = 36500;
constexpr std::size_t kAuthorityDays = 3650;

// What is to be there in the end; a certificate that is there already has no spec.
struct Place {
  CertificateFolder folder;
  std::optional<CertificateSpec> spec;
};

bool is_host_name(const std::string& name) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
  };
  return !name.empty() && name.size() <= 253 && name.front() != '-' && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), allowed);
}

Status check(const CertificateWishes& w) {
  if (w.workers == 0 || w.workers > kPlacesMax) {
    return bad_input(fmt::format("--workers {} is not between 1 and {}", w.workers, kPlacesMax),
                     "give the number of workers of the cluster");
  }
  if (w.spares > kPlacesMax) {
    return bad_input(fmt::format("--spares {} is more than {}", w.spares, kPlacesMax), "give fewer");
  }
  if (w.days == 0 || w.days > kDaysMax) {
    return bad_input(fmt::format("--days {} is not between 1 and {}", w.days, kDaysMax), "try --days 365");
  }
  for (const std::string& host : w.server) {
    if (is_ip_address(host) || is_host_name(host)) continue;
    return bad_input(fmt::format("--server \"{}\" is neither a host name nor an IP address", host),
                     "write names without port, like --server trainer.example,10.0.0.5");
  }
  return {};
}

std::string new_authority_name() {
  std::array<unsigned char, 4> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  return fmt::format("Gleaner CA {:02x}{:02x}{:02x}{:02x}", bytes[0], bytes[1], bytes[2], bytes[3]);
}

Result<KeyPair> authority_of(const CertificateWishes& w, bool& made) {
  const fs::path certificate = w.folder / "ca.pem";
  const fs::path key = w.folder / "ca.key";
  std::error_code ignored;
  const bool has_certificate = fs::exists(certificate, ignored);
  const bool has_key = fs::exists(key, ignored);
  if (has_certificate != has_key) {
    return bad_input(fmt::format("{} is there without {}", (has_certificate ? certificate : key).string(),
                                 (has_certificate ? key : certificate).string()),
                     "put the other file back, or name a new folder by --out");
  }
  made = !has_key;
  if (made) {
    const std::size_t days = std::max(w.days, kAuthorityDays);
    return issue({.use = CertificateSpec::Use::authority,
                  .name = new_authority_name(),
                  .hosts = {},
                  .from = w.now - kHour,
                  .until = w.now + static_cast<std::time_t>(days) * kDay},
                 {});
  }
  const Result<std::string> c = read_pem(certificate);
  if (!c) return c.error();
  const Result<std::string> k = read_pem(key);
  if (!k) return k.error();
  if (!belong_together(c.value(), k.value())) {
    return bad_input(fmt::format("{} is not the key of {}", key.string(), certificate.string()),
                     "put back the two files that were made together, or name a new folder by --out");
  }
  return KeyPair{c.value(), k.value()};
}

// Whether what is there can stay.
Result<CertificateFolder> kept(const fs::path& folder, const KeyPair& authority, const CertificateWishes& w) {
  const std::string file = (folder / "cert.pem").string();
  const auto unfit = [&](const std::string& why) {
    return bad_input(
        fmt::format("{} {}", file, why),
        fmt::format("remove the folder {} and call this again: it is made anew", folder.string()));
  };
  const Result<std::string> certificate = read_pem(file);
  if (!certificate) return certificate.error();
  const Result<CertificateFacts> facts = facts_of(certificate.value());
  if (!facts) return unfit("holds no certificate");
  const CertificateFacts& f = facts.value();
  if (!signed_by(certificate.value(), authority.certificate)) {
    return unfit(fmt::format("is signed by \"{}\" and not by {}", f.signer, (w.folder / "ca.pem").string()));
  }
  if (f.until <= w.now) return unfit(fmt::format("has expired on {}", date_text(f.until)));
  const std::string identity = folder.filename().string();
  if (f.name != identity) return unfit(fmt::format("is the certificate of {}", f.name));
  if (identity == "server") {
    for (const std::string& host : w.server) {
      if (!is_for_host(certificate.value(), host)) return unfit(fmt::format("is not for {}", host));
    }
  }
  return CertificateFolder{.identity = identity, .made = false, .until = f.until};
}

std::vector<std::string> server_hosts(const CertificateWishes& w) {
  std::vector<std::string> hosts{"localhost", "127.0.0.1", "::1"};
  for (const std::string& host : w.server) {
    if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) hosts.push_back(host);
  }
  return hosts;
}

Result<Place> place_of(const std::string& identity, const KeyPair& authority, std::time_t authority_until,
                       const CertificateWishes& w) {
  std::error_code ignored;
  if (fs::exists(w.folder / identity / "cert.pem", ignored)) {
    Result<CertificateFolder> there = kept(w.folder / identity, authority, w);
    if (!there) return there.error();
    return Place{there.value(), std::nullopt};
  }
  const bool server = identity == "server";
  const std::time_t until = std::min(w.now + static_cast<std::time_t>(w.days) * kDay, authority_until);
  return Place{{.identity = identity, .made = true, .until = until},
               CertificateSpec{.use = server ? CertificateSpec::Use::server : CertificateSpec::Use::client,
                               .name = identity,
                               .hosts = server ? server_hosts(w) : std::vector<std::string>(),
                               .from = w.now - kHour,
                               .until = until}};
}

// The certificate last: a folder that has one is whole.
Status write_place(const fs::path& folder, const CertificateSpec& spec, const KeyPair& authority) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return bad_input(fmt::format("cannot make the folder {}: {}", folder.string(), error.message()),
                     "name a folder that may be written by --out");
  }
  const Result<KeyPair> pair = issue(spec, authority);
  if (!pair) return pair.error();
  if (Status s = write_pem(folder / "key.pem", pair.value().key, Readers::owner); !s) return s;
  if (Status s = write_pem(folder / "ca.pem", authority.certificate, Readers::everybody); !s) return s;
  return write_pem(folder / "cert.pem", pair.value().certificate, Readers::everybody);
}

std::vector<std::string> identities(const CertificateWishes& w) {
  std::vector<std::string> names{"server", "operator"};
  for (std::size_t j = 0; j < w.workers; ++j) names.push_back(fmt::format("worker-{}", j));
  for (std::size_t j = 0; j < w.spares; ++j) names.push_back(fmt::format("spare-{}", j));
  return names;
}

Status write_all(const CertificateWishes& w, const KeyPair& authority, bool new_authority,
                 const std::vector<Place>& places) {
  std::error_code error;
  fs::create_directories(w.folder, error);
  if (error) {
    return bad_input(
        fmt::format("--out {}: this folder cannot be made: {}", w.folder.string(), error.message()),
        "name one that may be written");
  }
  if (new_authority) {
    if (Status s = write_pem(w.folder / "ca.key", authority.key, Readers::owner); !s) return s;
    if (Status s = write_pem(w.folder / "ca.pem", authority.certificate, Readers::everybody); !s) return s;
  }
  for (const Place& place : places) {
    if (!place.spec) continue;
    if (Status s = write_place(w.folder / place.folder.identity, *place.spec, authority); !s) return s;
  }
  return {};
}

}  // namespace

Result<MadeCertificates> make_certificates(const CertificateWishes& w) {
  if (Status s = check(w); !s) return s.error();
  MadeCertificates made;
  const Result<KeyPair> authority = authority_of(w, made.authority_made);
  if (!authority) return authority.error();
  const Result<CertificateFacts> facts = facts_of(authority.value().certificate);
  if (!facts) return facts.error();
  if (facts.value().until <= w.now) {
    return bad_input(
        fmt::format("{} has expired on {}", (w.folder / "ca.pem").string(), date_text(facts.value().until)),
        "name a new folder by --out; every machine then needs a new certificate");
  }
  made.authority = facts.value().name;
  made.authority_until = facts.value().until;
  std::vector<Place> places;
  for (const std::string& identity : identities(w)) {
    Result<Place> place = place_of(identity, authority.value(), made.authority_until, w);
    if (!place) return place.error();
    made.folders.push_back(place.value().folder);
    places.push_back(std::move(place).value());
  }
  if (Status s = write_all(w, authority.value(), made.authority_made, places); !s) return s.error();
  const Result<std::string> server = read_pem(w.folder / "server" / "cert.pem");
  if (!server) return server.error();
  const Result<CertificateFacts> server_facts = facts_of(server.value());
  if (server_facts) made.server = server_facts.value().hosts;
  return made;
}

}  // namespace gleaner
