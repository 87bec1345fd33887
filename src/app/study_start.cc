#include "app/study_start.h"

#include <cstdio>

#include "app/reproduce_files.h"
#include "app/say.h"
#include "study/figure.h"

namespace gleaner {

void say_seed(std::uint64_t seed, bool json) {
  if (json) {
    say("seed {}\n", seed);
    return;
  }
  fmt::print("seed {}\n\n", seed);
  std::fflush(stdout);
}

Status ready_for_figures(const std::string& out) {
  if (out.empty()) return {};
  if (Status s = check_gnuplot("--out"); !s) return s;
  return make_out_folder(out);
}

}  // namespace gleaner
