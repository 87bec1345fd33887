#include "app/certs_command.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <span>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "app/exit_code.h"
#include "net/certificate.h"
#include "net/certificates.h"

namespace gleaner {
namespace {

// "a,,b" has an empty part, which is no name; it is refused as one.
std::vector<std::string> parts(const std::string& list) {
  std::vector<std::string> all;
  for (std::size_t from = 0; from <= list.size();) {
    const std::size_t end = std::min(list.find(',', from), list.size());
    all.push_back(list.substr(from, end - from));
    from = end + 1;
  }
  return all;
}

std::string iso_text(std::time_t time) { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time)); }

std::string as_json(const MadeCertificates& made, const CertsOptions& o) {
  nlohmann::ordered_json j;
  j["folder"] = o.out;
  j["authority"] = {
      {"name", made.authority}, {"made", made.authority_made}, {"until", iso_text(made.authority_until)}};
  j["server_names"] = made.server;
  for (const CertificateFolder& f : made.folders) {
    j["certificates"].push_back({{"identity", f.identity},
                                 {"folder", (std::filesystem::path(o.out) / f.identity).string()},
                                 {"made", f.made},
                                 {"until", iso_text(f.until)}});
  }
  return j.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void print_row(std::string_view name, std::span<const CertificateFolder> folders, std::string_view meaning) {
  if (folders.empty()) return;
  const auto made =
      std::count_if(folders.begin(), folders.end(), [](const CertificateFolder& f) { return f.made; });
  const auto first = std::min_element(folders.begin(), folders.end(),
                                      [](const auto& a, const auto& b) { return a.until < b.until; });
  fmt::print("  {:<24} {:>5} {:>5}  {}  {}\n", name, made, static_cast<std::ptrdiff_t>(folders.size()) - made,
             date_text(first->until), meaning);
}

// The folders of one kind stand one after another.
std::span<const CertificateFolder> of_kind(const MadeCertificates& made, std::string_view kind) {
  const auto is = [kind](const CertificateFolder& f) { return f.identity.starts_with(kind); };
  const auto first = std::find_if(made.folders.begin(), made.folders.end(), is);
  return {first, std::find_if_not(first, made.folders.end(), is)};
}

std::string range_text(std::string_view kind, std::size_t count) {
  return count == 1 ? fmt::format("{}-0", kind) : fmt::format("{0}-0 .. {0}-{1}", kind, count - 1);
}

void print_made(const MadeCertificates& made, const CertsOptions& o) {
  const std::span<const CertificateFolder> spares = of_kind(made, "spare-");
  fmt::print("certificates in {}, signed by \"{}\" ({})\n", o.out, made.authority,
             made.authority_made ? "new" : "was there");
  fmt::print("  {:<24} {:>5} {:>5}  {:<20}  {}\n", "folder", "made", "kept", "valid until", "for");
  print_row("server", of_kind(made, "server"), "gleaner server");
  print_row("operator", of_kind(made, "operator"), "who looks at a run and may stop it");
  print_row(range_text("worker", o.workers), of_kind(made, "worker-"),
            "one worker each: the name is its place");
  print_row(range_text("spare", spares.size()), spares, "takes the place of a worker that was lost");
  fmt::print("  the server may be reached as {}\n", fmt::join(made.server, ", "));
  fmt::print("  {}/ca.key signs new certificates: it belongs on no other machine\n\n", o.out);
  const std::string host = parts(o.server).front();
  const std::string at = host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
  fmt::print("Copy each folder to its machine, then start\n");
  fmt::print("  gleaner server --listen 0.0.0.0:7070 --tls {}/server\n", o.out);
  fmt::print("  gleaner worker --connect {}:7070 --tls {}/worker-0\n", at, o.out);
}

}  // namespace

Result<int> certs_command(const CertsOptions& o) {
  if (o.out.empty())
    return bad_input("--out is missing", "name a folder for the certificates, like --out certs");
  if (o.server.empty()) {
    return bad_input(
        "--server is missing",
        "name the host names and addresses of the server, like --server trainer.example,10.0.0.5");
  }
  const Result<MadeCertificates> made = make_certificates({.folder = o.out,
                                                           .workers = o.workers,
                                                           .spares = o.spares,
                                                           .server = parts(o.server),
                                                           .days = o.days,
                                                           .now = std::time(nullptr)});
  if (!made) return made.error();
  if (o.json) {
    fmt::print("{}\n", as_json(made.value(), o));
  } else {
    print_made(made.value(), o);
  }
  return kExitDone;
}

}  // namespace gleaner
