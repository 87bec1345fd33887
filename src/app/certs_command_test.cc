#include "app/certs_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "net/tls_files.h"
#include "support/output_folder.h"

namespace gleaner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct CertsCommand : ::testing::Test {
  test::OutputFolder folder;
  CertsOptions options{
      .out = folder.path() / "certs", .workers = 3, .spares = 0, .server = "10.0.0.5,trainer"};

  std::string said() {
    ::testing::internal::CaptureStdout();
    const Result<int> code = certs_command(options);
    std::string text = ::testing::internal::GetCapturedStdout();
    EXPECT_TRUE(code.ok() && code.value() == 0) << (code ? "" : code.error().sentence());
    return text;
  }
};

TEST_F(CertsCommand, SaysWhatWasMadeAndWhatToDoNext) {
  const std::string text = said();
  EXPECT_THAT(text, HasSubstr("certificates in " + options.out + ", signed by \"Gleaner CA "));
  EXPECT_THAT(text, HasSubstr("\" (new)\n"));
  EXPECT_THAT(text, HasSubstr("\n  worker-0 .. worker-2         3     0  20"));
  EXPECT_THAT(text, Not(HasSubstr("spare")));
  EXPECT_THAT(text, HasSubstr("reached as server, localhost, 127.0.0.1, ::1, 10.0.0.5, trainer\n"));
  EXPECT_THAT(text, HasSubstr("\n  gleaner server --listen 0.0.0.0:7070 --tls " + options.out + "/server\n"));
  EXPECT_THAT(text,
              HasSubstr("\n  gleaner worker --connect 10.0.0.5:7070 --tls " + options.out + "/worker-0\n"));
  EXPECT_TRUE(tls_files_in(options.out + "/worker-0").ok());
}

TEST_F(CertsCommand, SaysWhatWasThere) {
  (void)said();
  options.workers = 4;
  options.spares = 1;
  const std::string text = said();
  EXPECT_THAT(text, HasSubstr("\" (was there)\n"));
  EXPECT_THAT(text, HasSubstr("\n  worker-0 .. worker-3         1     3  20"));
  EXPECT_THAT(text, HasSubstr("\n  spare-0                      1     0  20"));
}

TEST_F(CertsCommand, AsJson) {
  options.json = true;
  const nlohmann::json j = nlohmann::json::parse(said());
  EXPECT_EQ(j.at("folder"), options.out);
  EXPECT_EQ(j.at("authority").at("made"), true);
  EXPECT_EQ(j.at("certificates").size(), 5U);
  EXPECT_EQ(j.at("certificates").at(2).at("identity"), "worker-0");
  EXPECT_EQ(j.at("certificates").at(2).at("folder"), options.out + "/worker-0");
  EXPECT_THAT(j.at("certificates").at(2).at("until").get<std::string>(),
              ::testing::MatchesRegex("20..-..-..T..:..:..Z"));
}

TEST_F(CertsCommand, NeedsAFolderAndAServer) {
  options.out.clear();
  EXPECT_THAT(certs_command(options).error().sentence(), HasSubstr("--out is missing"));
  options.out = "certs";
  options.server.clear();
  EXPECT_THAT(certs_command(options).error().sentence(), HasSubstr("--server is missing"));
}

}  // namespace
}  // namespace gleaner
