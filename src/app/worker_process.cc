#include "app/worker_process.h"

#include <unistd.h>

#include <array>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "app/build_worker.h"
#include "app/exit_code.h"
#include "app/interrupt.h"
#include "app/memory_choice.h"
#include "app/say.h"
#include "base/process_memory.h"
#include "net/handshake_trouble.h"

namespace gleaner {
namespace {

constexpr std::chrono::milliseconds kKnockEvery{200};

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace

WorkerProcess::WorkerProcess(const WorkerFlags& flags, SecuredEndpoint server, Duration patience)
    : flags_(flags), server_(std::move(server)), patience_(patience), host_(host_name()) {}

void WorkerProcess::tell(const std::string& line) const { say("{}: {}\n", who_, line); }

int WorkerProcess::over(const std::string& status, const std::string& reason) const {
  tell(reason.empty() ? fmt::format("the run is over: {}", status)
                      : fmt::format("the run is over: {} ({})", status, reason));
  return kExitDone;
}

WorkerProcess::LinkOrFailure WorkerProcess::knock(const std::optional<EarlierLife>& earlier) {
  Clock::time_point until = Clock::now() + patience_;
  std::string told;
  while (true) {
    Result<std::shared_ptr<grpc::ChannelCredentials>> credentials = client_side(server_);
    if (!credentials && (!was_linked_ || InterruptGuard::interrupted() || Clock::now() >= until))
      return JoinFailure{true, false, "", credentials.error().sentence()};
    if (!credentials) {  // being renewed
      if (credentials.error().sentence() != std::exchange(told, credentials.error().sentence())) tell(told);
      std::this_thread::sleep_for(kKnockEvery);
      continue;
    }
    JoinOptions options;
    options.server = server_.endpoint.text();
    options.credentials = credentials.value();
    if (flags_.slot) options.slot = WorkerId(static_cast<std::uint32_t>(*flags_.slot));
    options.earlier = earlier;
    options.release = GLEANER_VERSION;
    options.host = host_;
    bool waited = false;
    LinkOrFailure joined = JoinedLink::join(
        options, [] { return !InterruptGuard::interrupted(); },
        [&](const std::string& why) {
          waited = true;
          tell(fmt::format("waits: {}", why));
        });
    auto* failure = std::get_if<JoinFailure>(&joined);
    if (failure == nullptr) was_linked_ = true;
    if (waited) {  // all that time there was a server
      until = Clock::now() + patience_;
      hopeless_.reset();
    }
    if (failure == nullptr || failure->final) return joined;
    const Trouble trouble = connection_trouble(server_.endpoint, server_.security.tls);
    const bool in_grpcs_words = failure->why.starts_with("failed to connect to all addresses");
    const std::string why = !trouble.sentence.empty() ? trouble.sentence
                            : in_grpcs_words ? fmt::format("there was no server at {}", options.server)
                                             : failure->why;
    // Who had a link before may meet certificates that are just being renewed, or a server that comes up
    // again.
    if (trouble.lasting && !was_linked_) return JoinFailure{true, false, "", why};
    if (Clock::now() >= until)
      return JoinFailure{true, false, "", fmt::format("no server for {}: {}", flags_.patience, why)};
    if (why != std::exchange(told, why)) tell(fmt::format("{}; it tries again for {}", why, flags_.patience));
    std::this_thread::sleep_for(kKnockEvery);
  }
}

Result<std::shared_ptr<const HeldChunks>> WorkerProcess::bring_data(const RunSetup& setup, const Plan& plan,
                                                                    JoinedLink& link) {
  if (!shelf_ || shelf_digest_ != setup.data_digest) {
    ShelfOptions options;
    options.folder = flags_.data;
    options.attempts = 1;  // a broken link is knocked at anew, and the shelf keeps what came
    options.say = [this](const std::string& line) { tell(line); };
    options.keep_going = [] { return !InterruptGuard::interrupted(); };
    options.progress = [this, last = Clock::now()](std::uint64_t bytes, std::uint64_t total) mutable {
      if (bytes > most_bytes_) hopeless_ = Clock::now() + patience_;
      most_bytes_ = std::max(most_bytes_, bytes);
      if (Clock::now() - last < std::chrono::seconds(2)) return;
      last = Clock::now();
      tell(fmt::format("{:.0f} of {:.0f} MiB of its data are here", static_cast<double>(bytes) / (1 << 20),
                       static_cast<double>(total) / (1 << 20)));
    };
    Result<ChunkShelf> shelf = ChunkShelf::make(setup, std::move(options));
    if (!shelf) return shelf.error();
    shelf_.emplace(std::move(shelf).value());
    shelf_digest_ = setup.data_digest;
  }
  const auto chunks = plan.assignment().chunks_of(link.placed().peer.worker);
  auto held = shelf_->bring(chunks, [&](ChunkId chunk, std::uint64_t offset, const auto& on_part) {
    return link.fetch(chunk, offset, on_part);
  });
  if (held) {
    const ChunkShelf::Sources& s = shelf_->sources();
    tell(fmt::format(
        "has its {} chunks: {} from memory, {} from a shared file, {} kept, {} sent ({:.1f} MiB)",
        chunks.size(), s.memory, s.file, s.cache, s.server, static_cast<double>(s.streamed) / (1 << 20)));
  }
  return held;
}

Result<RunSpec> WorkerProcess::prepare(JoinedLink& link) {
  Result<std::string> bytes = link.setup();
  if (!bytes) return bytes.error();
  Result<RunSetup> setup = decode_run_setup(bytes.value());
  if (!setup) return setup.error();
  Result<std::shared_ptr<const Plan>> plan = plan_of(setup.value());
  if (!plan) return plan.error();
  if (link.placed().peer.worker.index() >= plan.value()->workers())
    return run_failed("the server's plan has no such worker");
  Result<std::shared_ptr<const HeldChunks>> held = bring_data(setup.value(), *plan.value(), link);
  if (!held) return held.error();
  Result<RunSpec> spec = worker_spec(setup.value(), plan.value(), held.value());
  if (!spec) return spec;
  RunSpec& s = spec.value();
  s.gradients.folder = flags_.spill_folder;
  if (s.gradients.how == Keeping::spilled) {
    if (Status usable = check_spill_folder(s.gradients.folder); !usable) return usable.error();
  }
  const std::size_t slots = plan.value()->assignment().load(link.placed().peer.worker);
  tell(fmt::format("needs about {}, with gradients {}{}",
                   memory_text(worker_memory(s, slots, s.gradients.how, row_bytes(held.value()->data))),
                   name_of(s.gradients.how), limit_text(s.memory)));
  return spec;
}

Result<WorkerEnding> WorkerProcess::work(std::unique_ptr<JoinedLink> link) {
  const Placed placed = link->placed();
  name(placed.peer);
  Result<RunSpec> spec = prepare(*link);
  if (!spec) {
    if (const auto bye = link->goodbye())
      return WorkerEnding{WorkerEnding::Kind::run_is_over, bye->status, bye->reason};
    return spec.error();
  }

  const EarlierLife life{placed.peer, placed.term, placed.token};
  // A signal tells of its neighbours' chunks as well, who may hold more.
  const Assignment& a = spec.value().plan->assignment();
  const WireLimits limits{a.workers(), a.load_max()};
  const std::size_t parameters = spec.value().objective->parameters();
  WorkerSurroundings around;
  around.start = [&](RemoteLink& l, RemoteWorkerSink& sink) {
    static_cast<JoinedLink&>(l).start(sink, limits, parameters);
  };
  around.reconnect = [&]() -> std::variant<std::unique_ptr<RemoteLink>, WorkerEnding> {
    LinkOrFailure again = knock(life);
    if (const auto* f = std::get_if<JoinFailure>(&again)) {
      return WorkerEnding{f->run_is_over ? WorkerEnding::Kind::run_is_over : WorkerEnding::Kind::no_server,
                          f->status, f->why};
    }
    auto joined = std::move(std::get<std::unique_ptr<JoinedLink>>(again));
    // The token tells whose life it is: another server counts lives from 1 as well.
    if (joined->placed().token == placed.token && joined->placed().peer == placed.peer) return joined;
    next_ = std::move(joined);
    return WorkerEnding{WorkerEnding::Kind::replaced};
  };
  around.keep_going = [] { return !InterruptGuard::interrupted(); };
  around.trace = &trace_;
  around.say = [this](const std::string& line) { tell(line); };
  tell(fmt::format("works for {}, life {}", server_.endpoint.text(), placed.peer.life.value));
  WorkerLoop loop(spec.value(), placed.peer, placed.heartbeat, std::move(around));
  const WorkerEnding ending = loop.run(std::move(link));
  tell(fmt::format("{}{}", kPeakWords, peak_resident_bytes()));
  return ending;
}

Result<int> WorkerProcess::run() {
  if (Status s = trace_.open(flags_.trace); !s) return s.error();
  while (true) {
    std::unique_ptr<JoinedLink> link = std::move(next_);
    if (!link) {
      LinkOrFailure joined = knock(std::nullopt);
      if (const auto* f = std::get_if<JoinFailure>(&joined)) {
        if (f->run_is_over) return over(f->status, f->why);
        if (InterruptGuard::interrupted()) return kExitDone;
        return run_failed(f->why);
      }
      link = std::move(std::get<std::unique_ptr<JoinedLink>>(joined));
    }
    if (!hopeless_) hopeless_ = Clock::now() + patience_;
    Result<WorkerEnding> ending = work(std::move(link));
    if (!ending) {  // before it could work
      if (InterruptGuard::interrupted()) return kExitDone;
      if (ending.error().kind == Error::Kind::bad_input || Clock::now() > *hopeless_) return ending.error();
      tell(fmt::format("{}; it knocks again", ending.error().sentence()));
      std::this_thread::sleep_for(kKnockEvery);
      continue;
    }
    hopeless_.reset();
    const WorkerEnding& e = ending.value();
    switch (e.kind) {
      case WorkerEnding::Kind::run_is_over: return over(e.status, e.reason);
      case WorkerEnding::Kind::left: tell("left"); return kExitDone;
      case WorkerEnding::Kind::refused: return run_failed(fmt::format("the server refuses it: {}", e.reason));
      case WorkerEnding::Kind::no_server:
        if (InterruptGuard::interrupted()) return kExitDone;
        return run_failed(e.reason);
      case WorkerEnding::Kind::replaced:
        tell("the server does not know its life any more; it begins anew");
        break;
    }
  }
}

}  // namespace gleaner
