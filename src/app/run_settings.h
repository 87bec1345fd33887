// The settings of a run that all methods share, read from their flags.
#pragma once

#include "app/memory_choice.h"
#include "app/options.h"
#include "base/result.h"
#include "objective/local_updates.h"
#include "protocol/server_options.h"
#include "training/optimizer.h"
#include "training/schedule.h"
#include "training/stopping.h"
#include "work/faults.h"
#include "work/speeds.h"

namespace gleaner {

struct RunSettings {
  OptimizerOptions optimizer;
  LocalUpdates local;
  Schedule schedule;
  ServerOptions server;
  SpeedModel speeds;
  FaultModel faults;
  Stopping stopping;
  MemorySettings memory;
};

/// Errors name the flag and its cure.
[[nodiscard]] Result<RunSettings> read_settings(const TrainOptions& options);

}  // namespace gleaner
