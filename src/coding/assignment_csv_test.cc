#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coding/assignment.h"
#include "coding/ordering.h"
#include "coding/test_cases.h"
#include "support/shared_data.h"

namespace gleaner {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string complaint(std::string_view text) {
  const auto read = Assignment::from_csv(text, "graph.csv");
  return read ? "no complaint" : read.error().sentence();
}

TEST(AssignmentCsv, ReadsPairsInAnyOrder) {
  const Assignment a = Assignment::from_csv("chunk,worker\n1,0\n0,2\n0,0\n", "graph.csv").value();
  EXPECT_EQ(a.chunks(), 2U);
  EXPECT_EQ(a.workers(), 3U);
  EXPECT_EQ(a.load(WorkerId(0)), 2U);
  EXPECT_EQ(a.load(WorkerId(1)), 0U);
  EXPECT_EQ(a.slot_of(WorkerId(2), ChunkId(0)), Slot(0));
}

TEST(AssignmentCsv, AcceptsWhatSpreadsheetsWrite) {
  const Assignment plain = Assignment::from_csv("chunk,worker\n0,0\n1,1", "graph.csv").value();
  EXPECT_EQ(Assignment::from_csv("chunk,worker\r\n0,0\r\n1,1\r\n\r\n", "graph.csv").value(), plain);
  EXPECT_EQ(Assignment::from_csv("chunk, worker\n 0 ,\t0\n\n1, 1\n", "graph.csv").value(), plain);
}

TEST(AssignmentCsv, MayNameMoreWorkersThanItUses) {
  EXPECT_EQ(Assignment::from_csv("chunk,worker\n0,0\n", "graph.csv", 5).value().workers(), 5U);
  EXPECT_EQ(Assignment::from_csv("chunk,worker\n0,7\n", "graph.csv", 5).value().workers(), 8U);
  EXPECT_FALSE(Assignment::from_csv("chunk,worker\n0,0\n", "graph.csv", std::size_t{1} << 60U).ok());
}

TEST(AssignmentCsv, ErrorsNameFileAndLine) {
  EXPECT_THAT(complaint(""), HasSubstr("graph.csv, line 1: the header"));
  EXPECT_THAT(complaint("worker,chunk\n0,0\n"), HasSubstr("graph.csv, line 1: the header"));
  EXPECT_THAT(complaint("0,0\n"), HasSubstr("graph.csv, line 1: the header"));
  EXPECT_THAT(complaint("chunk,worker\n"), HasSubstr("graph.csv: no (chunk, worker) pair"));
  EXPECT_THAT(complaint("chunk,worker\n0,0\n1,x\n"), HasSubstr("graph.csv, line 3: not two numbers"));
  EXPECT_THAT(complaint("chunk,worker\n0,0\n\n1\n"), HasSubstr("graph.csv, line 4: not two numbers"));
  EXPECT_THAT(complaint("chunk,worker\n0,0,0\n"), HasSubstr("graph.csv, line 2: not two numbers"));
  EXPECT_THAT(complaint("chunk,worker\n-1,0\n"), HasSubstr("graph.csv, line 2: not two numbers"));
  EXPECT_THAT(complaint("chunk,worker\n1.5,0\n"), HasSubstr("graph.csv, line 2: not two numbers"));
  EXPECT_THAT(complaint("chunk,worker\n99999999999999999999,0\n"),
              HasSubstr("graph.csv, line 2: not two numbers"));
  EXPECT_THAT(complaint("chunk,worker\n0,4000000000\n"),
              HasSubstr("graph.csv, line 2: an id above the limit"));
  EXPECT_THAT(complaint("chunk,worker\n0,1\n1,1\n0,1\n"),
              AllOf(HasSubstr("graph.csv, line 4: worker 1 is given chunk 0 again"), HasSubstr("line 2")));
  EXPECT_THAT(complaint("chunk,worker\n0,1\n2,1\n"), HasSubstr("graph.csv: chunk 1 has no holder"));
  EXPECT_THAT(complaint("chunk,worker\n16000000,0\n"), HasSubstr("graph.csv: chunk 0 has no holder"));
}

RC_GTEST_PROP(AssignmentCsv, ReadsBackWhatWasWritten, ()) {
  const Assignment a = testing_cases::any_assignment();
  std::string text = "chunk,worker\n";
  for (std::uint32_t i = 0; i < a.chunks(); ++i) {
    for (const auto& holder : a.holders_of(ChunkId(i))) {
      text += std::to_string(i) + "," + std::to_string(holder.worker.value) + "\n";
    }
  }
  RC_ASSERT(Assignment::from_csv(text, "graph.csv", a.workers()).value() == a);
}

RC_GTEST_PROP(AssignmentCsv, AnyTextGivesAnAssignmentOrAnError, ()) {
  const auto body = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123,\n\r -x")));
  const auto read = Assignment::from_csv("chunk,worker\n" + body, "graph.csv");
  if (read) {
    RC_ASSERT(read.value().replication_min() >= 1U);
  } else {
    RC_ASSERT(read.error().sentence().starts_with("graph.csv"));
  }
}

TEST(AssignmentCsv, ReadsTheGraphOfThePaper) {
  GLEANER_SHARED_FILE(path, "reference/assignment-g1.csv");
  const Assignment g1 = Assignment::from_csv(read_file(path), path.string()).value();
  EXPECT_EQ(g1.chunks(), 200U);
  EXPECT_EQ(g1.workers(), 200U);
  EXPECT_EQ(g1.replication_min(), 8U);
  EXPECT_TRUE(is_regular(g1));
}

}  // namespace
}  // namespace gleaner
