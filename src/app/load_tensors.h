// Training data that torch.save() wrote.
#pragma once

#include "base/result.h"
#include "data/load.h"

namespace gleaner {

/// load_dataset() for all formats, those that only LibTorch reads among them. Errors: as there; no LibTorch.
[[nodiscard]] Result<Dataset> load_any(const DataSpec& spec);

}  // namespace gleaner
