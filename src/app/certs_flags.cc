#include "app/flags.h"

namespace gleaner {
namespace {

constexpr const char* kCertsExamples = R"(Examples:
  gleaner certs --out certs --workers 8 --server trainer.example
      an authority, and a folder for the server, for every worker, and for you
  gleaner certs --out certs --workers 12 --spares 2 --server trainer.example,10.0.0.5
      the same authority: what is there stays, and what is missing is added
  rm -r certs/worker-3 && gleaner certs --out certs --workers 12 --server trainer.example
      a new certificate for one worker

A folder holds cert.pem, key.pem and ca.pem; the name in the certificate decides the place in the run.
Keys can be read by their owner alone. ca.key makes certificates: keep it to yourself.
How connections are protected: docs/security.md
)";

}  // namespace

Command certs_flags(CertsOptions& o) {
  Command c("certs", "make certificates for a cluster", kCertsExamples);
  c.group("Certificates");
  c.file("--out", o.out, "the folder for all of them").type = "DIR";
  c.count("--workers", o.workers, "number of workers");
  c.count("--spares", o.spares, "workers that wait for a place to become free");
  c.text("--server", o.server, "LIST", "host names and addresses under which workers reach the server");
  c.count("--days", o.days, "so long they are valid");
  c.group("Output");
  c.toggle("--json", o.json, "one JSON object on stdout");
  for (Flag& flag : c.flags()) flag.in_config = false;
  return c;
}

}  // namespace gleaner
