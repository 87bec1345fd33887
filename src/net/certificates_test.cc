#include "net/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/tls_cluster.h"

namespace gleaner {
namespace {

using test::valid;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using Use = CertificateSpec::Use;
namespace fs = std::filesystem;

struct Certificates : ::testing::Test {
  test::OutputFolder out;
  CertificateWishes wishes{.folder = out.path() / "certs",
                           .workers = 2,
                           .spares = 1,
                           .server = {"trainer.example", "10.0.0.5"},
                           .days = 30,
                           .now = std::time(nullptr)};

  MadeCertificates make() const {
    Result<MadeCertificates> made = make_certificates(wishes);
    EXPECT_TRUE(made.ok()) << (made ? "" : made.error().sentence());
    return made ? made.value() : MadeCertificates();
  }
  std::string refused() const {
    const Result<MadeCertificates> made = make_certificates(wishes);
    EXPECT_FALSE(made.ok());
    return made ? "" : made.error().sentence();
  }
  std::string content(const std::string& file) const { return read_pem(wishes.folder / file).value(); }
};

// Whoever made a certificate chose what gets into lines on terminals.
TEST(CertificateFacts, ShowNoControlCharacters) {
  const KeyPair authority = issue(valid(Use::authority, "\x1b[31mCA\r\n\u009b", 1), {}).value();
  const KeyPair client = issue(valid(Use::client, "a\x1b[0mb", 1), authority).value();
  const CertificateFacts facts = facts_of(client.certificate).value();
  EXPECT_EQ(facts.signer, "?[31mCA????");
  EXPECT_EQ(facts.name, "a?[0mb");
  EXPECT_THAT(facts.hosts, ElementsAre("a?[0mb"));
}

TEST_F(Certificates, EveryFolderHoldsAllThatOneMachineNeeds) {
  const MadeCertificates made = make();
  std::vector<std::string> names;
  for (const CertificateFolder& f : made.folders) {
    names.push_back(f.identity);
    ASSERT_TRUE(tls_files_in(wishes.folder / f.identity).ok()) << f.identity;
    const CertificateFacts facts = facts_of(content(f.identity + "/cert.pem")).value();
    EXPECT_EQ(facts.name, f.identity);
    EXPECT_EQ(facts.hosts.front(), f.identity);
    EXPECT_EQ(facts.signer, made.authority);
    EXPECT_EQ(facts.until, wishes.now + std::time_t{30} * 24 * 3600);
    EXPECT_EQ(is_for_clients(content(f.identity + "/cert.pem")), f.identity != "server");
  }
  EXPECT_THAT(names, ElementsAre("server", "operator", "worker-0", "worker-1", "spare-0"));
  EXPECT_THAT(made.server,
              ElementsAre("server", "localhost", "127.0.0.1", "::1", "trainer.example", "10.0.0.5"));
  EXPECT_TRUE(is_for_host(content("server/cert.pem"), "trainer.example"));
  EXPECT_TRUE(is_for_host(content("server/cert.pem"), "10.0.0.5"));
  EXPECT_FALSE(is_for_host(content("server/cert.pem"), "10.0.0.6"));
  EXPECT_FALSE(is_for_host(content("worker-0/cert.pem"), "trainer.example"));
}

TEST_F(Certificates, KeysAreTheOwnersAlone) {
  const mode_t before = ::umask(0);
  (void)make();
  ::umask(before);
  int keys = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(wishes.folder)) {
    const bool key = entry.path().filename() == "key.pem" || entry.path().filename() == "ca.key";
    keys += key ? 1 : 0;
    if (!key) continue;
    EXPECT_EQ(entry.status().permissions(), fs::perms::owner_read | fs::perms::owner_write) << entry.path();
  }
  EXPECT_EQ(keys, 6);
}

TEST_F(Certificates, TheKeyOfTheAuthorityStaysWithIt) {
  (void)make();
  const std::string secret = content("ca.key");
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(wishes.folder)) {
    if (!entry.is_regular_file() || entry.path().filename() == "ca.key") continue;
    EXPECT_EQ(read_pem(entry.path()).value().find(secret), std::string::npos) << entry.path();
  }
}

TEST_F(Certificates, ASecondCallAddsWhatIsMissing) {
  const MadeCertificates first = make();
  const std::string authority = content("ca.pem") + content("ca.key");
  const std::string worker = content("worker-1/cert.pem") + content("worker-1/key.pem");
  EXPECT_THAT(make().folders, Each(Field(&CertificateFolder::made, false)));
  wishes.workers = 4;
  fs::remove_all(wishes.folder / "worker-0");
  const MadeCertificates second = make();
  EXPECT_EQ(second.authority, first.authority);
  EXPECT_FALSE(second.authority_made);
  std::vector<std::string> made;
  for (const CertificateFolder& f : second.folders) {
    if (f.made) made.push_back(f.identity);
  }
  EXPECT_THAT(made, ElementsAre("worker-0", "worker-2", "worker-3"));
  EXPECT_EQ(content("ca.pem") + content("ca.key"), authority);
  EXPECT_EQ(content("worker-1/cert.pem") + content("worker-1/key.pem"), worker);
  EXPECT_TRUE(signed_by(content("worker-3/cert.pem"), content("ca.pem")));
}

TEST_F(Certificates, AnAuthorityIsNeverReplaced) {
  (void)make();
  const std::string certificate = content("ca.pem");
  fs::rename(wishes.folder / "ca.key", out.path() / "elsewhere");
  EXPECT_THAT(refused(), AllOf(HasSubstr("ca.pem is there without"), HasSubstr("ca.key")));
  ASSERT_TRUE(write_pem(wishes.folder / "ca.key", content("worker-0/key.pem"), Readers::owner).ok());
  EXPECT_THAT(refused(), HasSubstr("ca.key is not the key of"));
  fs::remove(wishes.folder / "ca.pem");
  EXPECT_THAT(refused(), HasSubstr("ca.key is there without"));
  fs::rename(out.path() / "elsewhere", wishes.folder / "ca.key");
  ASSERT_TRUE(write_pem(wishes.folder / "ca.pem", certificate, Readers::everybody).ok());
  wishes.now += std::time_t{3651} * 24 * 3600;
  EXPECT_THAT(refused(), HasSubstr("ca.pem has expired on 20"));
}

TEST_F(Certificates, WhatCannotStayIsNamedBeforeAnythingIsWritten) {
  (void)make();
  wishes.workers = 3;
  wishes.server.push_back("new.example");
  EXPECT_THAT(refused(), AllOf(HasSubstr("server/cert.pem is not for new.example; remove the folder"),
                               HasSubstr("/server and")));
  wishes.server.pop_back();
  const KeyPair stranger = issue(valid(Use::authority, "Some CA", 1), {}).value();
  const KeyPair other = issue(valid(Use::client, "worker-1", 1), stranger).value();
  ASSERT_TRUE(write_pem(wishes.folder / "worker-1" / "cert.pem", other.certificate, Readers::everybody).ok());
  EXPECT_THAT(refused(), HasSubstr("worker-1/cert.pem is signed by \"Some CA\" and not by"));
  wishes.workers = 1;
  wishes.now += std::time_t{31} * 24 * 3600;
  EXPECT_THAT(refused(), HasSubstr("server/cert.pem has expired on 20"));
  EXPECT_FALSE(fs::exists(wishes.folder / "worker-2"));
}

TEST_F(Certificates, NoneOutlivesItsAuthority) {
  (void)make();
  wishes.workers = 3;
  wishes.days = 9000;
  const MadeCertificates made = make();
  EXPECT_EQ(facts_of(content("worker-2/cert.pem")).value().until, made.authority_until);
}

TEST_F(Certificates, WishesThatAreNone) {
  const auto with = [this](auto change) {
    const CertificateWishes before = wishes;
    change(wishes);
    const std::string said = refused();
    wishes = before;
    return said;
  };
  EXPECT_THAT(with([](auto& w) { w.workers = 0; }), HasSubstr("--workers 0 is not between 1 and 10000"));
  EXPECT_THAT(with([](auto& w) { w.workers = 10001; }), HasSubstr("--workers 10001"));
  EXPECT_THAT(with([](auto& w) { w.spares = 10001; }), HasSubstr("--spares 10001"));
  EXPECT_THAT(with([](auto& w) { w.days = 0; }), HasSubstr("--days 0"));
  EXPECT_THAT(with([](auto& w) { w.days = 36501; }), HasSubstr("--days 36501"));
  for (const char* host : {"trainer:7000", "", "a b", "-x", "*.example", "x,IP:10.0.0.1", "http://x"}) {
    EXPECT_THAT(with([&](auto& w) { w.server = {host}; }),
                HasSubstr("--server \"" + std::string(host) + "\""));
  }
  EXPECT_FALSE(fs::exists(wishes.folder));
}

TEST_F(Certificates, AFolderThatCannotBeMade) {
  ASSERT_TRUE(write_pem(out.path() / "file", "x", Readers::everybody).ok());
  wishes.folder = out.path() / "file" / "certs";
  EXPECT_THAT(refused(), HasSubstr("--out " + wishes.folder.string() + ": this folder cannot be made"));
}

}  // namespace
}  // namespace gleaner
