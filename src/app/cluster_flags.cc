// The flags of the commands that make a cluster.
#include "app/choices.h"
#include "app/flag_groups.h"
#include "app/flags.h"

namespace gleaner {
namespace {

constexpr const char* kServerExamples = R"(Examples:
  gleaner server --listen 127.0.0.1:7070 --workers 4
      waits for four workers on this machine: gleaner worker --connect 127.0.0.1:7070
  gleaner certs --out certs --workers 8 --server train.example.org
  gleaner server --listen 0.0.0.0:7070 --tls certs/server --config run.toml
      on a network: only who has a certificate of this CA gets in
  gleaner status --connect train.example.org:7070 --tls certs/operator
      who is there, and how the run goes; gleaner stop ends it after its round

All other flags are those of gleaner train, in the same configuration file. Injected --faults
are not: processes are struck by whoever wants to. Ctrl-C ends the run after the round in hand.
)";

constexpr const char* kWorkerExamples = R"(Examples:
  gleaner worker --connect 127.0.0.1:7070
      takes any place that is free, or waits for one as a spare
  gleaner worker --connect train.example.org:7070 --tls certs/worker-3 --data /mnt/shared
      takes the place that its certificate names; finds its chunks in a shared folder

Ctrl-C or SIGTERM: it goes after the round in hand. A worker that loses its server knocks again
and brings what it has computed. Exit: 0 the run is over or it left, 1 it could not work on,
2 bad input.
)";

constexpr const char* kStatusExamples = R"(Examples:
  gleaner status --connect 127.0.0.1:7070
  gleaner status --connect train.example.org:7070 --tls certs/operator --json
)";

constexpr const char* kStopExamples = R"(Examples:
  gleaner stop --connect 127.0.0.1:7070
      the round in hand is finished, then the checkpoint is written and all workers are told
)";

void add_security(Command& c, SecurityOptions& o) {
  c.file("--tls", o.tls, "folder with ca.pem, cert.pem and key.pem (gleaner certs makes such folders)").type =
      "DIR";
  c.toggle("--insecure", o.insecure,
           "plaintext beyond this machine: anybody on the way reads and changes it");
}

void add_asking(Command& c, AskFlags& o) {
  c.group("Server");
  c.text("--connect", o.connect, "HOST:PORT", "where gleaner server listens");
  add_security(c, o.security);
  c.group("Output");
  c.toggle("--json", o.json, "one JSON object on stdout");
  add_config(c, o.config);
}

}  // namespace

Command server_flags(TrainOptions& o) {
  o.when_unrecoverable = kClusterWaits;
  Command c("server", "train a model on workers that are processes anywhere", kServerExamples);
  c.group("Cluster");
  c.text("--listen", o.cluster.listen, "HOST:PORT",
         "where workers knock; 0.0.0.0 is every address, port 0 any");
  add_security(c, o.cluster.security);
  c.count("--start-with", o.cluster.start_with, "workers that must be there for the first round (0: all)");
  c.file("--share", o.cluster.share, "put the data there once; workers that see the folder by --data read it")
      .type = "DIR";
  c.text("--heartbeat", o.cluster.heartbeat, "TIME", "between two signs of life of a worker");
  add_run_groups(c, o);
  add_result_groups(c, o);
  add_config(c, o.config);
  return c;
}

Command worker_flags(WorkerFlags& o) {
  Command c("worker", "work for a server", kWorkerExamples);
  c.group("Server");
  c.text("--connect", o.connect, "HOST:PORT", "where gleaner server listens");
  add_security(c, o.security);
  c.count("--slot", o.slot, "the place to take (default: what the certificate names, else any)");
  c.text("--patience", o.patience, "TIME", "it gives up when there has been no server for so long");
  c.group("Data");
  c.file("--data", o.data, "look for chunks here, and keep here what is sent").type = "DIR";
  add_spill_folder(c, o.spill_folder);
  c.group("Output");
  c.file("--trace", o.trace, "write what happened, as sentences");
  add_config(c, o.config);
  return c;
}

Command status_flags(AskFlags& o) {
  Command c("status", "ask a server how its run goes", kStatusExamples);
  add_asking(c, o);
  return c;
}

Command stop_flags(AskFlags& o) {
  Command c("stop", "end a server's run after the round in hand", kStopExamples);
  add_asking(c, o);
  return c;
}

}  // namespace gleaner
