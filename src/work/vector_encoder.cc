#include "work/vector_encoder.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "coding/kernels.h"

namespace gleaner {
namespace {

// Coordinates of a tile: reading a file pays from 64 KiB on, and of all rows together no more is read at
// once.
constexpr std::size_t kTile = std::size_t{1} << 14U;

}  // namespace

VectorEncoder::VectorEncoder(const Plan& plan, const Code& code, WorkerId worker,
                             std::span<const SlotSet> used, std::vector<GradientRow> gradients,
                             SegmentLayout layout)
    : gradients_(std::move(gradients)),
      rows_(code.encode_rows(plan, worker, used)),
      blocks_(plan.blocks()),
      layout_(layout) {
  GLEANER_CHECK(rows_.size() == gradients_.size() * blocks_, "one row of coefficients per selected slot");
  for (const GradientRow& g : gradients_) {
    GLEANER_CHECK(dimension_ == 0 || g->size() == dimension_, "all gradients have the same length");
    dimension_ = g->size();
    if (g->floats().size() == dimension_) views_.push_back(g->floats());
  }
  if (views_.size() != gradients_.size()) views_.clear();
}

std::size_t VectorEncoder::scratch_bytes(Keeping how, std::size_t rows, std::size_t blocks) {
  return how == Keeping::float32 ? 0 : rows * blocks * kTile * sizeof(float);
}

void VectorEncoder::encode(std::uint32_t index, std::span<float> out) const {
  const std::size_t first = layout_.range(index).first;
  if (views_.size() == gradients_.size()) return encode_segment(views_, rows_, blocks_, first, out);
  std::vector<float> scratch(gradients_.size() * blocks_ * std::min(kTile, out.size()));
  for (std::size_t t = 0; t < out.size(); t += kTile) {
    const std::span<float> tile = out.subspan(t, std::min(kTile, out.size() - t));
    if (encode_tile(first + t, scratch, tile)) continue;
    std::fill(out.begin(), out.end(), std::numeric_limits<float>::quiet_NaN());
    return;
  }
}

// Every block of every row becomes a stream of its own, in the order in which whole rows are added up. Behind
// the end of the last block there are zeros, which change no sum.
bool VectorEncoder::encode_tile(std::size_t first, std::span<float> scratch, std::span<float> out) const {
  std::vector<std::span<const float>> streams;
  std::vector<double> factors;
  for (std::size_t s = 0; s < gradients_.size(); ++s) {
    for (std::size_t k = 0; k < blocks_; ++k) {
      const double factor = rows_[s * blocks_ + k];
      if (factor == 0) continue;
      const std::span<float> stream = scratch.subspan(streams.size() * out.size(), out.size());
      if (!gradients_[s]->read(k * layout_.vector_floats + first, stream)) return false;
      streams.push_back(stream);
      factors.push_back(factor);
    }
  }
  encode_segment(streams, factors, 1, 0, out);
  return true;
}

}  // namespace gleaner
