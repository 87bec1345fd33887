#include "work/gradient_store.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "coding/bfloat16.h"

namespace gleaner {
namespace {

struct RoundedNumbers {
  std::vector<std::uint16_t> upper;  // all but the tail
  std::vector<float> tail;
};

// Memory or places that nobody holds. They come back through the deleter of their last holder, under a lock:
// asking use_count() instead would not order that holder's reads before the next writes.
template <class T>
class Pool {
 public:
  // One that came back, or else another one made by `make`, which is told how many there are.
  template <class Make>
  std::unique_ptr<T> take(const Make& make) {
    const std::scoped_lock lock(mutex_);
    if (idle_.empty()) return make(made_++);
    std::unique_ptr<T> storage = std::move(idle_.back());
    idle_.pop_back();
    return storage;
  }
  void come_back(std::unique_ptr<T> storage) {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(storage));
  }
  [[nodiscard]] std::size_t made() const {
    const std::scoped_lock lock(mutex_);
    return made_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<T>> idle_;
  std::size_t made_ = 0;
};

}  // namespace

struct GradientStore::Pools {
  Pool<std::vector<float>> buffers;
  Pool<RoundedNumbers> rounded;
  Pool<std::uint64_t> places;  // in the file
  std::mutex mutex;
  std::shared_ptr<const SpillFile> file;  // made when the first gradient is spilled

  Result<std::shared_ptr<const SpillFile>> open(const std::filesystem::path& folder) {
    const std::scoped_lock lock(mutex);
    if (file) return file;
    Result<std::shared_ptr<const SpillFile>> opened =
        SpillFile::open(folder.empty() ? spill_folder() : folder);
    if (opened) file = opened.value();
    return opened;
  }
};

class GradientStore::RoundedRow final : public KeptGradient {
 public:
  RoundedRow(std::shared_ptr<Pools> pools, std::unique_ptr<RoundedNumbers> numbers)
      : pools_(std::move(pools)), numbers_(std::move(numbers)) {}
  ~RoundedRow() override { pools_->rounded.come_back(std::move(numbers_)); }
  [[nodiscard]] std::size_t size() const override { return numbers_->upper.size() + numbers_->tail.size(); }
  [[nodiscard]] bool read(std::size_t first, std::span<float> out) const override {
    const auto& [upper, tail] = *numbers_;
    const std::size_t halves = std::min(out.size(), upper.size() - std::min(first, upper.size()));
    if (halves > 0) widen_bfloat16(std::span(upper).subspan(first, halves), out.first(halves));
    for (std::size_t t = halves; t < out.size(); ++t) {
      const std::size_t at = first + t - upper.size();
      out[t] = at < tail.size() ? tail[at] : 0.0F;
    }
    return true;
  }

 private:
  std::shared_ptr<Pools> pools_;
  std::unique_ptr<RoundedNumbers> numbers_;
};

class GradientStore::SpilledRow final : public KeptGradient {
 public:
  SpilledRow(std::shared_ptr<Pools> pools, std::shared_ptr<const SpillFile> file,
             std::unique_ptr<std::uint64_t> place, std::size_t size)
      : pools_(std::move(pools)), file_(std::move(file)), place_(std::move(place)), size_(size) {}
  ~SpilledRow() override { pools_->places.come_back(std::move(place_)); }
  [[nodiscard]] std::size_t size() const override { return size_; }
  [[nodiscard]] bool read(std::size_t first, std::span<float> out) const override {
    const std::size_t count = std::min(out.size(), size_ - std::min(first, size_));
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(count), out.end(), 0.0F);
    return file_->read(*place_ + first, out.first(count));
  }

 private:
  std::shared_ptr<Pools> pools_;
  std::shared_ptr<const SpillFile> file_;
  std::unique_ptr<std::uint64_t> place_;
  std::size_t size_;
};

GradientStore::GradientStore(std::size_t slots, std::size_t dimension, KeepOptions options)
    : dimension_(dimension), options_(std::move(options)), pools_(std::make_shared<Pools>()), kept_(slots) {
  options_.exact_tail = std::min(options_.exact_tail, dimension_);
}

GradientBuffer GradientStore::take() {
  std::unique_ptr<std::vector<float>> storage =
      pools_->buffers.take([&](std::size_t) { return std::make_unique<std::vector<float>>(dimension_); });
  return {storage.release(), [pools = pools_](std::vector<float>* last) {
            pools->buffers.come_back(std::unique_ptr<std::vector<float>>(last));
          }};
}

Result<GradientRow> GradientStore::finish(GradientBuffer buffer) {
  switch (options_.how) {
    case Keeping::float32: break;
    case Keeping::bfloat16: return round(*buffer);
    case Keeping::spilled: return spill(*buffer);
  }
  return row_of(std::move(buffer));
}

Result<GradientRow> GradientStore::round(const std::vector<float>& numbers) {
  const std::size_t rounded = dimension_ - options_.exact_tail;
  std::unique_ptr<RoundedNumbers> storage = pools_->rounded.take([&](std::size_t) {
    return std::make_unique<RoundedNumbers>(
        RoundedNumbers{std::vector<std::uint16_t>(rounded), std::vector<float>(options_.exact_tail)});
  });
  const std::size_t bad = round_to_bfloat16(std::span(numbers).first(rounded), storage->upper);
  std::copy(numbers.begin() + static_cast<std::ptrdiff_t>(rounded), numbers.end(), storage->tail.begin());
  auto row = std::make_shared<const RoundedRow>(pools_, std::move(storage));
  if (bad == rounded) return GradientRow(std::move(row));
  return run_failed(
      fmt::format("infinity at coordinate {}, where {:g} is too large for bfloat16", bad, numbers[bad]),
      "give --gradients float32");
}

Result<GradientRow> GradientStore::spill(const std::vector<float>& numbers) {
  Result<std::shared_ptr<const SpillFile>> file = pools_->open(options_.folder);
  if (!file) return file.error();
  auto place = pools_->places.take([&](std::size_t others) {
    return std::make_unique<std::uint64_t>(std::uint64_t{others} * dimension_);
  });
  const std::uint64_t position = *place;
  auto row = std::make_shared<const SpilledRow>(pools_, file.value(), std::move(place), dimension_);
  if (Status s = file.value()->write(position, numbers); !s) return s.error();
  return GradientRow(std::move(row));
}

void GradientStore::keep(Slot slot, GradientRow row) { kept_[slot.index()] = std::move(row); }

std::vector<GradientRow> GradientStore::rows(const SlotSet& slots) const {
  std::vector<GradientRow> rows;
  slots.for_each([&](Slot slot) {
    GLEANER_CHECK(kept_[slot.index()] != nullptr, "only finished chunks are encoded");
    rows.push_back(kept_[slot.index()]);
  });
  return rows;
}

void GradientStore::release() {
  for (GradientRow& row : kept_) row.reset();
}

std::size_t GradientStore::allocated_bytes() const {
  const std::size_t rounded =
      (dimension_ - options_.exact_tail) * sizeof(std::uint16_t) + options_.exact_tail * sizeof(float);
  return pools_->buffers.made() * dimension_ * sizeof(float) + pools_->rounded.made() * rounded;
}

std::size_t GradientStore::spilled_bytes() const {
  return pools_->places.made() * dimension_ * sizeof(float);
}

ComputedChunk compute_into(GradientStore& store, const Objective& objective,
                           std::span<const float> parameters, ChunkId chunk, RoundId round, Pulse& pulse) {
  GradientBuffer buffer = store.take();
  ComputedChunk done{compute_chunk(objective, parameters, chunk, round, *buffer, pulse), nullptr};
  if (done.verdict.outcome != ChunkOutcome::finished) return done;
  Result<GradientRow> row = store.finish(std::move(buffer));
  if (row) {
    done.row = std::move(row).value();
  } else {
    done.verdict = {ChunkOutcome::rejected, row.error().sentence()};
  }
  return done;
}

}  // namespace gleaner
