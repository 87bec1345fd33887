#include "work/snapshot_bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "training/digest.h"

namespace gleaner {
namespace {

using ::testing::HasSubstr;

std::string file_of(const Snapshot& snapshot) {
  const SnapshotBytes bytes(snapshot);
  std::string file;
  for (const std::string_view piece : bytes.pieces()) file += piece;
  return file;
}

Fault any_fault(Random& random) {
  Fault f;
  f.kind = random.below(2) == 0 ? FaultKind::crash : FaultKind::hang;
  f.worker = WorkerId(static_cast<std::uint32_t>(random.below(8)));
  f.round = RoundId(random.bits());
  f.at = static_cast<FaultMoment>(random.below(4));
  if (random.below(2) == 0) f.back = random.bits();
  f.by_chance = random.below(2) == 0;
  return f;
}

std::string any_text(Random& random) {
  std::string text(random.below(10), '\0');
  for (char& c : text) c = static_cast<char>(random.below(256));
  return text;
}

// Everything that a snapshot can hold, NaN included.
Snapshot any_snapshot(std::uint64_t seed) {
  Random random({.seed = seed});
  const auto count = [&] { return random.below(5); };
  Snapshot s;
  s.term = Term(random.bits());
  s.round = RoundId(random.bits());
  s.elapsed = Duration(static_cast<std::int64_t>(random.bits() >> 1U));
  for (auto n = count(); n > 0; --n) s.settings.push_back({any_text(random), any_text(random)});
  for (auto n = count(); n > 0; --n)
    s.cluster.workers.push_back(static_cast<ClusterState::Worker>(random.below(3)));
  for (auto n = count(); n > 0; --n) s.cluster.lives.emplace_back(random.bits());
  for (auto n = count(); n > 0; --n) {
    s.cluster.pending.push_back({WorkerId(3), Duration(static_cast<std::int64_t>(random.below(1000))), {}});
    if (random.below(2) == 0) s.cluster.pending.back().strike = any_fault(random);
  }
  for (auto n = count(); n > 0; --n) s.cluster.faults.pending.push_back(any_fault(random));
  for (auto n = count(); n > 0; --n)
    s.cluster.faults.returns.push_back({WorkerId(2), RoundId(random.bits())});
  RunSummary& sum = s.book.summary;
  for (std::uint64_t* n : {&sum.rounds, &sum.chunks_completed, &sum.chunks_used, &sum.bytes_to_server,
                           &sum.bytes_to_workers, &sum.workers_lost})
    *n = random.bits();
  sum.epochs_max = static_cast<std::uint32_t>(random.bits());
  sum.loss = random.normal();
  sum.ledger = LedgerPage(count(), count());
  for (LedgerRow& row : sum.ledger.workers) {
    row = {random.below(9), 1, 2, 3, Duration(static_cast<std::int64_t>(random.below(1000))),
           Duration(5),     {}};
  }
  for (LedgerRow& row : sum.ledger.chunks)
    row.aborted_time = Duration(static_cast<std::int64_t>(random.below(9)));
  for (SlownessCost& cost : sum.ledger.slowness) cost = {Duration(-7), random.bits()};
  s.book.test_accuracy = random.below(2) == 0 ? kNotMeasured : random.uniform();
  for (auto n = count(); n > 0; --n) s.book.seconds.push_back(random.uniform());
  s.trainer.steps = random.bits();
  s.trainer.watch = {random.normal(), random.normal(), random.bits()};
  std::vector<float> parameters(random.below(20));
  for (float& x : parameters) x = static_cast<float>(random.normal());
  s.trainer.parameters = std::make_shared<const std::vector<float>>(parameters);
  for (auto n = count(); n > 0; --n) s.trainer.optimizer.push_back(random.normal());
  return s;
}

RC_GTEST_PROP(SnapshotBytes, ReadBackAsTheSameBytes, (std::uint64_t seed)) {
  const Snapshot snapshot = any_snapshot(seed);
  const std::string file = file_of(snapshot);
  const Result<Snapshot> again = parse_snapshot(file);
  RC_ASSERT(again.ok());
  const Snapshot& a = again.value();
  RC_ASSERT(file_of(a) == file);  // every field is written, so equal bytes are equal snapshots
  RC_ASSERT(a.settings == snapshot.settings);
  RC_ASSERT(a.cluster.pending == snapshot.cluster.pending);
  RC_ASSERT(a.cluster.faults == snapshot.cluster.faults);
  RC_ASSERT(*a.trainer.parameters == *snapshot.trainer.parameters);
  RC_ASSERT(a.trainer.optimizer == snapshot.trainer.optimizer);
  RC_ASSERT(a.book.seconds == snapshot.book.seconds);
  RC_ASSERT(a.book.summary.workers_lost == snapshot.book.summary.workers_lost);
  RC_ASSERT(a.book.summary.ledger == snapshot.book.summary.ledger);
}

TEST(SnapshotBytes, AFlippedBitOrAMissingByteIsRefused) {
  const std::string sound = file_of(any_snapshot(7));
  for (std::size_t bit = 0; bit < 8 * sound.size(); ++bit) {
    std::string file = sound;
    file[bit / 8] = static_cast<char>(file[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(parse_snapshot(file).ok()) << "bit " << bit;
  }
  for (std::size_t size = 0; size < sound.size(); ++size)
    ASSERT_FALSE(parse_snapshot(sound.substr(0, size)).ok()) << size;
  EXPECT_FALSE(parse_snapshot(sound + "x").ok());
}

// A checksum is no proof: whatever stands before a right one must not break the reader, which takes it as it
// is or not at all.
TEST(SnapshotBytes, WrongFieldsUnderARightChecksumDoNoHarm) {
  Random random({.seed = 20240519});
  for (int k = 0; k < 2000; ++k) {
    std::string file = file_of(any_snapshot(static_cast<std::uint64_t>(k)));
    file.resize(file.size() - 32);
    for (auto n = 1 + random.below(4); n > 0; --n)
      file[24 + random.below(file.size() - 24)] = static_cast<char>(random.below(256));
    file += sha256(file);
    const Result<Snapshot> snapshot = parse_snapshot(file);
    EXPECT_TRUE(snapshot || snapshot.error().what.starts_with("is damaged"));
    if (snapshot) {
      EXPECT_EQ(file_of(snapshot.value()), file);
    }
  }
}

TEST(SnapshotBytes, SayWhatIsWrong) {
  const std::string sound = file_of(any_snapshot(3));
  const auto why = [](const std::string& file) {
    const Result<Snapshot> s = parse_snapshot(file);
    return s ? "none" : s.error().what;
  };
  EXPECT_THAT(why(""), HasSubstr("is cut short: 0 bytes"));
  EXPECT_THAT(why(sound.substr(0, 100)), HasSubstr("is cut short: 100 of " + std::to_string(sound.size())));
  EXPECT_THAT(why("PK\x03\x04" + sound), HasSubstr("is not a checkpoint of Gleaner"));
  std::string other = sound;
  other[8] = 3;
  EXPECT_THAT(why(other), HasSubstr("is of version 3, this program reads version 2"));
  other = sound;
  other[40] = static_cast<char>(other[40] + 1);
  EXPECT_THAT(why(other), HasSubstr("is damaged: its checksum is wrong"));
}

}  // namespace
}  // namespace gleaner
