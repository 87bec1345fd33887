// The flags of every command, bound to the options that they fill.
#pragma once

#include "app/command.h"
#include "app/options.h"

namespace gleaner {

[[nodiscard]] Command train_flags(TrainOptions& options);
[[nodiscard]] Command server_flags(TrainOptions& options);
[[nodiscard]] Command worker_flags(WorkerFlags& options);
[[nodiscard]] Command status_flags(AskFlags& options);
[[nodiscard]] Command stop_flags(AskFlags& options);
[[nodiscard]] Command plan_flags(FactsOptions& options);
[[nodiscard]] Command simulate_flags(SimulateOptions& options);
[[nodiscard]] Command grid_flags(GridFlags& flags);
[[nodiscard]] Command reproduce_flags(ReproduceFlags& flags);
[[nodiscard]] Command advise_flags(AdviseOptions& options);
[[nodiscard]] Command eval_flags(EvalOptions& options);
[[nodiscard]] Command certs_flags(CertsOptions& options);
[[nodiscard]] Command version_flags(bool& json);

}  // namespace gleaner
