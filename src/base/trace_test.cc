#include "base/trace.h"

#include <cctype>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gleaner {
namespace {

using testing::HasSubstr;

constexpr int kKinds = static_cast<int>(NoteKind::server_restarted) + 1;

Note note_of(int kind) {
  Note note;
  note.kind = static_cast<NoteKind>(kind);
  note.round = RoundId(11);
  note.epoch = Epoch(12);
  note.worker = WorkerId(13);
  note.chunk = ChunkId(14);
  note.count = 15;
  note.total = 16;
  note.value = 0.17;
  note.text = "because";
  return note;
}

TEST(Trace, EveryKindHasItsOwnName) {
  std::set<std::string> names;
  for (int kind = 0; kind < kKinds; ++kind) names.insert(name_of(static_cast<NoteKind>(kind)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kKinds));
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(Trace, EveryKindIsASentenceWithoutFullStop) {
  std::set<std::string> sentences;
  for (int kind = 0; kind < kKinds; ++kind) {
    const std::string text = sentence(note_of(kind));
    sentences.insert(text);
    EXPECT_GT(text.size(), 10U) << text;
    EXPECT_NE(text.back(), '.') << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  }
  EXPECT_EQ(sentences.size(), static_cast<std::size_t>(kKinds));
}

TEST(Trace, SentencesSayWhoAndWhy) {
  EXPECT_EQ(sentence(note_of(static_cast<int>(NoteKind::progress))),
            "worker 13 has finished 15 of its 16 chunks");
  EXPECT_EQ(sentence(note_of(static_cast<int>(NoteKind::chunk_rejected))),
            "chunk 14 of worker 13 was rejected: because");
  EXPECT_EQ(sentence(note_of(static_cast<int>(NoteKind::committed))), "round 11 is committed");
  EXPECT_THAT(sentence(note_of(static_cast<int>(NoteKind::reselected))),
              HasSubstr("the holders of 16 chunks changed, 15 workers encode again"));
  EXPECT_THAT(sentence(note_of(static_cast<int>(NoteKind::vector_sent))), HasSubstr("epoch 12"));
}

TEST(Trace, ExactAndApproximateRecoveryReadDifferently) {
  Note note = note_of(static_cast<int>(NoteKind::recovered));
  EXPECT_THAT(sentence(note), HasSubstr("relative residual 0.17"));
  note.value = 0;
  EXPECT_THAT(sentence(note), HasSubstr("recovered exactly"));
}

TEST(Trace, MissingWorkersAndChunksAreNotInvented) {
  Note note;
  note.kind = NoteKind::message_ignored;
  note.text = "its term is over";
  EXPECT_EQ(sentence(note), "a message was ignored: its term is over");
  note.kind = NoteKind::worker_lost;
  note.text = "while computing";
  EXPECT_EQ(sentence(note), "a worker was lost while computing");
}

}  // namespace
}  // namespace gleaner
