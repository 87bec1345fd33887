#include "app/version_command.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/exit_code.h"
#include "coding/plan.h"

namespace gleaner {

int version_command(bool json) {
  if (json) {
    nlohmann::ordered_json j;
    j["version"] = GLEANER_VERSION;
    j["arithmetic"] = arithmetic_identity();
    j["simd"] = simd_level();
    fmt::print("{}\n", j.dump());
  } else {
    fmt::print("gleaner {}\n{}\nSIMD level {}\n", GLEANER_VERSION, arithmetic_identity(), simd_level());
  }
  return kExitDone;
}

}  // namespace gleaner
