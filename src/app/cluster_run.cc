#include "app/cluster_run.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "app/build_worker.h"
#include "app/cluster_checks.h"
#include "app/local_processes.h"
#include "app/memory_choice.h"
#include "app/net_security.h"
#include "app/say.h"
#include "app/status_text.h"
#include "app/witness.h"
#include "app/words.h"
#include "feed/catalogue.h"
#include "feed/chunk_file.h"
#include "net/handshake_trouble.h"
#include "net/identity.h"
#include "net/process_setup.h"
#include "net/server_endpoint.h"
#include "runtime/serve_cluster.h"
#include "work/snapshot.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

// So many more workers, so much rarer signs of life: their cost stays the same.
constexpr std::size_t kWorkersPerHeartbeat = 200;

Right right_of(const grpc::AuthContext& context) {
  const Identity id = identity_of(context);
  switch (id.kind) {
    case Identity::Kind::anonymous: return {Right::Kind::any, {}, "nobody"};
    case Identity::Kind::worker: return {Right::Kind::own, id.worker, id.name};
    case Identity::Kind::spare: return {Right::Kind::spare, {}, id.name};
    default: return {Right::Kind::nothing, {}, id.name};
  }
}

bool may_steer(const grpc::AuthContext& context) {
  const Identity::Kind kind = identity_of(context).kind;
  return kind == Identity::Kind::anonymous || kind == Identity::Kind::operator_ ||
         kind == Identity::Kind::server;
}

// By worker: who shares a chunk with it.
std::vector<std::vector<WorkerId>> neighbours_of(const Assignment& a) {
  std::vector<std::vector<WorkerId>> all(a.workers());
  for (std::uint32_t w = 0; w < a.workers(); ++w) {
    std::vector<WorkerId>& mine = all[w];
    for (const ChunkId chunk : a.chunks_of(WorkerId(w))) {
      for (const Assignment::Holder& h : a.holders_of(chunk)) mine.push_back(h.worker);
    }
    std::ranges::sort(mine);
    mine.erase(std::unique(mine.begin(), mine.end()), mine.end());
  }
  return all;
}

// gRPC's lines about handshakes go nowhere, but for the time in which somebody asks for them.
struct HandshakesAreWatched {
  HandshakesAreWatched() { watch_handshakes({}); }
  ~HandshakesAreWatched() { watch_handshakes({}); }
  HandshakesAreWatched(const HandshakesAreWatched&) = delete;
  HandshakesAreWatched& operator=(const HandshakesAreWatched&) = delete;
};

}  // namespace

Result<RunResult> run_cluster(const RunKit& kit, const RunSpec& spec, Witness& witness) {
  set_up_process();
  const TrainOptions& o = kit.options();
  const bool local = o.cluster.listen.empty();
  Result<SecuredEndpoint> door = door_of(o);
  if (!door) return door.error();
  if (!door.value().security.warning.empty()) witness.line("warning: " + door.value().security.warning);
  const Result<Duration> beat = parse_duration(o.cluster.heartbeat, TimeUnits::required);
  if (!beat) return beat.error();

  if (local && spec.plan->workers() != o.cluster.local_processes) {
    return bad_input(fmt::format("--local-processes {} but the plan has {} workers",
                                 o.cluster.local_processes, spec.plan->workers()),
                     fmt::format("give --local-processes {}", spec.plan->workers()));
  }
  Result<Catalogue> catalogue = Catalogue::make(kit.train(), spec.plan->chunks());
  if (!catalogue) return catalogue.error();
  if (!o.cluster.share.empty()) {
    Result<bool> written = write_chunk_file(o.cluster.share, catalogue.value());
    if (!written) return written.error();
    witness.line(fmt::format("the data {} in {}", written.value() ? "are now" : "are already",
                             chunk_file_path(o.cluster.share, catalogue.value().digest()).string()));
  }
  Result<RunSetup> setup = setup_of(spec, o, kit.torch(), catalogue.value());
  if (!setup) return setup.error();

  ServeOptions serve;
  serve.start_with = o.cluster.start_with;
  serve.heartbeat =
      beat.value() * static_cast<Duration::rep>(1 + spec.plan->workers() / kWorkersPerHeartbeat);
  serve.say = [&witness](const std::string& line) { witness.line(line); };
  ServeCluster cluster(spec, witness, std::move(serve));
  const HandshakesAreWatched watched;  // until here, whatever happens
  if (door.value().security.tls) {
    watch_handshakes([&cluster](std::string line) { cluster.announce(std::move(line)); });
  }
  Result<std::shared_ptr<grpc::ServerCredentials>> credentials = server_side(door.value());
  if (!credentials) return credentials.error();

  const Assignment& a = spec.plan->assignment();
  EndpointOptions options;
  options.listen = door.value().endpoint.text();
  options.credentials = credentials.value();
  if (door.value().security.tls) {
    options.right = right_of;
    options.may_steer = may_steer;
  }
  options.workers = a.workers();
  options.term = first_server(spec).term;
  options.lives = first_cluster(spec).lives;
  options.limits = {a.workers(), a.load_max()};
  options.neighbours = neighbours_of(a);
  options.heartbeat = cluster.heartbeat();
  options.credits = spec.credits;
  options.segment_floats = spec.segment_floats;
  options.setup = encode(setup.value());
  options.part = [&](const DataRequest& request) { return catalogue.value().part(request); };
  options.holds = [&a](WorkerId worker, ChunkId chunk) {
    return worker.index() < a.workers() && std::ranges::binary_search(a.chunks_of(worker), chunk);
  };
  options.status = [&cluster] { return to_json(cluster.status()); };
  options.stop = [&cluster] { cluster.stop(); };
  options.say = [&cluster](const std::string& line) { cluster.announce(line); };
  Result<std::unique_ptr<ServerEndpoint>> endpoint = ServerEndpoint::open(std::move(options), cluster);
  if (!endpoint) return endpoint.error();

  Endpoint at = door.value().endpoint;
  at.port = static_cast<std::uint16_t>(endpoint.value()->port());
  witness.line(fmt::format("listening at {}, {}: {} workers are wanted", at.text(), door.value().protection(),
                           a.workers()));
  std::optional<LocalProcesses> children;
  if (local) {
    children.emplace(at.text(), a.workers(), o.spill_folder,
                     [&cluster](const std::string& line) { cluster.announce(line); });
  }
  RunResult result = cluster.run(*endpoint.value());
  if (children) children->wind_up();
  endpoint.value()->goodbye({result.summary.status, result.summary.reason});
  if (const std::uint64_t peak = children ? children->end() : 0; peak > 0) {
    const WorkerMemory needs = expected_memory(spec, kit.train(), true, spec.gradients.how);
    witness.line(fmt::format("the largest worker had {} of memory at its peak; about {} were expected",
                             byte_text(static_cast<double>(peak)),
                             byte_text(static_cast<double>(needs.total()))));
  }
  return result;
}

}  // namespace gleaner
