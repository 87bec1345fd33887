#include "net/places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

class PlacesTest : public testing::Test {
 protected:
  Places places_{3, Term(2), {}, [this] { return ++token_; }};
  std::uint64_t token_ = 100;

  Places::Answer any(Places::LinkId link) { return places_.knock(link, {}, {}); }
  Places::Answer own(Places::LinkId link, std::uint32_t slot, std::optional<WorkerId> wish = {}) {
    Knock knock;
    knock.slot = wish;
    return places_.knock(link, {Right::Kind::own, WorkerId(slot), "worker-" + std::to_string(slot)}, knock);
  }
  Places::Answer spare(Places::LinkId link) {
    return places_.knock(link, {Right::Kind::spare, {}, "spare-0"}, {});
  }
  Places::Answer back(Places::LinkId link, const Places::Place& earlier, Term term = Term(2)) {
    Knock knock;
    knock.earlier = EarlierLife{earlier.peer, term, earlier.token};
    return places_.knock(link, {}, knock);
  }
  static Places::Place placed(const Places::Answer& a) {
    const auto* p = std::get_if<Places::Place>(&a);
    EXPECT_NE(p, nullptr);
    return p == nullptr ? Places::Place{} : *p;
  }
  static std::string refused(const Places::Answer& a) {
    const auto* r = std::get_if<Places::Refusal>(&a);
    return r == nullptr ? "" : r->why;
  }
  static bool waits(const Places::Answer& a) { return std::holds_alternative<Waiting>(a); }
};

TEST_F(PlacesTest, WhoMayHaveAnyGetsAFreshPlaceThenALostOneThenWaits) {
  EXPECT_EQ(placed(any(1)).peer, (Peer{WorkerId(0), Incarnation(1)}));
  EXPECT_EQ(placed(any(2)).peer.worker, WorkerId(1));
  EXPECT_TRUE(places_.left(1).empty());
  EXPECT_EQ(placed(any(3)).peer.worker, WorkerId(2));                   // never had before
  EXPECT_EQ(placed(any(4)).peer, (Peer{WorkerId(0), Incarnation(2)}));  // lost
  EXPECT_TRUE(waits(any(5)));
  EXPECT_EQ(places_.linked(), 3U);
  EXPECT_EQ(places_.waiting(), 1U);
}

TEST_F(PlacesTest, ACertificateHasItsOwnPlaceAndNoOther) {
  EXPECT_EQ(placed(own(1, 2)).peer.worker, WorkerId(2));
  EXPECT_EQ(placed(own(2, 1, WorkerId(1))).peer.worker, WorkerId(1));
  EXPECT_THAT(refused(own(3, 0, WorkerId(1))),
              testing::HasSubstr("worker-0, which may not have the place of worker 1"));
  EXPECT_THAT(refused(own(4, 7)), testing::HasSubstr("there is no worker 7: the run has workers 0 to 2"));
  EXPECT_THAT(refused(places_.knock(5, {Right::Kind::nothing, {}, "operator"}, {})),
              testing::HasSubstr("operator, which is no worker's"));
}

TEST_F(PlacesTest, ATakenPlaceIsWaitedForAndGoesToWhoWantedIt) {
  own(1, 0);
  EXPECT_TRUE(waits(own(2, 0)));
  EXPECT_TRUE(waits(own(3, 0)));
  const auto next = places_.left(1);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].link, 2U);
  EXPECT_EQ(next[0].peer, (Peer{WorkerId(0), Incarnation(2)}));
  EXPECT_FALSE(next[0].same_life);
}

TEST_F(PlacesTest, TheSameLifeComesBackAlsoBeforeItsLossIsSeen) {
  const Places::Place first = placed(any(1));
  const Places::Place again = placed(back(2, first));
  EXPECT_TRUE(again.same_life);
  EXPECT_EQ(again.peer, first.peer);
  EXPECT_EQ(again.replaces, 1U);
  EXPECT_TRUE(places_.left(1).empty());  // the old link is nobody's any more
  EXPECT_EQ(places_.linked(), 1U);
  (void)places_.left(2);
  const Places::Place third = placed(back(3, first));
  EXPECT_TRUE(third.same_life);
  EXPECT_FALSE(third.replaces);
}

TEST_F(PlacesTest, AnEarlierLifeThatCannotBeProvenIsANewOne) {
  Places::Place first = placed(any(1));
  (void)places_.left(1);
  EXPECT_FALSE(placed(back(2, first, Term(1))).same_life);  // of another life of the server
  (void)places_.left(2);
  first.token = 9;
  EXPECT_FALSE(placed(back(3, first)).same_life);
}

TEST_F(PlacesTest, WhosePlaceWasGivenAwayBeginsAnew) {
  const Places::Place first = placed(any(1));
  any(2);
  any(3);
  EXPECT_TRUE(waits(any(4)));
  (void)places_.left(1);
  const auto filled = places_.fill();
  ASSERT_EQ(filled.size(), 1U);
  EXPECT_EQ(filled[0].link, 4U);
  EXPECT_EQ(filled[0].peer, (Peer{WorkerId(0), Incarnation(2)}));
  EXPECT_TRUE(waits(back(5, first)));
}

TEST_F(PlacesTest, SparesWaitUntilPlacesAreFilled) {
  EXPECT_TRUE(waits(spare(1)));
  EXPECT_TRUE(waits(spare(2)));
  Knock wish;
  wish.slot = WorkerId(1);
  EXPECT_THAT(refused(places_.knock(9, {Right::Kind::spare, {}, "spare-0"}, wish)),
              testing::HasSubstr("may not choose"));
  own(3, 0);
  own(4, 1);
  (void)places_.left(1);  // it had enough of waiting
  const auto filled = places_.fill();
  ASSERT_EQ(filled.size(), 1U);
  EXPECT_EQ(filled[0].link, 2U);
  EXPECT_EQ(filled[0].peer.worker, WorkerId(2));
  EXPECT_TRUE(places_.fill().empty());
}

TEST_F(PlacesTest, OnlyTheLifeOfALinkProvesThatItIsItsOwn) {
  const Places::Place p = placed(any(1));
  EXPECT_EQ(places_.link_of({p.peer, Term(2), p.token}), 1U);
  EXPECT_FALSE(places_.link_of({p.peer, Term(2), p.token + 1}));
  EXPECT_FALSE(places_.link_of({p.peer, Term(1), p.token}));
  EXPECT_FALSE(places_.link_of({{WorkerId(1), Incarnation(0)}, Term(2), 0}));  // nobody's
  EXPECT_FALSE(places_.link_of({{WorkerId(77), Incarnation(1)}, Term(2), p.token}));
}

TEST(PlacesOfAResumedRun, GoOnWithTheLivesOfTheRunBefore) {
  Places places(2, Term(3), {Incarnation(4), Incarnation(9)}, [] { return 5; });
  const auto answer = places.knock(1, {Right::Kind::own, WorkerId(1), "worker-1"}, {});
  EXPECT_EQ(std::get<Places::Place>(answer).peer.life, Incarnation(10));
  EXPECT_EQ(places.lives(), (std::vector<Incarnation>{Incarnation(4), Incarnation(10)}));
}

}  // namespace
}  // namespace gleaner
