// What a selection makes of the chunk gradients, worked out without a coefficient: the checker's mathematics,
// independent of coding's.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "coding/code.h"
#include "coding/plan.h"

namespace gleaner {

/// The decoded gradient as an operator on the chunk gradients: ghat[k] = sum_i sum_k' at(i, k, k') g_i[k'].
///
/// partial, uncoded: of chunk i it is R_S^T U_i = R_S^T (R_S^T)^+, the orthogonal projector of R^l onto the
/// span of the decoding vectors r_j of its users S; so no U_i is needed, only an orthonormal basis. original
/// with l = 1 and a chunk that nobody uses: the weights minimise ||A_F x - 1||, so A_F x is the projection of
/// the vector of ones onto the span of the columns of A_F. Value type.
class DecodeOperator {
 public:
  DecodeOperator(const Plan& plan, std::span<const SlotSet> used);

  [[nodiscard]] double at(std::size_t chunk, std::size_t row, std::size_t column) const {
    return entries_[(chunk * blocks_ + row) * blocks_ + column];
  }
  /// ||operator - exact operator||_F^2 in block space.
  [[nodiscard]] double residual_squared() const { return residual_squared_; }
  /// sqrt(residual^2 / (N l)).
  [[nodiscard]] double relative_residual() const;

 private:
  void project_each_chunk(const Plan& plan, std::span<const SlotSet> used);
  void project_ones(const Plan& plan, std::span<const SlotSet> used);

  std::size_t chunks_;
  std::size_t blocks_;
  std::vector<double> entries_;  // N x l x l
  double residual_squared_ = 0;
};

}  // namespace gleaner
