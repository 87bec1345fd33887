// How commands with long studies begin: the seed, the folder, who is told how far they are.
#pragma once

#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "app/interrupt.h"
#include "app/study_progress.h"
#include "base/result.h"

namespace gleaner {

/// The first words of all, so that a study can be repeated however it ends: on stdout, or with --json on
/// stderr.
void say_seed(std::uint64_t seed, bool json);

/// --out DIR: gnuplot is there, and so is the folder. Nothing to do for an empty path.
[[nodiscard]] Status ready_for_figures(const std::string& out);

/// Has a study tell how far it is, row by row, and end when a person interrupts it. `options` has the members
/// progress, trial_progress and keep_going; `progress` must outlive it.
template <class Options>
void follow(Options& options, StudyProgress& progress) {
  options.progress = [&progress](const std::string& what, std::size_t done, std::size_t all) {
    progress.begin(fmt::format("row {} of {} ({})", done + 1, all, what));
  };
  options.trial_progress = [&progress](std::uint64_t done, std::uint64_t all) { progress.tell(done, all); };
  options.keep_going = [] { return !InterruptGuard::interrupted(); };
}

}  // namespace gleaner
