#include "app/status_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(StatusTable, ShowsWhatTheServerSays) {
  ClusterStatus status;
  status.phase = "collecting";
  status.round = 3;
  status.rounds = 100;
  status.loss = 0.25;
  MemberStatus member;
  member.worker = WorkerId(4);
  member.state = "here";
  member.life = 2;
  member.from = "node-a";
  member.suspicion = 0.5;
  status.workers.push_back(member);
  const auto table = status_table(to_json(status));
  ASSERT_TRUE(table.ok());
  EXPECT_THAT(table.value(), HasSubstr("collecting: round 3 of 100, loss 0.2500"));
  EXPECT_THAT(table.value(), HasSubstr("50 %"));
  EXPECT_THAT(table.value(), HasSubstr("node-a"));
}

TEST(StatusTable, AnAnswerThatIsNoneIsRefused) {
  for (const char* text : {"", "[]", "null", "{}", R"({"workers":1})", R"({"workers":{}})"})
    EXPECT_FALSE(status_table(text).ok()) << text;
}

TEST(StatusTable, FieldsThatAreMissingOrOfAnotherKindDoNoHarm) {
  for (const char* text : {R"({"workers":[]})", R"({"workers":[1,null,{}]})",
                           R"({"workers":[{"worker":"x","state":3,"life":-1}],"phase":7,"loss":"y"})"})
    EXPECT_TRUE(status_table(text).ok()) << text;
}

TEST(StatusTable, NothingInItMovesTheCursor) {
  const auto table = status_table(R"({"workers":[{"from":"a\u001b[2Jb"}],"phase":"x\r"})");
  ASSERT_TRUE(table.ok());
  EXPECT_THAT(table.value(), HasSubstr("a?[2Jb"));
  EXPECT_THAT(table.value(), Not(HasSubstr("\r")));
}

}  // namespace
}  // namespace gleaner
