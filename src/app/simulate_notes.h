// What a reader of a table of `gleaner simulate` would miss: flags that change nothing in a row, and rows
// that differ in more than was asked for.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/simulate_lists.h"
#include "app/simulate_rows.h"

namespace gleaner {

/// `lists` and `margin`: as asked for; `rows`: what came of them. One sentence each, none twice.
[[nodiscard]] std::vector<std::string> notes_on(const SimulateLists& lists, std::size_t margin,
                                                std::span<const SimulateRow> rows);

}  // namespace gleaner
