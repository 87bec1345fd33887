// Original gradient coding: only workers that finished everything count (protocol.md section 5). Internal to
// coding.
#pragma once

#include "coding/code_partial.h"

namespace gleaner {

/// Where every chunk is used by l workers, or l > 1: chunk-wise, as partial. Otherwise (l = 1) a worker's
/// vector is the plain sum of its chunks and decoding weights it with x_j, x the minimum-norm solution of
/// min ||A_F x - 1||.
class OriginalCode final : public PartialCode {
 public:
  OriginalCode() : PartialCode("original") {}

  [[nodiscard]] SlotSet counted(const Plan& plan, WorkerId worker, const SlotSet& done) const override;
  [[nodiscard]] SlotSet needed(const Plan& plan, WorkerId worker, const SlotSet& done,
                               const Coverage& coverage) const override;
  [[nodiscard]] std::vector<double> encode_rows(const Plan& plan, WorkerId worker,
                                                std::span<const SlotSet> used) const override;
  [[nodiscard]] bool rows_are_local(const Plan& plan, std::span<const SlotSet> used) const override;
  [[nodiscard]] std::vector<double> decode_row(const Plan& plan, WorkerId worker,
                                               std::span<const SlotSet> used) const override;
  [[nodiscard]] double residual_squared(const Plan& plan, std::span<const SlotSet> used) const override;
};

}  // namespace gleaner
