// The setup of a run, as a worker gets it.
#include "fuzz/fuzz_target.h"
#include "wire/run_setup.h"

namespace gleaner {

GLEANER_FUZZ_TARGET(run_setup) {
  if (const auto setup = decode_run_setup(bytes); setup)
    fuzz::expect(encode(setup.value()) == bytes, "one spelling");
}

}  // namespace gleaner
