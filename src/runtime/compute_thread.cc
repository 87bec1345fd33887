#include "runtime/compute_thread.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/check.h"

namespace gleaner {
namespace {

// Of the calling thread alone, as Linux has it. Where that is forbidden, it stays what it is.
void lower_priority() {
  const auto self = static_cast<id_t>(::gettid());
  errno = 0;
  const int nice = ::getpriority(PRIO_PROCESS, self);
  if (errno == 0) ::setpriority(PRIO_PROCESS, self, nice + ComputeThread::kNicer);
}

}  // namespace

// Paces the work inside the chunk, so that progress within it is real, and sleeps interruptibly. Inside the
// gate while it computes, and not while it sleeps.
class ComputeThread::PacedPulse final : public Pulse {
 public:
  using Clock = std::chrono::steady_clock;

  PacedPulse(ComputeThread& owner, const Job& job)
      : owner_(owner), job_(job), began_(Clock::now()), last_report_(began_) {
    {
      const std::scoped_lock lock(owner_.mutex_);
      owner_.pulse_ = this;
      leaves_cores_until_ = began_ + job_.patience;
    }
    come_in();
  }
  ~PacedPulse() override {
    go_out();
    const std::scoped_lock lock(owner_.mutex_);
    owner_.pulse_ = nullptr;
  }
  PacedPulse(const PacedPulse&) = delete;
  PacedPulse& operator=(const PacedPulse&) = delete;

  [[nodiscard]] bool tick(double fraction) override {
    const Clock::time_point not_before = began_ + from_seconds(seconds(job_.at_least) * fraction);
    while (true) {
      const Clock::time_point now = Clock::now();
      const bool due = now >= not_before;
      if (now - last_report_ >= kProgressEvery) {
        last_report_ = now;
        owner_.progressed_(job_.stamp, job_.slot, std::min(fraction, paced(now)));
      }
      std::unique_lock lock(owner_.mutex_);
      worked_ = fraction;
      if (is_over()) return false;
      if (due) {
        lock.unlock();
        if (job_.redundant && now < leaves_cores_until_ && owner_.gate_.is_crowded()) go_out();
        return come_in();
      }
      go_out();
      owner_.changed_.wait_until(lock, std::min(not_before, now + kProgressEvery), [&] { return is_over(); });
    }
  }

  /// False: it was stopped before it could begin.
  [[nodiscard]] bool is_inside() const { return inside_; }

  /// REQUIRES: the owner's mutex is held.
  [[nodiscard]] double fraction() const { return std::min(worked_, paced(Clock::now())); }
  [[nodiscard]] Duration elapsed() const { return Clock::now() - began_; }

 private:
  [[nodiscard]] bool is_over() const { return owner_.stopping_ || owner_.quitting_; }
  bool come_in() {
    if (inside_) return true;
    if (job_.redundant) {
      inside_ = owner_.gate_.enter_when_idle(leaves_cores_until_, [&] { return is_over(); });
    } else {
      owner_.gate_.enter();
      inside_ = true;
    }
    return inside_;
  }
  void go_out() {
    if (inside_) owner_.gate_.leave();
    inside_ = false;
  }
  [[nodiscard]] double paced(Clock::time_point now) const {
    return job_.at_least > Duration::zero() ? seconds(now - began_) / seconds(job_.at_least) : 1.0;
  }

  ComputeThread& owner_;
  const Job& job_;
  Clock::time_point began_;
  Clock::time_point last_report_;
  Clock::time_point leaves_cores_until_;
  double worked_ = 0;  // under the owner's mutex
  bool inside_ = false;
};

ComputeThread::ComputeThread(std::shared_ptr<const Objective> objective, GradientStore& store,
                             Finished finished, Progressed progressed, CoreGate& gate)
    : objective_(std::move(objective)),
      store_(store),
      finished_(std::move(finished)),
      progressed_(std::move(progressed)),
      gate_(gate),
      thread_(begin_thread(false)) {}

ComputeThread::~ComputeThread() {
  shut_down();
  thread_.join();
  if (redundant_.joinable()) redundant_.join();
}

std::thread ComputeThread::begin_thread(bool redundant) {
  ++running_;
  try {
    return std::thread([this, redundant] {
      if (redundant) lower_priority();
      loop(redundant);
      --running_;
    });
  } catch (const std::system_error&) {
    --running_;
    throw;
  }
}

void ComputeThread::start(Job job) {
  if (job.redundant && !redundant_.joinable()) {
    try {
      redundant_ = begin_thread(true);
    } catch (const std::system_error&) {  // no more threads to be had: it is computed all the same
      job.redundant = false;
    }
  }
  {
    const std::scoped_lock lock(mutex_);
    GLEANER_CHECK(!next_, "a worker computes one chunk at a time");
    next_ = std::move(job);
    stopping_ = false;
  }
  changed_.notify_all();
}

double ComputeThread::fraction() const {
  const std::scoped_lock lock(mutex_);
  return pulse_ == nullptr ? 0 : pulse_->fraction();
}

void ComputeThread::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  gate_.wake();
}

void ComputeThread::shut_down() {
  {
    const std::scoped_lock lock(mutex_);
    quitting_ = true;
  }
  changed_.notify_all();
  gate_.wake();
}

void ComputeThread::loop(bool redundant) {
  while (true) {
    Result result;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return quitting_ || (next_ && next_->redundant == redundant); });
      if (quitting_) return;
      result.job = *std::exchange(next_, std::nullopt);
    }
    PacedPulse pulse(*this, result.job);
    ComputedChunk done{{ChunkOutcome::stopped, {}}, nullptr};
    if (pulse.is_inside()) {
      done = compute_into(store_, *objective_, *result.job.parameters, result.job.chunk,
                          result.job.stamp.round, pulse);
    }
    result.verdict = std::move(done.verdict);
    result.row = std::move(done.row);
    if (result.verdict.outcome == ChunkOutcome::finished && !pulse.tick(1)) {
      result.verdict.outcome = ChunkOutcome::stopped;
      result.row.reset();
    }
    result.took = pulse.elapsed();
    {
      const std::scoped_lock lock(mutex_);
      result.fraction = pulse.fraction();
      pulse_ = nullptr;  // the next job has got nowhere yet
    }
    finished_(std::move(result));
  }
}

}  // namespace gleaner
