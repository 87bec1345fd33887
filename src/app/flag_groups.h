// Groups of flags that several commands have.
#pragma once

#include "app/command.h"
#include "app/options.h"

namespace gleaner {

/// --spill-dir.
void add_spill_folder(Command& c, std::string& folder);
void add_config(Command& c, ConfigOptions& o);
/// Plan, data, training, recovery: what a run is.
void add_run_groups(Command& c, TrainOptions& o);
/// What comes out of a run.
void add_result_groups(Command& c, TrainOptions& o);

}  // namespace gleaner
