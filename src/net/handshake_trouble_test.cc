// What a person reads on both sides when a connection is refused.
#include "net/handshake_trouble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <thread>

#include "support/tls_cluster.h"

namespace gleaner {
namespace {

using namespace std::chrono_literals;
using test::Caller;
using test::TlsFolder;
using test::valid;
using test::WhoServer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Use = CertificateSpec::Use;

// The lines of watch_handshakes, one after another.
struct Lines {
  std::mutex mutex;
  std::vector<std::string> all;
  Lines() {
    watch_handshakes([this](std::string line) {
      const std::lock_guard lock(mutex);
      all.push_back(std::move(line));
    });
  }
  ~Lines() { watch_handshakes({}); }
  // gRPC goes on looking at the files of earlier tests for a second: those complaints are not of this one.
  std::vector<std::string> of(const std::filesystem::path& folder) {
    const std::lock_guard lock(mutex);
    std::vector<std::string> own;
    for (const std::string& line : all) {
      const bool foreign =
          line.find(" read anew; ") != std::string::npos && !line.starts_with(folder.string());
      if (!foreign) own.push_back(line);
    }
    return own;
  }
};

struct Trouble : ::testing::Test {
  Lines lines;
  TlsFolder folder{{"trainer.example"}};
  WhoServer server{server_credentials(folder.files("server"))};
  std::string at = server.at().text();

  // What the server says first, or "" if it says nothing for 5 s.
  std::string line() {
    std::vector<std::string> own;
    for (int i = 0; i < 500 && (own = lines.of(folder.of(""))).empty(); ++i)
      std::this_thread::sleep_for(10ms);
    return own.empty() ? "" : own.front();
  }
  std::string why(const std::optional<TlsFiles>& files, const std::string& host = "127.0.0.1") const {
    return why_not_connected(server.at(host), files);
  }
};

TEST_F(Trouble, NoneIsSaidWhereAllIsWell) {
  EXPECT_EQ(why(folder.files("worker-0")), "");
  const WhoServer plain(grpc::InsecureServerCredentials());
  EXPECT_EQ(why_not_connected(plain.at(), std::nullopt), "");
  EXPECT_THAT(lines.of(folder.of("")), ::testing::IsEmpty());
}

TEST_F(Trouble, NoCertificate) {
  EXPECT_THAT(why(std::nullopt), AllOf(StartsWith("the server at " + at +
                                                  " asks for TLS and a certificate of "
                                                  "\"Gleaner CA "),
                                       HasSubstr("; give --tls DIR")));
  EXPECT_EQ(line(), "refused a connection: it showed no certificate");
}

TEST_F(Trouble, PlainText) {
  EXPECT_EQ(Caller(server.at(), grpc::InsecureChannelCredentials()).ask(), "");
  EXPECT_EQ(line(), "refused a connection: it does not speak TLS");
}

TEST_F(Trouble, AnotherAuthority) {
  const TlsFolder other;
  const TlsFiles files = folder.replace("worker-0", valid(Use::client, "worker-0", 1), other.authority());
  const std::string stranger = facts_of(other.authority().certificate).value().name;
  const std::string own = facts_of(folder.authority().certificate).value().name;
  EXPECT_EQ(why(files), "the server at " + at + " refused " + files.certificate + ": it does not know \"" +
                            stranger + "\", who signed it, but only \"" + own +
                            "\"; take a folder that was made there");
  EXPECT_EQ(line(), "refused a connection: its certificate, \"worker-0\", is signed by \"" + stranger +
                        "\", who is unknown here");
}

TEST_F(Trouble, AnotherAuthorityOnTheServersSide) {
  const TlsFolder other;
  EXPECT_THAT(why(other.files("worker-0")),
              AllOf(StartsWith("the certificate of the server at " + at + " is signed by \"Gleaner CA "),
                    HasSubstr("who is not in " + other.files("worker-0").ca + "; ")));
  EXPECT_EQ(line(),
            "refused a connection: it does not know the authority that signed this server's certificate");
}

TEST_F(Trouble, Expired) {
  const TlsFiles files = folder.replace("worker-0", valid(Use::client, "worker-0", -1), folder.authority());
  EXPECT_THAT(why(files), HasSubstr(" refused " + files.certificate + ", which has expired on 20"));
  EXPECT_THAT(line(), StartsWith("refused a connection: its certificate, \"worker-0\", has expired on 20"));
}

TEST_F(Trouble, NotAClients) {
  EXPECT_THAT(why(folder.files("server")), HasSubstr("\"server\" is not made for clients; take the folder"));
  EXPECT_EQ(line(), "refused a connection: its certificate, \"server\", is not made for clients");
}

TEST_F(Trouble, TheServersCertificate) {
  const TlsFiles worker = folder.files("worker-0");
  const auto with = [&](const CertificateSpec& spec) {
    const WhoServer s(server_credentials(folder.replace("server", spec, folder.authority())));
    return why_not_connected(s.at(), worker);
  };
  EXPECT_THAT(with(valid(Use::server, "server", -1, {"127.0.0.1"})), HasSubstr(" has expired on 20"));
  EXPECT_THAT(with(valid(Use::client, "worker-2", 1, {"127.0.0.1"})),
              HasSubstr(", \"worker-2\", is not made for a server; start the server with --tls DIR/server"));
  EXPECT_THAT(with(valid(Use::server, "server", 1, {"10.9.8.7", "trainer.example"})),
              HasSubstr(" is for server, 10.9.8.7, trainer.example and not for 127.0.0.1; "));
}

TEST_F(Trouble, TheServerSpeaksPlainText) {
  const WhoServer plain(grpc::InsecureServerCredentials());
  EXPECT_EQ(why_not_connected(plain.at(), folder.files("worker-0")),
            "the server at " + plain.at().text() +
                " speaks plain text; start it with --tls DIR, or leave --tls away here");
}

TEST_F(Trouble, NobodyThere) {
  const Endpoint nobody{.host = "127.0.0.1", .port = 1, .unix_socket = false};
  EXPECT_THAT(why_not_connected(nobody, folder.files("worker-0")),
              StartsWith("nobody listens at 127.0.0.1:1; "));
  const Endpoint socket{.host = folder.of("no.socket"), .port = 0, .unix_socket = true};
  EXPECT_THAT(why_not_connected(socket, std::nullopt), StartsWith("nobody listens at unix:/"));
  const Endpoint nowhere{.host = "no-such-host.invalid", .port = 1, .unix_socket = false};
  EXPECT_THAT(why_not_connected(nowhere, std::nullopt),
              StartsWith("the name no-such-host.invalid cannot be resolved"));
}

// It listens, and never says a word.
TEST_F(Trouble, ASilentServerIsGivenUp) {
  const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(file, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(file, 1), 0);
  ASSERT_EQ(::getsockname(file, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const Endpoint silent{.host = "127.0.0.1", .port = ntohs(address.sin_port), .unix_socket = false};
  const auto began = std::chrono::steady_clock::now();
  EXPECT_THAT(why_not_connected(silent, folder.files("worker-0"), 300ms),
              HasSubstr(" takes connections but says nothing within 0.3 s; "));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
  ::close(file);
}

TEST_F(Trouble, FilesThatChangedForTheWorse) {
  const TlsFiles files = folder.files("server");
  const TlsFiles worker = folder.files("worker-0");
  const std::string key = read_pem(files.key).value();
  std::this_thread::sleep_for(1100ms);  // gRPC looks at times of files in seconds
  ASSERT_TRUE(write_pem(files.key, read_pem(worker.key).value(), Readers::owner).ok());
  EXPECT_EQ(
      line(),
      "the certificates that were read anew cannot be used: key and certificate must belong together; no new "
      "connection is possible until they do");
  EXPECT_NE(why(worker), "");
  std::this_thread::sleep_for(1100ms);
  ASSERT_TRUE(write_pem(files.key, key, Readers::owner).ok());
  std::string last = "not asked";
  for (int i = 0; i < 50 && !last.empty(); ++i) {
    std::this_thread::sleep_for(100ms);
    last = why(worker);
  }
  EXPECT_EQ(last, "");
}

TEST_F(Trouble, FilesThatVanished) {
  const TlsFiles files = folder.files("server");
  std::filesystem::remove(files.certificate);
  EXPECT_EQ(line(), files.certificate + " cannot be read anew; what was read before holds on");
  EXPECT_EQ(Caller(server.at(), channel_credentials(folder.files("worker-0"))).ask(), "1 worker-0");
  std::this_thread::sleep_for(1100ms);
  EXPECT_EQ(lines.of(folder.of("")).size(), 1U);
}

TEST_F(Trouble, AFloodIsCounted) {
  for (int i = 0; i < 80; ++i) (void)why(std::nullopt);
  std::this_thread::sleep_for(1100ms);
  (void)why(std::nullopt);
  std::this_thread::sleep_for(100ms);
  EXPECT_LT(lines.of(folder.of("")).size(), 60U);
  EXPECT_THAT(lines.of(folder.of("")),
              ::testing::Contains(HasSubstr(" more lines like these before the next one were left out")));
}

}  // namespace
}  // namespace gleaner
