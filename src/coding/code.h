// A Code says what finished work counts and how it is combined. The three methods are three Codes; protocol,
// runtime and simulator know only this interface.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/slot_set.h"
#include "coding/coverage.h"
#include "coding/plan.h"

namespace gleaner {

/// For every worker (index = WorkerId) the slots whose chunk gradients go into its coded vector.
using UsedSlots = std::vector<SlotSet>;

/// Stateless and immutable; safe to use from any thread. All functions are pure.
class Code {
 public:
  virtual ~Code() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;

  /// The part of `done` that counts towards recovery. partial, uncoded: all of it. original: all of it if the
  /// worker has finished its whole load, else nothing. Monotone in `done`.
  [[nodiscard]] virtual SlotSet counted(const Plan& plan, WorkerId worker, const SlotSet& done) const = 0;

  /// What a live worker that has finished `done` must still do so that the chunks short in `coverage` gain a
  /// copy from it; empty if it cannot help. partial: its unfinished slots of short chunks. original: all its
  /// unfinished slots if it holds a short chunk.
  [[nodiscard]] virtual SlotSet needed(const Plan& plan, WorkerId worker, const SlotSet& done,
                                       const Coverage& coverage) const = 0;

  /// Coefficients of the vector of `worker`: one row of l numbers for every member of used[worker], ascending
  /// by slot, row-major. Depends only on used[] of the workers that share a selected chunk with it (partial,
  /// uncoded).
  ///   z_j = sum_{s in used[j]} sum_k u_s[k] g_s[k]
  [[nodiscard]] virtual std::vector<double> encode_rows(const Plan& plan, WorkerId worker,
                                                        std::span<const SlotSet> used) const = 0;

  /// True if encode_rows of every worker depends only on used[] of the workers that share a selected chunk
  /// with it, as in `used`. A change then concerns neighbours only; otherwise everybody encodes again.
  /// original: true if every chunk has l finished holders.
  [[nodiscard]] virtual bool rows_are_local(const Plan& /*plan*/, std::span<const SlotSet> /*used*/) const {
    return true;
  }

  /// The l numbers with which the server weights z_j: ghat[k] += row[k] z_j. r_j for partial. Workers with
  /// used[j] empty send nothing and need no row.
  [[nodiscard]] virtual std::vector<double> decode_row(const Plan& plan, WorkerId worker,
                                                       std::span<const SlotSet> used) const = 0;

  /// ||ghat operator - exact operator||_F^2 in block space (protocol.md section 4); 0 means exact.
  /// partial, uncoded: sum_i (l - rank R_S_i). original: 0 if every chunk has l finished holders; else (l = 1
  /// only) min_x ||A_F x - 1||^2 over the finished workers F.
  [[nodiscard]] virtual double residual_squared(const Plan& plan, std::span<const SlotSet> used) const = 0;
};

/// The code of plan.method(). Never null.
[[nodiscard]] std::shared_ptr<const Code> code_for(Method method);

}  // namespace gleaner
