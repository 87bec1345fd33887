// What the tests of the disasters' checker break by hand: one small cluster, played by the test.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/disaster_checker.h"

namespace gleaner::test {

inline Peer peer(std::uint32_t worker, std::uint64_t life = 1) {
  return {WorkerId(worker), Incarnation(life)};
}

// Three chunks on three workers, two copies each: worker w holds chunks w and w - 1. In slots: worker 0
// {0,2}, worker 1 {0,1}, worker 2 {1,2}.
inline DisasterCluster small_cluster(const ServerOptions& options) {
  DisasterCluster c;
  const Assignment a = Assignment::cyclic(3, 3, 2).value();
  c.spec.plan = std::make_shared<const Plan>(
      Plan::make(Method::partial, a, Ordering::optimal(a), Frame::ones(3)).value());
  c.spec.code = code_for(Method::partial);
  c.spec.server = options;
  c.spec.rounds = 2;
  c.spec.dimension = 9;
  c.spec.segments = 1;
  return c;
}

/// A server, three workers and a checker between them; the test plays all of them, at times that it sets.
class CheckedDisaster : public testing::Test {
 protected:
  explicit CheckedDisaster(const ServerOptions& options = {})
      : cluster_(small_cluster(options)),
        checker_(cluster_),
        vectors_(cluster_.spec.plan, cluster_.spec.code, cluster_.seed, cluster_.spec.dimension, 1, {},
                 checker_) {
    vectors_.restart_server(Term(1), RoundId(0));
    for (std::uint32_t w = 0; w < 3; ++w) join(peer(w));
  }

  void join(Peer p) {
    vectors_.start(p);
    tell(FromWorker{p, Hello{}});
    checker_.on_server_action(now_, SendWorker{p, Welcome{}});
  }
  void tell(const ServerEvent& event) { checker_.on_server_event(now_, stamp_, event); }
  void lose(Peer p) { tell(WorkerLost{p}); }
  void at(double seconds) { now_ = Time{} + from_seconds(seconds); }
  void give_up() { checker_.on_server_action(now_, FailRun{run_failed("too few copies")}); }
  void begin(std::uint64_t round) {
    stamp_.round = RoundId(round);
    tell(BeginRound{stamp_.round});
    vectors_.begin_round(stamp_);
  }
  // Every worker does its own chunk: chunk w at worker w.
  void finish_own_chunks() {
    for (std::uint32_t w = 0; w < 3; ++w) finish(peer(w), w);
  }
  void finish(Peer p, std::uint32_t chunk) {
    (void)vectors_.compute(p, stamp_, *assignment().slot_of(p.worker, ChunkId(chunk)));
  }
  // `holders[i]`: the workers whose copies of chunk i are selected.
  SelectionRef selection(std::uint32_t epoch, const std::vector<std::vector<std::uint32_t>>& holders) {
    UsedSlots used(3);
    for (std::uint32_t i = 0; i < holders.size(); ++i) {
      for (const std::uint32_t w : holders[i]) used[w].insert(*assignment().slot_of(WorkerId(w), ChunkId(i)));
    }
    return std::make_shared<const Selection>(Selection{stamp_, Epoch(epoch), used});
  }
  void expect(const SelectionRef& s, const std::vector<Expect::Vector>& vectors) {
    selection_ = s;
    checker_.on_server_action(now_, Expect{s, vectors});
    VectorWork::Outcomes out;
    vectors_.expect(Expect{s, vectors}, out);
  }
  VectorSegment encode(Peer p, const SelectionRef& s) {
    vectors_.begin_sending(p, EncodeAndSend{{stamp_, s->epoch}, s, 0});
    return vectors_.next_segment(p);
  }
  void deliver(VectorSegment part) {
    VectorWork::Outcomes out;
    vectors_.deliver(std::move(part), out);
    for (const auto& o : out) std::visit([&](const auto& e) { tell(e); }, o);
  }
  // The plain way up to the commit.
  void collect() {
    finish_own_chunks();
    const SelectionRef s = selection(1, {{0}, {1}, {2}});
    expect(s, {{peer(0), Epoch(1)}, {peer(1), Epoch(1)}, {peer(2), Epoch(1)}});
    for (std::uint32_t w = 0; w < 3; ++w) deliver(encode(peer(w), s));
  }
  [[nodiscard]] Commit commit(double residual = 0) const {
    Commit c;
    c.stamp = stamp_;
    c.selection = selection_;
    c.residual = residual;
    return c;
  }
  [[nodiscard]] const Assignment& assignment() const { return cluster_.spec.plan->assignment(); }
  void expect_broken(Violation::Rule rule, const std::string& words) {
    ASSERT_TRUE(checker_.violation().has_value()) << "nothing was seen";
    EXPECT_EQ(name_of(checker_.violation()->rule), std::string(name_of(rule))) << checker_.violation()->what;
    EXPECT_THAT(checker_.violation()->what, testing::HasSubstr(words));
  }
  void expect_sound() { EXPECT_FALSE(checker_.violation().has_value()) << checker_.violation()->what; }

  Stamp stamp_{Term(1), RoundId(0)};
  Time now_{};
  DisasterCluster cluster_;
  DisasterChecker checker_;
  DisasterVectors vectors_;
  SelectionRef selection_;
};

}  // namespace gleaner::test
