#include "app/worker_board.h"

#include <gtest/gtest.h>

#include "app/build_plan.h"

namespace gleaner {
namespace {

Note about(NoteKind kind, std::uint32_t worker, std::optional<ChunkId> chunk = std::nullopt,
           std::uint64_t count = 0) {
  Note note;
  note.kind = kind;
  note.worker = WorkerId(worker);
  note.chunk = chunk;
  note.count = count;
  return note;
}

WorkerBoard board_of(std::size_t workers, std::size_t chunks, std::size_t replication) {
  PlanOptions o;
  o.workers = workers;
  o.chunks = chunks;
  o.replication = replication;
  o.given = {"--replication"};
  return WorkerBoard(build_plan(o, Method::partial).value());
}

TEST(WorkerBoard, FollowsAWorkerThroughARound) {
  WorkerBoard board = board_of(8, 8, 3);
  const WorkerId w(2);
  EXPECT_EQ(board.line(w), "  worker   2  ...    0 of 3   not there yet");
  board.follow(about(NoteKind::worker_joined, 2));
  EXPECT_EQ(board.line(w), "  worker   2  ...    0 of 3   joined");
  board.follow(about(NoteKind::work_started, 2));
  board.follow(about(NoteKind::chunk_started, 2, ChunkId(5)));
  EXPECT_EQ(board.line(w), "  worker   2  >..    0 of 3   computing chunk 5");
  board.fraction(w, 0.4);
  EXPECT_EQ(board.line(w), "  worker   2  >..    0 of 3   computing chunk 5 (40%)");
  board.follow(about(NoteKind::chunk_finished, 2, ChunkId(5), 1));
  EXPECT_EQ(board.line(w), "  worker   2  #..    1 of 3   between chunks");
  board.follow(about(NoteKind::chunk_started, 2, ChunkId(1)));
  EXPECT_EQ(board.line(w), "  worker   2  #>.    1 of 3   computing chunk 1");
  board.follow(about(NoteKind::chunk_dropped, 2, ChunkId(1)));
  EXPECT_EQ(board.line(w), "  worker   2  #..    1 of 3   stopped by the signal");
  Note encoding = about(NoteKind::encoding, 2);
  encoding.epoch = Epoch(2);
  board.follow(encoding);
  EXPECT_EQ(board.line(w), "  worker   2  #..    1 of 3   sending its vector (epoch 2)");
  board.follow(about(NoteKind::vector_sent, 2));
  EXPECT_EQ(board.line(w), "  worker   2  #..    1 of 3   has sent its vector");
  board.follow(about(NoteKind::work_started, 2));
  EXPECT_EQ(board.line(w).substr(0, 26), "  worker   2  ...    0 of ");
}

TEST(WorkerBoard, FinishedAllIsSaid) {
  WorkerBoard board = board_of(4, 4, 2);
  board.follow(about(NoteKind::chunk_finished, 0, ChunkId(0), 2));
  EXPECT_EQ(board.line(WorkerId(0)), "  worker   0  ##     2 of 2   has finished all");
}

TEST(WorkerBoard, ALossShowsAndOthersStay) {
  WorkerBoard board = board_of(4, 4, 2);
  board.follow(about(NoteKind::chunk_finished, 1, ChunkId(1), 1));
  board.follow(about(NoteKind::chunk_finished, 3, ChunkId(3), 1));
  Note lost = about(NoteKind::worker_lost, 3);
  lost.text = "while computing";
  board.follow(lost);
  EXPECT_EQ(board.line(WorkerId(3)), "  worker   3  ..     0 of 2   LOST while computing");
  EXPECT_EQ(board.line(WorkerId(1)), "  worker   1  #.     1 of 2   between chunks");
  board.follow(about(NoteKind::worker_joined, 3));
  EXPECT_EQ(board.line(WorkerId(3)), "  worker   3  ..     0 of 2   joined");
}

TEST(WorkerBoard, ManyChunksShareMarks) {
  WorkerBoard board = board_of(2, 64, 2);
  board.follow(about(NoteKind::chunk_finished, 0, ChunkId(3), 32));
  EXPECT_EQ(board.line(WorkerId(0)), "  worker   0  ########........  32 of 64  between chunks");
}

TEST(WorkerBoard, NotesOfNobodyOrStrangersAreIgnored) {
  WorkerBoard board = board_of(2, 2, 1);
  const std::string before = board.line(WorkerId(0)) + board.line(WorkerId(1));
  board.follow(about(NoteKind::worker_joined, 77));
  board.follow(Note{});
  EXPECT_EQ(board.line(WorkerId(0)) + board.line(WorkerId(1)), before);
  EXPECT_EQ(board.workers(), 2u);
}

}  // namespace
}  // namespace gleaner
