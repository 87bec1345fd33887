#include "app/progress_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/build_plan.h"

namespace gleaner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

RoundRecord round_of(std::uint64_t number) {
  RoundRecord r;
  r.round = number;
  r.seconds = 0.05;
  r.loss = 1.25;
  return r;
}

Note lost_in(std::uint64_t round) {
  Note note;
  note.kind = NoteKind::worker_lost;
  note.round = RoundId(round);
  note.worker = WorkerId(3);
  note.text = "while computing";
  return note;
}

template <class Show>
std::string shown(bool terminal, const Show& show) {
  const Plan plan = build_plan({}, Method::partial).value();
  ::testing::internal::CaptureStderr();
  {
    ProgressView view(plan, 50, terminal);
    show(view);
  }
  return ::testing::internal::GetCapturedStderr();
}

TEST(ProgressView, PlainLinesElsewhereThanOnATerminal) {
  const std::string text = shown(false, [](ProgressView& view) {
    for (std::uint64_t r = 1; r <= 50; ++r) {
      if (r == 7) view.note(lost_in(r));
      view.fraction(WorkerId(0), 0.5);
      view.round(round_of(r));
    }
  });
  EXPECT_EQ(text,
            "partial  round  1/50  loss 1.2500  50.0 ms/round\n"
            "  round 7: worker 3 was lost while computing\n"
            "partial  round 50/50  loss 1.2500  50.0 ms/round\n");
}

TEST(ProgressView, WhatHoldsInEveryRoundIsSaidOnce) {
  const std::string text = shown(false, [](ProgressView& view) {
    Note note;
    note.kind = NoteKind::approximate;
    note.count = 1;
    note.text = "chunk 4";
    for (std::uint64_t r = 1; r <= 3; ++r) {
      note.round = RoundId(r);
      view.note(note);
    }
    view.note(lost_in(4));
  });
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
}

TEST(ProgressView, ABoardOnATerminalThatGoesAway) {
  const std::string text = shown(true, [](ProgressView& view) {
    RoundRecord last = round_of(50);
    view.round(last);
    view.note(lost_in(50));
  });
  EXPECT_THAT(text, StartsWith("partial  round 50/50  loss 1.2500  50.0 ms/round\n  worker   0  ...  "));
  EXPECT_THAT(text, HasSubstr("\x1b[9A\x1b[J  round 50: worker 3 was lost while computing\n"));
  const std::string last = text.substr(text.rfind("\x1b[J") + 3);
  EXPECT_EQ(last, "partial  round 50/50  loss 1.2500  50.0 ms/round\n");
}

TEST(ProgressView, NotMeasuredIsNotShown) {
  const std::string text = shown(false, [](ProgressView& view) { view.round(round_of(50)); });
  EXPECT_THAT(text, Not(HasSubstr("nan")));
  EXPECT_THAT(text, Not(HasSubstr("accuracy")));
}

}  // namespace
}  // namespace gleaner
