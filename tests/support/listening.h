// A server with policy replan and four workers, for tests of what it hears.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "protocol/server.h"

namespace gleaner::listening {

inline constexpr Stamp kRound1{Term(1), RoundId(1)};
inline constexpr Duration kSecond = std::chrono::seconds(1);

inline Peer peer(std::uint32_t worker, std::uint64_t life = 1) {
  return {WorkerId(worker), Incarnation(life)};
}

inline SlotSet slots(std::initializer_list<std::uint32_t> members) {
  SlotSet set;
  for (const std::uint32_t s : members) set.insert(Slot(s));
  return set;
}

inline OrderRef order(std::initializer_list<std::uint32_t> members) {
  std::vector<Slot> slots;
  for (const std::uint32_t s : members) slots.emplace_back(s);
  return std::make_shared<const std::vector<Slot>>(slots);
}

// Four chunks, each on all of four workers, who do them in ascending order.
class ListeningTest : public testing::Test {
 protected:
  ListeningTest() {
    const Assignment a = Assignment::cyclic(4, 4, 4).value();
    plan_ = std::make_shared<const Plan>(
        Plan::make(Method::partial, a, Ordering::ascending(a), Frame::ones(4)).value());
    ServerOptions options;
    options.policy = Policy::replan;
    server_.emplace(plan_, code_for(Method::partial), options);
    for (std::uint32_t w = 0; w < 4; ++w) join(peer(w));
  }
  void join(Peer who, Stamp stamp = {}, const SlotSet& kept = {}) {
    step(FromWorker{who, Hello{plan_->fingerprint(), stamp, kept}});
  }
  void begin(Duration listen_after = {}, std::vector<OrderRef> orders = {}, std::uint64_t round = 1) {
    step(BeginRound{RoundId(round), listen_after, std::move(orders)});
  }
  void report(std::uint32_t worker, const SlotSet& done, std::uint8_t parts = 8) {
    step(FromWorker{peer(worker), Progress{server_->stamp(), done, {now_.time_since_epoch(), parts}}});
  }
  // Everybody has answered: the server asks for orders.
  Replan listened() {
    begin(kSecond);
    now_ += kSecond;
    for (std::uint32_t w = 0; w < 4; ++w) report(w, {});
    return replans().at(0);
  }
  void ready(std::uint32_t serial, std::vector<OrderRef> orders, Duration listen_again = {},
             Duration until = {}, Duration check = {}) {
    step(OrdersReady{server_->stamp(), serial, std::move(orders), listen_again, until, false, check});
  }
  void ring() {
    const ArmTimer timer = timers().at(0);
    now_ = timer.at;
    step(TimerFired{timer.timer});
  }
  void step(const ServerEvent& event) {
    out_.clear();
    server_->step(now_, event, out_);
  }

  template <class Action>
  std::vector<Action> all() const {
    std::vector<Action> found;
    for (const ServerAction& a : out_) {
      if (const auto* x = std::get_if<Action>(&a)) found.push_back(*x);
    }
    return found;
  }
  std::vector<Replan> replans() const { return all<Replan>(); }
  std::vector<ArmTimer> timers() const { return all<ArmTimer>(); }
  template <class Message>
  std::vector<std::pair<std::uint32_t, Message>> sent() const {
    std::vector<std::pair<std::uint32_t, Message>> found;
    for (const SendWorker& s : all<SendWorker>()) {
      if (const auto* m = std::get_if<Message>(&s.message)) found.emplace_back(s.peer.worker.value, *m);
    }
    return found;
  }
  template <class Message>
  std::vector<std::uint32_t> told() const {
    std::vector<std::uint32_t> workers;
    for (const auto& [worker, message] : sent<Message>()) workers.push_back(worker);
    return workers;
  }

  std::shared_ptr<const Plan> plan_;
  std::optional<Server> server_;
  std::vector<ServerAction> out_;
  Time now_{};
};

}  // namespace gleaner::listening
