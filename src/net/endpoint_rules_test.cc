#include "net/endpoint_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/tls_cluster.h"

namespace gleaner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Endpoint parsed(const std::string& text) {
  const Result<Endpoint> endpoint = parse_endpoint("--listen", text);
  EXPECT_TRUE(endpoint.ok()) << text;
  return endpoint ? endpoint.value() : Endpoint();
}

std::string refused(const std::string& text) {
  const Result<Endpoint> endpoint = parse_endpoint("--listen", text);
  EXPECT_FALSE(endpoint.ok()) << text;
  return endpoint ? "" : endpoint.error().sentence();
}

TEST(Endpoint, IsReadAndWritten) {
  for (const char* text : {"trainer.example:7000", "10.0.0.5:0", "[::1]:65535", "unix:/run/gleaner.socket"}) {
    EXPECT_EQ(parsed(text).text(), text);
  }
  EXPECT_EQ(parsed("[fe80::1]:7000").host, "fe80::1");
  EXPECT_EQ(parsed("[fe80::1]:7000").port, 7000);
}

TEST(Endpoint, NamesWhatIsWrong) {
  EXPECT_EQ(
      refused("trainer"),
      "--listen trainer names no port; write --listen HOST:PORT, like --listen 10.0.0.5:7000 or [::1]:7000");
  EXPECT_THAT(refused(":7000"), HasSubstr("names no host"));
  EXPECT_THAT(refused(""), HasSubstr("names no port"));
  EXPECT_THAT(refused("::1:7000"), HasSubstr("needs brackets"));
  EXPECT_THAT(refused("[::1:7000"), HasSubstr("does not close"));
  EXPECT_THAT(refused("[trainer]:7000"), HasSubstr("no IPv6 address"));
  EXPECT_THAT(refused("[::1]7000"), HasSubstr("names no port"));
  EXPECT_THAT(refused("unix:"), HasSubstr("names no socket"));
  EXPECT_THAT(refused("http://trainer:7000"), HasSubstr("--listen http://trainer:7000"));
  for (const char* port :
       {"a:", "a:65536", "a:-1", "a:+1", "a:7000x", "a:0x10", "a: 1", "a:99999999999999999999"}) {
    EXPECT_THAT(refused(port), HasSubstr("no number from 0 to 65535")) << port;
  }
}

TEST(Loopback, IsThisMachineAlone) {
  for (const char* text : {"127.0.0.1:1", "127.200.3.4:1", "localhost:1", "[::1]:1", "[0:0:0:0:0:0:0:1]:1",
                           "[::ffff:127.0.0.1]:1", "unix:/x"}) {
    EXPECT_TRUE(is_loopback(parsed(text))) << text;
  }
  // Whatever is not plainly loopback is not: also names that begin or end like it.
  for (const char* text :
       {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "128.0.0.1:1", "[::ffff:10.0.0.1]:1", "[::2]:1", "127.1:1",
        "localhost.example:1", "notlocalhost:1", "127.0.0.1.example:1"}) {
    EXPECT_FALSE(is_loopback(parsed(text))) << text;
  }
}

TEST(Security, IsPlainTextOnLoopback) {
  const Result<Security> security = choose_security(parsed("127.0.0.1:7000"), "", false);
  ASSERT_TRUE(security.ok());
  EXPECT_FALSE(security.value().tls);
  EXPECT_EQ(security.value().warning, "");
}

TEST(Security, BeyondLoopbackIsTlsUnlessSaidOtherwise) {
  const Result<Security> bare = choose_security(parsed("0.0.0.0:7000"), "", false);
  ASSERT_FALSE(bare.ok());
  EXPECT_THAT(bare.error().sentence(), AllOf(HasSubstr("0.0.0.0:7000"), HasSubstr("gleaner certs"),
                                             HasSubstr("--tls DIR"), HasSubstr("--insecure")));
  const Result<Security> plain = choose_security(parsed("0.0.0.0:7000"), "", true);
  ASSERT_TRUE(plain.ok());
  EXPECT_FALSE(plain.value().tls);
  EXPECT_EQ(plain.value().warning,
            "0.0.0.0:7000: plaintext: anybody on the network can read and change everything");
}

TEST(Security, IsTlsWhereverItIsGiven) {
  const test::TlsFolder folder;
  for (const char* at : {"0.0.0.0:7000", "127.0.0.1:7000"}) {
    const Result<Security> security = choose_security(parsed(at), folder.of("worker-0"), false);
    ASSERT_TRUE(security.ok());
    ASSERT_TRUE(security.value().tls);
    EXPECT_EQ(security.value().tls->key, (folder.of("worker-0") / "key.pem").string());
    EXPECT_EQ(security.value().warning, "");
    const Result<Security> both = choose_security(parsed(at), folder.of("worker-0"), true);
    ASSERT_FALSE(both.ok());
    EXPECT_THAT(both.error().sentence(), HasSubstr("--tls and --insecure"));
  }
  const Result<Security> none = choose_security(parsed("127.0.0.1:7000"), folder.of("worker-77"), false);
  ASSERT_FALSE(none.ok());
  EXPECT_THAT(none.error().sentence(), HasSubstr("worker-77 is no folder"));
}

}  // namespace
}  // namespace gleaner
