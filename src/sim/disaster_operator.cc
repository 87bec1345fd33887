#include "sim/disaster_operator.h"

#include <cmath>

namespace gleaner {
namespace {

/// An orthonormal basis that grows: Gram-Schmidt, twice over, which is as good as orthogonal transformations.
class Basis {
 public:
  explicit Basis(std::size_t length) : length_(length) {}

  void add(std::vector<double> v) {
    const double before = norm(v);
    remove_from(v);
    remove_from(v);
    const double left = norm(v);
    if (!(left > 1e-9 * before)) return;  // in the span already
    for (double& x : v) x /= left;
    vectors_.push_back(std::move(v));
  }
  void remove_from(std::vector<double>& v) const {
    for (const std::vector<double>& b : vectors_) {
      double along = 0;
      for (std::size_t t = 0; t < length_; ++t) along += b[t] * v[t];
      for (std::size_t t = 0; t < length_; ++t) v[t] -= along * b[t];
    }
  }
  [[nodiscard]] std::size_t rank() const { return vectors_.size(); }
  [[nodiscard]] const std::vector<std::vector<double>>& vectors() const { return vectors_; }

 private:
  static double norm(const std::vector<double>& v) {
    double sum = 0;
    for (const double x : v) sum += x * x;
    return std::sqrt(sum);
  }

  std::size_t length_;
  std::vector<std::vector<double>> vectors_;
};

}  // namespace

DecodeOperator::DecodeOperator(const Plan& plan, std::span<const SlotSet> used)
    : chunks_(plan.chunks()), blocks_(plan.blocks()), entries_(chunks_ * blocks_ * blocks_, 0.0) {
  bool unused = false;
  for (std::size_t i = 0; i < chunks_; ++i) {
    bool any = false;
    for (const auto& h : plan.assignment().holders_of(ChunkId(static_cast<std::uint32_t>(i))))
      any = any || used[h.worker.index()].contains(h.slot);
    unused = unused || !any;
  }
  if (plan.method() == Method::original && blocks_ == 1 && unused) {
    project_ones(plan, used);
  } else {
    project_each_chunk(plan, used);
  }
}

void DecodeOperator::project_each_chunk(const Plan& plan, std::span<const SlotSet> used) {
  for (std::size_t i = 0; i < chunks_; ++i) {
    Basis basis(blocks_);
    for (const auto& h : plan.assignment().holders_of(ChunkId(static_cast<std::uint32_t>(i)))) {
      if (!used[h.worker.index()].contains(h.slot)) continue;
      const auto row = plan.frame().row(h.worker);
      basis.add({row.begin(), row.end()});
    }
    double* const block = &entries_[i * blocks_ * blocks_];
    for (std::size_t k = 0; k < blocks_; ++k) {
      for (std::size_t q = 0; q < blocks_; ++q) {
        for (const auto& b : basis.vectors()) block[k * blocks_ + q] += b[k] * b[q];
        if (basis.rank() == blocks_) block[k * blocks_ + q] = k == q ? 1 : 0;
      }
    }
    residual_squared_ += static_cast<double>(blocks_ - basis.rank());
  }
}

void DecodeOperator::project_ones(const Plan& plan, std::span<const SlotSet> used) {
  Basis basis(chunks_);
  for (std::size_t w = 0; w < used.size(); ++w) {
    if (used[w].empty()) continue;
    const WorkerId worker(static_cast<std::uint32_t>(w));
    std::vector<double> column(chunks_, 0.0);
    used[w].for_each([&](Slot slot) { column[plan.assignment().chunk_at(worker, slot).index()] = 1; });
    basis.add(std::move(column));
  }
  std::vector<double> left(chunks_, 1.0);
  basis.remove_from(left);
  basis.remove_from(left);
  for (std::size_t i = 0; i < chunks_; ++i) {
    entries_[i] = 1 - left[i];
    residual_squared_ += left[i] * left[i];
  }
}

double DecodeOperator::relative_residual() const {
  return std::sqrt(residual_squared_ / static_cast<double>(chunks_ * blocks_));
}

}  // namespace gleaner
