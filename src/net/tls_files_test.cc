// Everything that can be wrong with the three files is said before a connection is tried.
#include "net/tls_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/tls_cluster.h"

namespace gleaner {
namespace {

using test::TlsFolder;
using test::valid;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Use = CertificateSpec::Use;
namespace fs = std::filesystem;

struct Files : ::testing::Test {
  TlsFolder folder;
  fs::path worker = folder.of("worker-0");

  static std::string refused(const fs::path& where, std::time_t now = std::time(nullptr)) {
    const Result<TlsFiles> files = tls_files_in(where, now);
    EXPECT_FALSE(files.ok());
    if (files) return "";
    EXPECT_NE(files.error().cure, "");
    return files.error().what;
  }
  static void put(const fs::path& file, const std::string& content) {
    ASSERT_TRUE(write_pem(file, content, Readers::owner).ok());
  }
};

TEST_F(Files, OfEveryIdentity) {
  for (const char* name : {"server", "operator", "worker-3", "spare-0"}) {
    const Result<TlsFiles> files = tls_files_in(folder.of(name));
    ASSERT_TRUE(files.ok()) << name;
    EXPECT_EQ(files.value().folder(), folder.of(name));
  }
}

TEST_F(Files, WithATrailingSlash) {
  EXPECT_EQ(tls_files_in(worker.string() + "/").value().certificate, (worker / "cert.pem").string());
}

TEST_F(Files, TheWrongFolder) {
  EXPECT_THAT(refused("/nowhere"), HasSubstr("--tls /nowhere is no folder"));
  EXPECT_THAT(refused(worker / "cert.pem"), HasSubstr("is no folder"));
  EXPECT_THAT(refused(folder.of(".")), HasSubstr("holds the authority, not one certificate"));
}

TEST_F(Files, AFileIsMissing) {
  for (const char* name : {"cert.pem", "key.pem", "ca.pem"}) {
    const TlsFolder other;
    fs::remove(other.of("worker-0") / name);
    EXPECT_THAT(refused(other.of("worker-0")),
                AllOf(HasSubstr("cannot read"), HasSubstr(name), HasSubstr("No such file")));
  }
}

TEST_F(Files, AFileIsNotWhatItShouldBe) {
  put(worker / "cert.pem", "-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----\n");
  EXPECT_THAT(refused(worker), HasSubstr("cert.pem holds no certificate in PEM format"));
  put(folder.of("worker-1") / "key.pem", "");
  EXPECT_THAT(refused(folder.of("worker-1")), HasSubstr("key.pem holds no private key"));
  put(folder.of("worker-2") / "ca.pem", "hello");
  EXPECT_THAT(refused(folder.of("worker-2")), HasSubstr("ca.pem holds no certificate"));
  put(folder.of("worker-3") / "ca.pem", std::string(2U << 20U, 'x'));
  EXPECT_THAT(refused(folder.of("worker-3")), HasSubstr("larger than 1 MiB"));
}

TEST_F(Files, AnotherKey) {
  put(worker / "key.pem", read_pem(folder.of("worker-1") / "key.pem").value());
  EXPECT_THAT(refused(worker), HasSubstr("key.pem is not the key of " + (worker / "cert.pem").string()));
}

TEST_F(Files, AnotherAuthority) {
  const TlsFolder other;
  put(worker / "ca.pem", read_pem(other.of("ca.pem")).value());
  EXPECT_THAT(refused(worker),
              AllOf(HasSubstr("cert.pem is signed by \"Gleaner CA "), HasSubstr("which is not in")));
  // Two authorities in one file: while one replaces the other.
  put(worker / "ca.pem", read_pem(other.of("ca.pem")).value() + read_pem(folder.of("ca.pem")).value());
  EXPECT_TRUE(tls_files_in(worker).ok());
}

TEST_F(Files, TooLateAndTooEarly) {
  const std::time_t year = 366 * 24 * 3600;
  EXPECT_THAT(refused(worker, std::time(nullptr) + year), HasSubstr("cert.pem has expired on 20"));
  EXPECT_THAT(refused(worker, std::time(nullptr) - year), HasSubstr("cert.pem is valid only from 20"));
}

}  // namespace
}  // namespace gleaner
