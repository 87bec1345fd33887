// Local updates: a chunk's vector is how far some steps of its own move the model, in place of a gradient.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/result.h"
#include "objective/objective.h"

namespace gleaner {

struct LocalUpdates {
  std::size_t steps = 0;     ///< K; 0: none, chunk vectors are gradients
  double learning_rate = 0;  ///< eta > 0 of the local steps
  double prox = 0;           ///< mu >= 0: pulls towards the parameters of the round
  double l2 = 0;             ///< lambda >= 0

  [[nodiscard]] bool on() const { return steps > 0; }
  bool operator==(const LocalUpdates&) const = default;
};

inline constexpr std::size_t kLocalStepsMax = 1'000'000;

/// Whether steps that are on() make sense; errors name the flag and the cure.
[[nodiscard]] Status check(const LocalUpdates& local);

/// The objective `inner` whose chunk i, at the parameters theta_0 of round t, takes K steps by itself:
///
///   g_k     = inner's chunk gradient at theta_{k-1} in its round (t - 1) K + k, divided by its samples:
///   every
///             step draws a mini-batch of its own
///   theta_k = theta_{k-1} - eta (g_k + mu (theta_{k-1} - theta_0) + lambda theta_{k-1})   the trained
///   entries theta_k = inner's sums / samples                                                      the
///   buffers
///
/// Its vector is n_i (theta_0 - theta_K), n_i theta_K for buffers, with the tallies n_i l, n_i a, n_i: l and
/// a are mean loss and share right of the first step, at theta_0, and n_i = `chunk_rows[i]`. The server thus
/// recovers the mean of the changes over all rows (B. McMahan et al., "Communication-efficient learning of
/// deep networks from decentralized data", AISTATS 2017; mu > 0: T. Li et al., "Federated optimization in
/// heterogeneous networks", MLSys 2020), to step against it as against a gradient, and the loss of the
/// parameters before the round. L2 is in the local steps (has_l2): the server adds none.
///
/// The change theta_0 - theta_k is kept in double precision, so that many small steps add up; what inner sees
/// is theta_k rounded to float. Steps that overflow give numbers that are not finite, as any gradient may.
/// reference_chunk() takes the same steps with inner's twin.
/// Errors: as check(). REQUIRES: local.on(), chunk_rows.size() == inner->chunks(), no L2 in inner's vectors.
[[nodiscard]] Result<std::shared_ptr<const Objective>> make_local_updates(
    std::shared_ptr<const Objective> inner, const LocalUpdates& local, std::vector<std::size_t> chunk_rows);

}  // namespace gleaner
