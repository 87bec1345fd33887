// A small language in which a person tells what happens to a cluster, and reads what follows from it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/trace.h"
#include "support/cluster.h"
#include "support/scenario_words.h"

namespace gleaner::test {

/// Runs a scenario file. Comments (#), empty lines and commands (column 0) are copied; indented lines are
/// what followed from the last run and are written anew: the sentences of the trace, those of the server
/// behind "server:", and what the harness found under "check:". Messages arrive at once and in order; work
/// takes until a command ends it.
///
///   cluster cyclic chunks=4 workers=4 replication=2 [blocks=1] [segments=2] [method=partial] [order=optimal]
///           [recovery=exact|deadline:100ms|residual:0.4] [unrecoverable=stop|approximate|wait:2s]
///   cluster holders=0,1/1,2 ..          the holders of chunk 0, of chunk 1
///   join all | worker=2                 a process starts and says Hello
///   round 1
///   finish worker=2 [chunks=1] | all    the chunk in hand ends well
///   nan worker=2                        the chunk in hand ends with a NaN
///   segment worker=1                    one segment of its vector leaves
///   vector worker=1 | all               all segments that are left
///   corrupt worker=1                    its next segment carries a NaN
///   hold worker=1 | let worker=1        what it sends stays on its way, and goes on
///   lose worker=3 [quietly]             it crashes; quietly: the server does not see that yet
///   return worker=3                     it starts again, as a new incarnation
///   cut worker=3 | reconnect worker=3   its link breaks and comes back, the process goes on
///   repeat worker=2                     its last report of progress arrives once more
///   stranger worker=9 [plan=other] [life=1]   somebody says Hello
///   too-slow worker=1 life=1 epoch=1    the driver finds its vector too slow
///   late-vector worker=1 life=1 epoch=1 the news of a whole vector arrives late
///   restart-server term=2
///   pass 100ms
///   expect phase=computing
class Scenario {
 public:
  /// The file as it would be if its indented lines were right. Problems of the file itself: see complaints().
  std::string run(const std::string& file) {
    std::istringstream in(file);
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with(' ')) continue;
      out_ += line + "\n";
      if (!line.empty() && line[0] != '#') command(ScenarioLine::parse(line));
    }
    if (cluster_) {
      for (const std::string& c : cluster_->complaints) complaints_.push_back(c);
    }
    return out_;
  }
  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  void command(const ScenarioLine& l) {
    if (l.name == "cluster") return build(l);
    if (!cluster_) return complaints_.push_back("the first command is cluster");
    if (l.values.contains("worker") || l.has("all")) {
      for (const WorkerId w : workers_of(l)) for_worker(l, w);
    } else {
      for_all(l);
    }
    check_rounds();
  }

  void for_worker(const ScenarioLine& l, WorkerId w) {
    Cluster& c = *cluster_;
    if (l.name == "join" || l.name == "return") {
      c.start(w);
    } else if (l.name == "stranger") {
      stranger(l, w);
    } else if (l.name == "late-vector") {
      c.inject(
          VectorIn{{w, Incarnation(l.number("life", 1))}, {c.server().stamp(), Epoch(l.number("epoch", 1))}});
    } else if (l.name == "too-slow") {
      const Server& s = c.server();
      c.inject(VectorLate{
          {w, Incarnation(l.number("life", 1))}, {s.stamp(), Epoch(l.number("epoch", 1))}, "a thin link"});
    } else if (l.name == "lose") {
      c.host(w).held = l.has("quietly");
      c.crash(w, true);
    } else if (l.name == "cut") {
      c.cut(w, true);
    } else if (l.name == "reconnect") {
      c.reconnect(w);
    } else if (l.name == "hold" || l.name == "let") {
      c.host(w).held = l.name == "hold";
    } else if (l.name == "repeat") {
      c.inject(last_progress_.at(w));
    } else if (l.name == "corrupt") {
      c.host(w).corrupt = true;
    } else {
      work(l, w);
    }
    c.settle();
  }

  void work(const ScenarioLine& l, WorkerId w) {
    ToyHost& host = cluster_->host(w);
    if (l.name == "finish" || l.name == "nan") {
      const ChunkOutcome outcome = l.name == "nan" ? ChunkOutcome::rejected : ChunkOutcome::finished;
      for (std::uint32_t k = 0; k < l.number("chunks", 1); ++k) {
        if (host.in_hand) {
          cluster_->end_chunk(host, outcome);
        } else if (!l.has("all")) {
          complaints_.push_back(fmt::format("{}: worker {} has no chunk in hand", l.name, w.value));
        }
        cluster_->settle();
      }
    } else if (l.name == "segment" || l.name == "vector") {
      if (!host.sending && !l.has("all"))
        complaints_.push_back(fmt::format("worker {} has nothing to send", w.value));
      while (host.sending) {
        cluster_->send_segment(host);
        cluster_->settle();
        if (l.name == "segment") break;
      }
    } else {
      complaints_.push_back("no such command: " + l.name);
    }
  }

  void for_all(const ScenarioLine& l) {
    Cluster& c = *cluster_;
    const std::string argument = l.words.empty() ? "" : l.words[0];
    if (l.name == "round") {
      c.begin_round(RoundId(std::stoul(argument)));
    } else if (l.name == "pass") {
      c.pass(c.now() + duration_of(argument), [&] { c.settle(); });
    } else if (l.name == "restart-server") {
      ServerOptions options = options_;
      options.term = Term(l.number("term", 2));
      c.restart_server(options);
    } else if (l.name == "expect") {
      if (phase() != l.text("phase", ""))
        complaints_.push_back(fmt::format("expected phase {}, it is {}", l.text("phase", ""), phase()));
    } else {
      complaints_.push_back("no such command: " + l.name);
    }
    c.settle();
  }

  void build(const ScenarioLine& l) {
    const auto plan = plan_of(l);
    options_ = options_of(l);
    const ToyShape shape{l.number("dimension", 7), plan->blocks(), l.number("segments", 2)};
    cluster_.emplace(plan, options_, shape);
    cluster_->on_note = [this](const Note& note, const ToyHost* host) {
      say((host == nullptr ? "server: " : "") + sentence(note));
    };
    cluster_->on_up = [this](Peer peer, const WorkerMessage& message) {
      if (std::holds_alternative<Progress>(message)) last_progress_[peer.worker] = {peer, message};
    };
    for (std::uint32_t w = 0; w < plan->workers(); ++w) {
      std::string order;
      for (const Slot slot : plan->ordering().of(WorkerId(w))) {
        const auto chunk = plan->assignment().chunk_at(WorkerId(w), slot);
        order += fmt::format("{}chunk {}", order.empty() ? "" : ", then ", chunk.value);
      }
      say(fmt::format("plan: worker {} does {}", w, order));
    }
  }

  void stranger(const ScenarioLine& l, WorkerId w) {
    Fingerprint plan = cluster_->plan().fingerprint();
    if (l.has("plan")) plan.hex[0] = plan.hex[0] == '0' ? '1' : '0';
    cluster_->inject(FromWorker{{w, Incarnation(l.number("life", 1))}, Hello{plan, {}, {}}});
  }

  void check_rounds() {
    for (; checked_ < cluster_->rounds.size(); ++checked_) {
      const Cluster::Round& r = cluster_->rounds[checked_];
      if (r.commit.residual == 0) {
        say(r.error < 1e-9 ? "check: the gradient is the exact sum" : "check: THE GRADIENT IS WRONG");
      } else {
        say(fmt::format("check: relative residual {:.4g} announced, {:.4g} found", r.commit.residual,
                        r.error_residual));
      }
      if (std::abs(r.commit.residual - r.error_residual) > 1e-6 || (r.commit.residual == 0 && r.error > 1e-9))
        complaints_.push_back("the gradient is not what the commit says");
      std::string who;
      for (const WorkerId w : r.commit.reencoded) who += fmt::format(" {}", w.value);
      if (!who.empty()) say("check: encoded more than once:" + who);
    }
  }

  [[nodiscard]] std::vector<WorkerId> workers_of(const ScenarioLine& l) const {
    if (l.values.contains("worker")) return {WorkerId(l.number("worker", 0))};
    std::vector<WorkerId> all;
    for (std::uint32_t w = 0; w < cluster_->plan().workers(); ++w) {
      if (l.name == "join" || cluster_->is_running(WorkerId(w))) all.emplace_back(w);
    }
    return all;
  }

  [[nodiscard]] std::string phase() const {
    switch (cluster_->server().phase()) {
      case Server::Phase::idle: return "idle";
      case Server::Phase::computing: return "computing";
      case Server::Phase::collecting: return "collecting";
      case Server::Phase::committing: return "committing";
      case Server::Phase::failed: return "failed";
    }
    return "unknown";
  }

  void say(const std::string& what) { out_ += "  " + what + "\n"; }

  std::optional<Cluster> cluster_;
  ServerOptions options_;
  std::map<WorkerId, FromWorker> last_progress_;
  std::size_t checked_ = 0;
  std::string out_;
  std::vector<std::string> complaints_;
};

}  // namespace gleaner::test
