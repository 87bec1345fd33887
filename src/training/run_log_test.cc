#include "training/run_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/output_folder.h"
#include "training/read_log.h"

namespace gleaner {
namespace {

using ::gleaner::test::bytes_of;
using ::gleaner::test::OutputFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::ordered_json;

std::vector<std::string> keys_of(const Json& json) {
  std::vector<std::string> keys;
  for (const auto& item : json.items()) keys.push_back(item.key());
  return keys;
}

RunSummary summary_of(const std::string& method) {
  RunSummary s;
  s.method = method;
  s.status = "completed";
  s.reason = "";
  s.seconds_per_round = {0.1, 0.25};
  s.loss = 1.0 / 3;
  return s;
}

TEST(RunSummary, HasTheFieldsOfTheContract) {
  const Json json = Json::parse(to_json(summary_of("partial")));
  EXPECT_THAT(
      keys_of(json),
      ElementsAre("method", "policy", "status", "reason", "seed", "rounds", "seconds_per_round", "loss",
                  "accuracy", "test_accuracy", "chunks_completed", "chunks_used", "bytes_to_server",
                  "bytes_to_workers", "gradient_error_max", "workers_lost", "epochs_max", "ledger"));
  EXPECT_EQ(json["policy"], "static");
  EXPECT_EQ(json["seconds_per_round"]["p95"], 0.25);
  EXPECT_EQ(json["loss"].get<double>(), 1.0 / 3);
  EXPECT_TRUE(json["test_accuracy"].is_null());
  EXPECT_TRUE(json["gradient_error_max"].is_null());
}

TEST(RunSummary, SaysNotRunByDefault) {
  const Json json = Json::parse(to_json(RunSummary{}));
  EXPECT_EQ(json["status"], "failed");
  EXPECT_EQ(json["reason"], "not run");
  EXPECT_TRUE(json["seconds_per_round"]["mean"].is_null());
}

TEST(RunSummary, ComparisonIsKeyedByMethod) {
  const std::vector<RunSummary> all{summary_of("partial"), summary_of("original"), summary_of("uncoded")};
  const Json json = Json::parse(to_json(all));
  EXPECT_THAT(keys_of(json), ElementsAre("partial", "original", "uncoded"));
  EXPECT_EQ(json["original"]["method"], "original");
}

TEST(RoundRecord, HasTheFieldsOfTheContractOnOneLine) {
  RoundRecord r;
  r.round = 3;
  r.seconds = 0.05;
  r.reencoded = 1;
  r.reencoded_workers = {WorkerId(4)};
  r.vector_bytes = {0, 128};
  r.chunk_times = {{WorkerId(1), ChunkId(2), 0.02, kNotMeasured}};
  const std::string line = to_json(r);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const Json json = Json::parse(line);
  for (const char* key : {"type", "round", "seconds", "loss", "residual", "chunks_completed", "chunks_used",
                          "bytes_to_server", "gradient_error", "epoch", "reencoded", "workers"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(keys_of(json).front(), "type");
  EXPECT_EQ(json["type"], "round");
  EXPECT_TRUE(json["loss"].is_null());
  EXPECT_EQ(json["reencoded_workers"], Json::array({4}));
  EXPECT_EQ(json["vector_bytes"], Json::array({0, 128}));
  EXPECT_EQ(json["chunk_times"][0]["chunk"], 2);
  EXPECT_TRUE(json["chunk_times"][0]["drawn_seconds"].is_null());
}

TEST(Json, DoublesAreShortAndReadBackAlike) {
  RoundRecord r;
  for (const double x : {0.1, 1e-7, 123456.789, 1.0 / 3, 5e-324, 1.7976931348623157e308}) {
    r.seconds = x;
    EXPECT_EQ(Json::parse(to_json(r))["seconds"].get<double>(), x);
  }
  r.seconds = 0.1;
  EXPECT_THAT(to_json(r), HasSubstr("\"seconds\":0.1,"));
}

TEST(Json, BytesThatAreNotTextDoNoHarm) {
  StartRecord r;
  r.data = "data\xFF.gz";
  EXPECT_THAT(to_json(r), HasSubstr("data\xEF\xBF\xBD.gz"));
}

TEST(RunLog, IsALineForEveryRecord) {
  const OutputFolder folder;
  const auto path = folder.path() / "run.jsonl";
  {
    Result<RunLog> log = RunLog::open(path);
    ASSERT_TRUE(log.ok()) << log.error().sentence();
    EXPECT_TRUE(log.value().write(StartRecord{}).ok());
    EXPECT_TRUE(log.value().write(RoundRecord{}).ok());
    EXPECT_THAT(bytes_of(path), HasSubstr("\"type\":\"round\""));  // a reader follows the run
    EXPECT_TRUE(log.value().write(summary_of("partial")).ok());
  }
  EXPECT_TRUE(RunLog::open(path).ok());
  EXPECT_EQ(bytes_of(path), "");
}

TEST(Json, TheStartSaysWhichLocalStepsThereAre) {
  StartRecord r;
  EXPECT_THAT(to_json(r), Not(HasSubstr("local")));
  r.local_steps = 5;
  r.local_learning_rate = 0.25;
  r.prox = 0.5;
  EXPECT_THAT(to_json(r), HasSubstr(R"("local_steps":5)"));
  EXPECT_THAT(to_json(r), HasSubstr(R"("local_learning_rate":0.25)"));
  EXPECT_THAT(to_json(r), HasSubstr(R"("prox":0.5)"));
}

// ---- going on with a log

StartRecord start_of(std::uint64_t seed) {
  StartRecord r;
  r.seed = seed;
  r.fingerprint = "abc";
  return r;
}

RoundRecord round_record(std::uint64_t round) {
  RoundRecord r;
  r.round = round;
  return r;
}

void write_rounds(RunLog& log, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t r = first; r <= last; ++r) ASSERT_TRUE(log.write(round_record(r)).ok());
}

void put(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

TEST(RunLogResume, GivesTheLogOfARunThatWasNeverInterrupted) {
  const OutputFolder folder;
  const auto whole = folder.path() / "whole.jsonl";
  {
    RunLog log = RunLog::open(whole).value();
    ASSERT_TRUE(log.write(start_of(1)).ok());
    write_rounds(log, 1, 9);
    ASSERT_TRUE(log.write(summary_of("partial")).ok());
  }
  const std::string text = bytes_of(whole);
  const auto path = folder.path() / "run.jsonl";
  // Interrupted at any byte from the end of round 4 on, resumed from a checkpoint of round 4.
  const std::size_t after_four = text.find("\"round\":5") - std::string("{\"type\":\"round\",").size();
  for (std::size_t size = after_four; size <= text.size(); ++size) {
    put(path, text.substr(0, size));
    Result<RunLog> log = RunLog::resume(path, 4, start_of(1));
    ASSERT_TRUE(log.ok()) << log.error().sentence();
    write_rounds(log.value(), 5, 9);
    ASSERT_TRUE(log.value().write(summary_of("partial")).ok());
    ASSERT_TRUE(log.value().sync().ok());
    ASSERT_EQ(bytes_of(path), text) << size;
  }
}

TEST(RunLogResume, BeginsALogWhereThereIsNone) {
  const OutputFolder folder;
  const auto path = folder.path() / "run.jsonl";
  StartRecord later = start_of(1);
  later.after = 4;
  for (int life = 0; life < 2; ++life) {  // and goes on with one that began in the middle
    Result<RunLog> log = RunLog::resume(path, 4, start_of(1));
    ASSERT_TRUE(log.ok()) << log.error().sentence();
    write_rounds(log.value(), 5, 6);
  }
  EXPECT_EQ(bytes_of(path),
            to_json(later) + "\n" + to_json(round_record(5)) + "\n" + to_json(round_record(6)) + "\n");
  put(path, "");
  EXPECT_TRUE(RunLog::resume(path, 4, start_of(1)).ok());
  EXPECT_EQ(bytes_of(path), to_json(later) + "\n");
  EXPECT_THAT(RunLog::resume(path, 6, start_of(1)).error().what,
              HasSubstr("it speaks of the rounds up to 4, but the checkpoint is of round 6"));
  put(path, R"({"type":"start","seed":)" + std::string(300'000, '[') + "\n");
  EXPECT_FALSE(RunLog::resume(path, 4, start_of(1)).ok());
}

// What the ledger of a round says has grown: logs without it, or with less of it, are as good as ever.
TEST(RunLogResume, GoesOnWithLogsOfEarlierPrograms) {
  const OutputFolder folder;
  const auto path = folder.path() / "run.jsonl";
  for (const std::string ledger :
       {"", R"("ledger":null,)",
        R"("ledger":{"computed":[3,1],"used":[2,0],"skipped":[0,4],"aborted":[1,0],)"
        R"("busy_seconds":[0.5,0.25],"slowness_seconds":[null,-0.003]},)"}) {
    const std::string old =
        to_json(start_of(1)) + "\n" + R"({"type":"round","round":1,"seconds":0.5,)" + ledger +
        R"("chunk_times":[{"worker":0,"chunk":0,"seconds":0.25,"drawn_seconds":null}]})" + "\n";
    put(path, old);
    ASSERT_TRUE(RunLog::resume(path, 1, start_of(1)).value().write(round_record(2)).ok());
    EXPECT_EQ(bytes_of(path), old + to_json(round_record(2)) + "\n");
    StartRecord start = start_of(1);
    start.workers = 2;
    put(path, to_json(start) + old.substr(old.find('\n')));
    const Result<LoggedTimes> times = read_logged_times(bytes_of(path), "run.jsonl");
    ASSERT_TRUE(times.ok()) << times.error().sentence();
    ASSERT_EQ(times.value().rounds.size(), 1U);
    EXPECT_EQ(times.value().rounds[0].chunk_times.at(0).seconds, 0.25);
  }
}

TEST(RunLogResume, RefusesWhatIsNotTheLogOfTheRun) {
  const OutputFolder folder;
  const auto path = folder.path() / "run.jsonl";
  const auto why = [&](std::uint64_t round, std::uint64_t seed) {
    const std::string before = bytes_of(path);
    const Result<RunLog> log = RunLog::resume(path, round, start_of(seed));
    EXPECT_EQ(bytes_of(path), before);
    EXPECT_TRUE(log.ok() || log.error().kind == Error::Kind::bad_input);
    return log ? "none" : log.error().sentence();
  };
  {
    RunLog log = RunLog::open(path).value();
    ASSERT_TRUE(log.write(start_of(1)).ok());
    write_rounds(log, 1, 3);
  }
  EXPECT_EQ(why(3, 1), "none");
  EXPECT_THAT(why(4, 1), HasSubstr("run.jsonl cannot be gone on with: it speaks of the rounds up to 3"));
  EXPECT_THAT(why(3, 2), HasSubstr("of another run, its seed is not 2"));
  {
    RunLog log = RunLog::open(path).value();
    ASSERT_TRUE(log.write(start_of(1)).ok());
    write_rounds(log, 1, 1);
    write_rounds(log, 3, 3);
  }
  EXPECT_THAT(why(3, 1), HasSubstr("line 3 is of round 3, expected 2"));
  for (const char* other : {"a,b\n1,2\n", "{\"type\":\"round\"}\n", "no line"}) {
    put(path, other);
    EXPECT_THAT(why(3, 1), HasSubstr("line 1 is not the start of a run"));
  }
}

TEST(RunLog, NamesTheFileThatCannotBeWritten) {
  const Result<RunLog> log = RunLog::open("/nowhere/run.jsonl");
  ASSERT_FALSE(log.ok());
  EXPECT_EQ(log.error().kind, Error::Kind::bad_input);
  EXPECT_THAT(log.error().what, HasSubstr("/nowhere/run.jsonl: No such file"));

  Result<RunLog> full = RunLog::open("/dev/full");
  ASSERT_TRUE(full.ok());
  const Status status = full.value().write(RoundRecord{});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, Error::Kind::run_failed);
  EXPECT_THAT(status.error().what, HasSubstr("/dev/full: No space left"));
}

TEST(Percentile, IsTheNearestRank) {
  std::vector<double> values;
  EXPECT_TRUE(std::isnan(percentile(values, 0.95)));
  for (int i = 20; i >= 1; --i) values.push_back(i);
  EXPECT_EQ(percentile(values, 0.95), 19);
  EXPECT_EQ(percentile(values, 0.951), 20);
  EXPECT_EQ(percentile(values, 0.5), 10);
  EXPECT_EQ(percentile(values, 0), 1);
  EXPECT_EQ(percentile(values, 1), 20);
  EXPECT_EQ(percentile(std::vector<double>{7}, 0.95), 7);
  EXPECT_EQ(summarize_seconds(values).mean, 10.5);
  EXPECT_EQ(summarize_seconds(values).p95, 19);
}

}  // namespace
}  // namespace gleaner
