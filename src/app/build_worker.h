// From a run to what its workers are told, and from there to what a worker runs.
#pragma once

#include <memory>

#include "app/options.h"
#include "app/torch_kit.h"
#include "base/result.h"
#include "coding/plan.h"
#include "feed/catalogue.h"
#include "feed/held_chunks.h"
#include "wire/run_setup.h"
#include "work/run_spec.h"

namespace gleaner {

/// What every worker of the run `spec`, made from `options`, must know. `torch` is the run's, or null.
/// `catalogue` is the training data of
/// that run, cut into the plan's chunks. Errors: --speeds names a file in letters that cannot be sent.
[[nodiscard]] Result<RunSetup> setup_of(const RunSpec& spec, const TrainOptions& options,
                                        const TorchKit* torch, const Catalogue& catalogue);

/// The plan in a setup: says which chunks the worker of a place holds (assignment().chunks_of()). Errors name
/// the field.
[[nodiscard]] Result<std::shared_ptr<const Plan>> plan_of(const RunSetup& setup);

/// What a worker runs with the chunks of its place. Plan, code, objective, speeds, seed and segments are
/// those of the server; what only a server needs is left at its defaults. Errors: speeds or objective make no
/// sense here, the model has another size than the server's, its gradients
/// other bits (the difference is named). REQUIRES: `plan` is plan_of(setup), `held` was
/// brought by a ChunkShelf of this setup.
[[nodiscard]] Result<RunSpec> worker_spec(const RunSetup& setup, std::shared_ptr<const Plan> plan,
                                          std::shared_ptr<const HeldChunks> held);

}  // namespace gleaner
