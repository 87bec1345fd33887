#include "app/frame_flag.h"

#include <array>
#include <chrono>

#include <fmt/format.h>

#include "app/build_plan.h"
#include "app/interrupt.h"
#include "app/say.h"
#include "coding/frame_improvement.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

constexpr std::array<std::string_view, 4> kFrames{"auto", "ones", "gaussian", "coloured"};
constexpr std::string_view kImproveCure =
    "write a time like improve=30s, or a number of steps like improve=200";

Result<FrameFlag> with_improvement(FrameFlag flag, const SpecTerm& term) {
  constexpr std::array<std::string_view, 1> kKeys{"improve"};
  for (const SpecKey& key : term.keys) {
    if (key.key != kKeys[0]) return unknown_name("--frame", "key", key.key, kKeys);
    flag.steps = parse_count(key.value);
    if (flag.steps.value_or(1) == 0) {
      return bad_input("--frame: improve=0 is no improvement", std::string(kImproveCure));
    }
    if (flag.steps) continue;
    const Result<Duration> time = parse_duration(key.value, TimeUnits::required);
    if (!time)
      return bad_input(fmt::format("--frame: improve: {}", time.error().what), std::string(kImproveCure));
    flag.time = time.value();
  }
  if (!term.keys.empty() && term.kind != "coloured") {
    return bad_input(fmt::format("--frame {} is not one that is improved", term.kind),
                     "write --frame coloured:improve=30s");
  }
  return flag;
}

// Says how far the search is when two seconds have gone since it last did.
class Patience {
 public:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] Duration passed() const { return Clock::now() - began_; }
  void tell(const FrameImprovement& search, double before) {
    if (Clock::now() - told_ < std::chrono::seconds(2)) return;
    told_ = Clock::now();
    say("frame: {} steps in {:.0f}s, worst condition {:.3g}, {:.3g} at first\n", search.steps(),
        seconds(passed()), search.condition(), before);
  }

 private:
  Clock::time_point began_ = Clock::now();
  Clock::time_point told_ = began_;
};

// The steps are what makes the same frame again.
void report(const ImprovementNote& note, std::size_t blocks) {
  if (note.possible) {
    say("frame improved in {} steps: worst condition {:.3g}, {:.3g} at first; --frame coloured:improve={} "
        "makes "
        "it again\n",
        note.steps, note.after, note.before, note.steps);
  } else if (blocks > 1) {
    say("note: the frame is left as it is: nothing to gain, or too many sets of holders to look at\n");
  }
}

}  // namespace

Result<FrameFlag> parse_frame_flag(std::string_view text) {
  const Result<std::vector<SpecTerm>> terms = parse_spec("--frame", text);
  if (!terms) return terms.error();
  if (terms.value().size() > 1) {
    return bad_input(fmt::format("--frame {} joins several frames", text), "give one");
  }
  const SpecTerm& term = terms.value().front();
  const Result<std::string_view> kind = choose("--frame", term.kind, kFrames);
  if (!kind) return kind.error();
  FrameFlag flag;
  flag.kind = kind.value();
  return with_improvement(flag, term);
}

ImprovedFrame improve_frame(const Assignment& assignment, const Frame& start, std::uint64_t seed,
                            const FrameFlag& flag) {
  Patience patience;
  FrameImprovement search(assignment, start, seed);
  ImprovementNote note;
  note.possible = search.possible();
  if (!note.possible) {
    report(note, start.blocks());
    return {start, note};
  }
  note.before = search.condition();
  const auto enough = [&] {
    if (InterruptGuard::interrupted()) return true;
    return flag.steps ? search.steps() >= *flag.steps : patience.passed() >= *flag.time;
  };
  do {
    search.step();
    patience.tell(search, note.before);
  } while (!enough());
  note.steps = search.steps();
  note.after = search.condition();
  report(note, start.blocks());
  return {search.best(), note};
}

}  // namespace gleaner
