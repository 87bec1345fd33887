// --transformer and --text.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "torch/torch_library.h"

namespace gleaner {

/// "layers=2,heads=4,width=64,context=64", each as it stands there by default; its vocabulary is left at 0.
/// Errors name --transformer and the part that is wrong.
[[nodiscard]] Result<CharlmShape> parse_charlm(std::string_view text);

/// What --text lists; where it lists nothing, the licences that every Debian has.
[[nodiscard]] std::vector<std::filesystem::path> paths_of_text(std::string_view text);

}  // namespace gleaner
