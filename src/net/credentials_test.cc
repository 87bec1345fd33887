// Real handshakes on loopback: who gets in, who does not, and which certificate is shown after a change.
#include "net/credentials.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "net/handshake_trouble.h"
#include "net/openssl_handles.h"
#include "net/probe_socket.h"
#include "support/tls_cluster.h"

namespace gleaner {
namespace {

using test::Caller;
using test::TlsFolder;
using test::valid;
using test::WhoServer;
using Use = CertificateSpec::Use;

// Names by getaddrinfo, before gRPC starts: c-ares never frees ten bytes, which the address sanitizer
// reports.
[[maybe_unused]] const int native_names = ::setenv("GRPC_DNS_RESOLVER", "native", 1);

struct Credentials : ::testing::Test {
  bool quiet = (watch_handshakes({}), true);
  TlsFolder folder;
  WhoServer server{server_credentials(folder.files("server"))};

  std::string ask(const TlsFiles& files, const std::string& host = "127.0.0.1") const {
    return Caller(server.at(host), channel_credentials(files)).ask();
  }
};

TEST_F(Credentials, TheServerKnowsWhoCalls) {
  EXPECT_EQ(ask(folder.files("worker-3")), "1 worker-3");
  EXPECT_EQ(ask(folder.files("spare-0")), "2 spare-0");
  EXPECT_EQ(ask(folder.files("operator")), "3 operator");
}

TEST_F(Credentials, ByNameAsWellAsByAddress) {
  EXPECT_EQ(ask(folder.files("worker-0"), "localhost"), "1 worker-0");
}

TEST_F(Credentials, ANameThatIsNoIdentityIsAStranger) {
  EXPECT_EQ(ask(folder.replace("worker-1", valid(Use::client, "worker-01", 1), folder.authority())),
            "5 worker-01");
}

TEST_F(Credentials, WithoutACertificateNobodyGetsIn) {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(
      std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(folder.files("worker-0").ca, 1));
  options.watch_root_certs();
  EXPECT_EQ(Caller(server.at(), grpc::experimental::TlsCredentials(options)).ask(), "");
  EXPECT_EQ(Caller(server.at(), grpc::InsecureChannelCredentials()).ask(), "");
}

TEST_F(Credentials, NorWithAnotherAuthoritys) {
  const TlsFolder other;
  EXPECT_EQ(ask(other.files("worker-0")), "");
  // Not even one that trusts this server.
  const TlsFiles mixed = folder.replace("worker-0", valid(Use::client, "worker-0", 1), other.authority());
  EXPECT_EQ(ask(mixed), "");
}

TEST_F(Credentials, NorWithOneThatHasExpired) {
  EXPECT_EQ(ask(folder.replace("worker-0", valid(Use::client, "worker-0", -1), folder.authority())), "");
}

TEST_F(Credentials, NorWithOneThatIsNotMadeForClients) { EXPECT_EQ(ask(folder.files("server")), ""); }

TEST_F(Credentials, AWorkerDoesNotTakeAWorkerForTheServer) {
  const WhoServer thief(server_credentials(
      folder.replace("worker-1", valid(Use::client, "server", 1, {"127.0.0.1"}), folder.authority())));
  EXPECT_EQ(Caller(thief.at(), channel_credentials(folder.files("worker-0"))).ask(), "");
}

TEST_F(Credentials, NorAServerOfAnotherName) {
  const WhoServer elsewhere(server_credentials(
      folder.replace("server", valid(Use::server, "server", 1, {"10.9.8.7"}), folder.authority())));
  EXPECT_EQ(Caller(elsewhere.at(), channel_credentials(folder.files("worker-0"))).ask(), "");
}

TEST(PlainText, IsAnonymous) {
  const WhoServer server(grpc::InsecureServerCredentials());
  EXPECT_EQ(Caller(server.at(), grpc::InsecureChannelCredentials()).ask(), "0 ");
}

// Asks again on new connections, until one is shown another certificate than `old`; "" if none is for 10 s.
std::string next_certificate(const Endpoint& at, const TlsFiles& files, const std::string& old) {
  for (int i = 0; i < 50; ++i) {
    Caller caller(at, channel_credentials(files));
    if (!caller.ask().empty() && caller.server_certificate() != old) return caller.server_certificate();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  return "";
}

TEST_F(Credentials, FilesAreReadAnewAndOldConnectionsLiveOn) {
  const TlsFiles worker = folder.files("worker-2");
  Caller old(server.at(), channel_credentials(worker));
  ASSERT_EQ(old.ask(), "1 worker-2");
  const std::string first = old.server_certificate();
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // gRPC looks at times of files in seconds
  folder.replace("server", valid(Use::server, "server", 5, {"127.0.0.1"}), folder.authority());
  const std::string written = read_pem(folder.files("server").certificate).value();
  EXPECT_EQ(next_certificate(server.at(), worker, first), written);
  EXPECT_EQ(old.ask(), "1 worker-2");
  EXPECT_EQ(old.server_certificate(), first);
}

// Asks on new connections until the answer is `wanted`; the last answer, which is that or another one after
// 10 s.
std::string answer_in_the_end(const Endpoint& at, const TlsFiles& files, const std::string& wanted) {
  std::string answer;
  for (int i = 0; i < 50; ++i) {
    answer = Caller(at, channel_credentials(files)).ask();
    if (answer == wanted) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  return answer;
}

TEST_F(Credentials, OneAuthorityReplacesAnother) {
  const TlsFolder next;
  const std::string old_one = read_pem(folder.of("ca.pem")).value();
  const std::string new_one = read_pem(next.of("ca.pem")).value();
  const auto trust = [](const std::filesystem::path& where, const std::string& authorities) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // gRPC looks at times of files in seconds
    ASSERT_TRUE(write_pem(where / "ca.pem", authorities, Readers::everybody).ok());
  };
  trust(folder.of("server"), old_one + new_one);
  trust(next.of("worker-0"), old_one + new_one);
  EXPECT_EQ(answer_in_the_end(server.at(), next.files("worker-0"), "1 worker-0"), "1 worker-0");
  EXPECT_EQ(ask(folder.files("worker-1")), "1 worker-1");
  trust(folder.of("server"), new_one);
  EXPECT_EQ(answer_in_the_end(server.at(), folder.files("worker-1"), ""), "");
  EXPECT_EQ(ask(next.files("worker-0")), "1 worker-0");
}

// 0x0303 or 0x0304, if a client that speaks this version alone comes through; 0 if not.
int version_agreed(const Endpoint& at, const TlsFiles& files, int version) {
  const TlsContextHandle context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_clear_options(context.get(), SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3);  // of this process
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str());
  SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM);
  constexpr std::array<unsigned char, 3> kHttp2{2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context.get(), kHttp2.data(), kHttp2.size());
  const TlsHandle tls(SSL_new(context.get()));
  BIO* bio = BIO_new_connect(at.text().c_str());
  SSL_set_bio(tls.get(), bio, bio);
  return SSL_connect(tls.get()) == 1 ? SSL_version(tls.get()) : 0;
}

TEST_F(Credentials, OnlyTls13IsSpoken) {
  const TlsFiles worker = folder.files("worker-0");
  EXPECT_EQ(version_agreed(server.at(), worker, TLS1_3_VERSION), TLS1_3_VERSION);
  EXPECT_EQ(version_agreed(server.at(), worker, TLS1_2_VERSION), 0);
}

}  // namespace
}  // namespace gleaner
