#include "coding/least_squares.h"

#include <algorithm>

namespace gleaner {
namespace {

using Vector = std::vector<double>;

double squared_norm(const Vector& v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return sum;
}

// A x.
Vector times(const SparseColumns& a, const Vector& x) {
  Vector result(a.rows, 0);
  for (std::size_t j = 0; j < a.count(); ++j) {
    for (std::size_t k = a.begin[j]; k < a.begin[j + 1]; ++k) result[a.row_of[k]] += x[j];
  }
  return result;
}

// A^T r.
Vector transposed_times(const SparseColumns& a, const Vector& r) {
  Vector result(a.count(), 0);
  for (std::size_t j = 0; j < a.count(); ++j) {
    for (std::size_t k = a.begin[j]; k < a.begin[j + 1]; ++k) result[j] += r[a.row_of[k]];
  }
  return result;
}

void add(Vector& to, double factor, const Vector& v) {
  for (std::size_t k = 0; k < to.size(); ++k) to[k] += factor * v[k];
}

}  // namespace

LeastSquares fit_ones(const SparseColumns& a) {
  Vector x(a.count(), 0);
  Vector r(a.rows, 1);
  Vector s = transposed_times(a, r);
  Vector direction = s;
  double gamma = squared_norm(s);
  const double enough = 1e-26 * gamma;
  // Exact arithmetic needs at most rank(A) steps; rounding makes badly conditioned cases take more.
  const std::size_t steps_max = 20 * std::min(a.count(), a.rows) + 100;
  for (std::size_t step = 0; step < steps_max && gamma > enough; ++step) {
    const Vector image = times(a, direction);
    const double alpha = gamma / squared_norm(image);
    add(x, alpha, direction);
    add(r, -alpha, image);
    s = transposed_times(a, r);
    const double next = squared_norm(s);
    const double beta = next / gamma;
    for (std::size_t k = 0; k < s.size(); ++k) direction[k] = s[k] + beta * direction[k];
    gamma = next;
  }
  // r drifts from 1 - A x by rounding; the residual that is reported is that of x.
  r = times(a, x);
  for (double& value : r) value = 1 - value;
  return {std::move(x), squared_norm(r)};
}

}  // namespace gleaner
