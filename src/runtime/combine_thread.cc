#include "runtime/combine_thread.h"

#include <utility>

#include "base/check.h"

namespace gleaner {

CombineThread::CombineThread(const RunSpec& spec, SendWindow& window, Reports reports)
    : spec_(spec),
      window_(window),
      reports_(std::move(reports)),
      combiner_(spec.plan, spec.code, spec.objective->dimension(), spec.segment_floats),
      trainer_(first_trainer(spec)),
      initial_(trainer_.parameters()),
      thread_([this] { loop(); }) {}

CombineThread::~CombineThread() {
  orders_.push(Quit{});
  thread_.join();
}

void CombineThread::loop() {
  while (true) {
    Order order = orders_.pop();
    if (std::holds_alternative<Quit>(order)) return;
    std::visit(
        [&](auto& o) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(o)>, Quit>) execute(o);
        },
        order);
  }
}

void CombineThread::execute(Begin& order) {
  combiner_.begin(order.stamp);
  round_began_ = order.at;
  window_.advance(order.stamp, 0);
}

void CombineThread::execute(Expect& order) {
  combiner_.expect(order, outcomes_);
  report();
}

void CombineThread::execute(Forget& order) { combiner_.forget(order.worker); }

void CombineThread::execute(VectorSegment& order) {
  combiner_.deliver(std::move(order), outcomes_);
  report();
}

void CombineThread::execute(Commit& order) {
  GLEANER_CHECK(combiner_.combined() == combiner_.layout().count(), "a commit follows the last segment");
  RoundDone done;
  const Parameters before = trainer_.parameters();
  done.step = trainer_.step(combiner_.gradient());
  done.took = Clock::now() - round_began_;
  if (done.step && spec_.verify) {
    done.gradient_error = trainer_.gradient_error(combiner_.gradient(), *before, order.stamp.round);
  }
  if (done.step && spec_.test && spec_.test->is_due(order.stamp.round.value, spec_.rounds))
    done.test_accuracy = trainer_.accuracy_on(spec_.test->samples);
  done.vector_bytes.assign(combiner_.bytes_received().begin(), combiner_.bytes_received().end());
  done.parameters = trainer_.parameters();
  done.commit = std::move(order);
  reports_.done(std::move(done));
}

void CombineThread::report() {
  for (Combiner::Outcome& outcome : outcomes_) {
    if (const auto* c = std::get_if<Combined>(&outcome)) window_.advance(c->stamp, c->segments);
    std::visit([&](auto& o) { reports_.event(ServerEvent(std::move(o))); }, outcome);
  }
  outcomes_.clear();
}

}  // namespace gleaner
