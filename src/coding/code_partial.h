// Chunk-wise coding: every finished chunk counts (protocol.md section 3). Internal to coding.
#pragma once

#include "coding/code.h"

namespace gleaner {

/// The methods partial and uncoded, which is partial with one copy per chunk.
class PartialCode : public Code {
 public:
  explicit PartialCode(std::string_view name) : name_(name) {}

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] SlotSet counted(const Plan& plan, WorkerId worker, const SlotSet& done) const override;
  [[nodiscard]] SlotSet needed(const Plan& plan, WorkerId worker, const SlotSet& done,
                               const Coverage& coverage) const override;
  [[nodiscard]] std::vector<double> encode_rows(const Plan& plan, WorkerId worker,
                                                std::span<const SlotSet> used) const override;
  [[nodiscard]] std::vector<double> decode_row(const Plan& plan, WorkerId worker,
                                               std::span<const SlotSet> used) const override;
  [[nodiscard]] double residual_squared(const Plan& plan, std::span<const SlotSet> used) const override;

 private:
  std::string_view name_;
};

}  // namespace gleaner
