// Its content is tests/support/output_folder.h, for tests of all rooms.
#pragma once

#include "support/output_folder.h"  // IWYU pragma: export
