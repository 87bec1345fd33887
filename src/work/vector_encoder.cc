#include "work/vector_encoder.h"

#include "base/check.h"
#include "coding/kernels.h"

namespace gleaner {

VectorEncoder::VectorEncoder(const Plan& plan, const Code& code, WorkerId worker,
                             std::span<const SlotSet> used, std::vector<GradientBuffer> gradients,
                             SegmentLayout layout)
    : gradients_(std::move(gradients)),
      rows_(code.encode_rows(plan, worker, used)),
      blocks_(plan.blocks()),
      layout_(layout) {
  GLEANER_CHECK(rows_.size() == gradients_.size() * blocks_, "one row of coefficients per selected slot");
  for (const GradientBuffer& g : gradients_) views_.emplace_back(*g);
}

void VectorEncoder::encode(std::uint32_t index, std::span<float> out) const {
  encode_segment(views_, rows_, blocks_, layout_.range(index).first, out);
}

}  // namespace gleaner
