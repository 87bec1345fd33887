#include "net/identity.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "net/shown_name.h"

namespace gleaner {
namespace {

using Kind = Identity::Kind;

Kind kind_of(std::string_view name) { return identity_from_name(name).kind; }

TEST(Identity, OfEveryKind) {
  EXPECT_EQ(identity_from_name("worker-3"), (Identity{Kind::worker, WorkerId(3), "worker-3"}));
  EXPECT_EQ(identity_from_name("worker-0").worker, WorkerId(0));
  EXPECT_EQ(identity_from_name("worker-4294967295").worker, WorkerId(4294967295));
  EXPECT_EQ(kind_of("spare-12"), Kind::spare);
  EXPECT_EQ(kind_of("operator"), Kind::operator_);
  EXPECT_EQ(kind_of("server"), Kind::server);
}

TEST(Identity, HasOneWayToBeWritten) {
  using namespace std::string_view_literals;
  for (const std::string_view name : {"worker-03"sv,
                                      "worker-00"sv,
                                      "worker-4294967296"sv,
                                      "worker-99999999999999999999"sv,
                                      "worker--1"sv,
                                      "worker-+1"sv,
                                      "worker- 1"sv,
                                      "worker-1 "sv,
                                      "worker-"sv,
                                      "worker"sv,
                                      "worker-1x"sv,
                                      "worker-0x1"sv,
                                      "Worker-1"sv,
                                      " worker-1"sv,
                                      "worker-1\0"sv,
                                      "worker-1\0worker-2"sv,
                                      "worker-1.example"sv,
                                      "spare-01"sv,
                                      "spare-"sv,
                                      "operator "sv,
                                      "operators"sv,
                                      "Server"sv,
                                      ""sv}) {
    EXPECT_EQ(kind_of(name), Kind::stranger) << name;
    EXPECT_EQ(identity_from_name(name).name, shown_name(name));
  }
}

// Names get into lines on terminals.
TEST(Identity, ShowsNoControlCharacters) {
  EXPECT_EQ(identity_from_name("\x1b[2Jroot\r\n\t\x7f\x9b").name, "?[2Jroot?????");
  EXPECT_EQ(identity_from_name("Zürich ~!").name, "Z??rich ~!");
  EXPECT_EQ(identity_from_name(std::string(500, 'x')).name, std::string(64, 'x'));
  // Which kind it is, is decided before.
  EXPECT_EQ(kind_of("worker-1\n"), Kind::stranger);
  EXPECT_EQ(kind_of("operator" + std::string(100, '\0')), Kind::stranger);
}

RC_GTEST_PROP(IdentityProperty, EverySlotHasItsName, (std::uint32_t slot)) {
  const Identity who = identity_from_name("worker-" + std::to_string(slot));
  RC_ASSERT(who.kind == Kind::worker && who.worker == WorkerId(slot));
}

RC_GTEST_PROP(IdentityProperty, NoOtherTextIsASlot, (std::string text)) {
  const Identity who = identity_from_name("worker-" + text);
  RC_ASSERT((who.kind == Kind::worker) == (text == std::to_string(who.worker.value) && !text.empty()));
}

}  // namespace
}  // namespace gleaner
