// Policy skip against its slow, obvious twin: after every event each live worker has been told to compute
// exactly the chunks that are short of copies (beyond.md section 2).
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/random_cluster.h"

namespace gleaner {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

constexpr Stamp kStamp{Term(1), RoundId(1)};

// Workers that report whatever they like, and what each was told. No vector ever arrives: what a lost worker
// had given is gone.
class Twin {
 public:
  Twin(std::shared_ptr<const Plan> plan, const ServerOptions& options)
      : plan_(plan),
        margin_(options.margin),
        server_(plan, code_for(plan->method()), options),
        workers_(plan->workers()) {
    for (std::uint32_t w = 0; w < plan_->workers(); ++w) join(WorkerId(w));
    step(BeginRound{kStamp.round});
    check();
  }

  void act(Random& random) {
    const WorkerId w(static_cast<std::uint32_t>(random.below(plan_->workers())));
    Worker& worker = workers_[w.index()];
    if (!worker.live) {
      return random.uniform() < 0.5 ? join(w) : reconnect(w);
    }
    const double u = random.uniform();
    if (u < 0.06) return lose(w);
    if (u < 0.08) return join(w);  // its next life speaks before the end of this one was seen
    if (u < 0.11) return reject(w, random);
    if (u < 0.25 && !said_.empty()) return step(said_[random.below(said_.size())]);
    if (u < 0.30 && timer_) return step(TimerFired{*timer_});
    finish(w, random, u > 0.8);
  }

  // Before the signal, and while chunks are computed again after it.
  void check() const {
    if (server_.phase() != Server::Phase::computing) return;
    for (std::uint32_t j = 0; j < plan_->workers(); ++j) {
      const Worker& worker = workers_[j];
      if (!worker.live) continue;
      for (std::uint32_t s = 0; s < plan_->assignment().load(WorkerId(j)); ++s) {
        if (worker.reported.contains(Slot(s)) || worker.rejected.contains(Slot(s))) continue;
        const ChunkId chunk = plan_->assignment().chunk_at(WorkerId(j), Slot(s));
        const bool wanted = copies(chunk) < plan_->blocks() + (signalled_ ? 0 : margin_);
        RC_LOG() << "worker " << j << " chunk " << chunk.value << " wanted " << wanted << "\n";
        RC_ASSERT(worker.told.contains(Slot(s)) == wanted);
      }
    }
  }

  [[nodiscard]] bool computing() const { return server_.phase() == Server::Phase::computing; }
  [[nodiscard]] bool signalled() const { return signalled_; }

 private:
  struct Worker {
    Incarnation life;
    bool live = false;
    SlotSet done;      // finished, also what the server does not know of
    SlotSet reported;  // what the server has heard of this life
    SlotSet rejected;
    SlotSet told;
    std::uint32_t revision = 0;
  };

  [[nodiscard]] std::size_t copies(ChunkId chunk) const {
    const auto holders = plan_->assignment().holders_of(chunk);
    return static_cast<std::size_t>(
        std::count_if(holders.begin(), holders.end(), [&](const Assignment::Holder& h) {
          const Worker& w = workers_[h.worker.index()];
          return w.live && w.reported.contains(h.slot);
        }));
  }

  void join(WorkerId w) {
    const Incarnation life(workers_[w.index()].life.value + 1);
    workers_[w.index()] = Worker{};
    workers_[w.index()].life = life;
    workers_[w.index()].live = true;
    step(FromWorker{{w, life}, Hello{plan_->fingerprint(), {}, {}}});
  }

  void reconnect(WorkerId w) {
    Worker& worker = workers_[w.index()];
    worker.live = true;
    worker.reported = worker.done;
    step(FromWorker{{w, worker.life}, Hello{plan_->fingerprint(), kStamp, worker.done}});
  }

  void lose(WorkerId w) {
    workers_[w.index()].live = false;
    step(WorkerLost{{w, workers_[w.index()].life}});
  }

  void reject(WorkerId w, Random& random) {
    Worker& worker = workers_[w.index()];
    const auto slot = any_open(w, random);
    if (!slot) return;
    worker.rejected.insert(*slot);
    step(FromWorker{{w, worker.life}, ChunkRejected{kStamp, *slot, "NaN"}});
  }

  // A worker may be ahead of what it was told, so any chunk may come. `late`: the report is on its way, to
  // come any time, or never.
  void finish(WorkerId w, Random& random, bool late) {
    Worker& worker = workers_[w.index()];
    const auto slot = any_open(w, random);
    if (!slot) return;
    worker.done.insert(*slot);
    said_.push_back({{w, worker.life}, Progress{kStamp, worker.done}});
    if (!late) step(said_.back());
  }

  [[nodiscard]] std::optional<Slot> any_open(WorkerId w, Random& random) const {
    const Worker& worker = workers_[w.index()];
    std::vector<Slot> open;
    for (std::uint32_t s = 0; s < plan_->assignment().load(w); ++s) {
      if (!worker.done.contains(Slot(s)) && !worker.rejected.contains(Slot(s))) open.emplace_back(s);
    }
    if (open.empty()) return std::nullopt;
    return open[random.below(open.size())];
  }

  void step(const ServerEvent& event) {
    if (const auto* heard = std::get_if<FromWorker>(&event)) {
      Worker& from = workers_[heard->peer.worker.index()];
      const auto* progress = std::get_if<Progress>(&heard->message);
      if (progress != nullptr && from.live && from.life == heard->peer.life) from.reported |= progress->done;
    }
    std::vector<ServerAction> out;
    server_.step({}, event, out);
    std::map<WorkerId, std::size_t> todos;
    for (const ServerAction& a : out) {
      if (const auto* arm = std::get_if<ArmTimer>(&a);
          arm != nullptr && arm->timer.kind == TimerId::Kind::deadline) {
        timer_ = arm->timer;
      }
      const auto* send = std::get_if<SendWorker>(&a);
      if (send == nullptr) continue;
      Worker& to = workers_[send->peer.worker.index()];
      RC_ASSERT(send->peer.life == to.life);
      if (std::holds_alternative<StartRound>(send->message)) {
        to.told = SlotSet::first(plan_->assignment().load(send->peer.worker));
      } else if (const auto* todo = std::get_if<Todo>(&send->message)) {
        RC_ASSERT(todo->revision > to.revision);
        to.revision = todo->revision;
        to.told = todo->wanted;
        if (!signalled_) RC_ASSERT(++todos[send->peer.worker] == 1U);
      } else if (std::holds_alternative<Transmit>(send->message)) {
        to.told.clear();
        signalled_ = true;
      }
    }
  }

  std::shared_ptr<const Plan> plan_;
  std::uint32_t margin_;
  Server server_;
  std::vector<Worker> workers_;
  std::vector<FromWorker> said_;
  std::optional<TimerId> timer_;
  bool signalled_ = false;
};

ServerOptions any_skipping() {
  ServerOptions o;
  o.policy = *rc::gen::element(Policy::skip, Policy::replan);
  o.margin = static_cast<std::uint32_t>(testing_cases::any_size(0, 2));
  o.when_unrecoverable = WhenUnrecoverable::wait;  // and nobody tells it that the wait is over
  o.trace = false;
  switch (*rc::gen::inRange(0, 4)) {
    case 0: o.recovery = {Recovery::Kind::deadline, std::chrono::seconds(1), 0}; break;
    case 1: o.recovery = {Recovery::Kind::residual, {}, 0.3}; break;
    default: break;
  }
  return o;
}

RC_GTEST_PROP(Skip, TellsEveryWorkerExactlyWhatIsShort, ()) {
  const auto plan = any_plan(Method::partial, any_blocks(), *rc::gen::inRange<std::size_t>(0, 3));
  const ServerOptions options = any_skipping();
  bool again = false;
  for (int k = 0; k < 5; ++k) {
    Random random = testing_cases::any_random();
    Twin twin(plan, options);
    for (std::size_t n = 0; n < 12 * plan->assignment().copies(); ++n) {
      twin.act(random);
      twin.check();
      again = again || (twin.signalled() && twin.computing());
    }
  }
  RC_CLASSIFY(again, "also after the signal");
}

}  // namespace
}  // namespace gleaner
