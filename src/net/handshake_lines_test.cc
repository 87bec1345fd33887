#include "net/handshake_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>

#include "net/line_limit.h"

namespace gleaner {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

std::string failed(const std::string& reason) {
  return "Handshake failed with fatal error SSL_ERROR_SSL: error:0A0000C7:SSL routines::" + reason + ".";
}

TEST(HandshakeLines, OfReasons) {
  EXPECT_EQ(handshake_line(failed("peer did not return a certificate"), {}),
            "refused a connection: it showed no certificate");
  EXPECT_EQ(handshake_line(failed("unsupported protocol"), {}),
            "refused a connection: it does not speak TLS 1.3");
  EXPECT_EQ(handshake_line(failed("wrong version number"), {}),
            "refused a connection: it does not speak TLS");
  EXPECT_THAT(*handshake_line(failed("certificate verify failed"), {}), HasSubstr("did not pass"));
}

TEST(HandshakeLines, AReasonThatIsNewIsPassedOn) {
  EXPECT_THAT(*handshake_line(failed("moon in the wrong phase"), {}), HasSubstr("moon in the wrong phase"));
  EXPECT_EQ(handshake_line("ipv4:127.0.0.1: Address already in use", {}), std::nullopt);
}

TEST(HandshakeLines, OfCertificates) {
  const CertificateFacts facts{
      .name = "worker-3", .signer = "Some CA", .hosts = {}, .from = 0, .until = 86400};
  const auto line = [&](int verdict) {
    return *handshake_line(failed("certificate verify failed"),
                           RefusedCertificate{.facts = facts, .verdict = verdict, .client = true});
  };
  const std::string its = "refused a connection: its certificate, \"worker-3\", ";
  EXPECT_EQ(line(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY),
            its + "is signed by \"Some CA\", who is unknown here");
  EXPECT_EQ(line(X509_V_ERR_CERT_HAS_EXPIRED), its + "has expired on 1970-01-02 00:00 UTC");
  EXPECT_EQ(line(X509_V_ERR_CERT_NOT_YET_VALID), its + "is valid only from 1970-01-01 00:00 UTC on");
  EXPECT_EQ(line(X509_V_ERR_INVALID_PURPOSE), its + "is not made for clients");
  EXPECT_EQ(line(X509_V_ERR_CERT_REVOKED), its + "is refused: certificate revoked");
}

TEST(HandshakeLines, OfFiles) {
  const std::string provider = "./src/core/lib/security/credentials/tls/grpc_tls_certificate_provider.cc";
  const std::string holds_on = "/tls/cert.pem cannot be read anew; what was read before holds on";
  EXPECT_EQ(rereading_line(provider, "Reading file /tls/cert.pem failed: UNKNOWN:Failed to load file {x:1}"),
            holds_on);
  EXPECT_EQ(rereading_line(provider,
                           "Failed to get the file's modification time of /tls/cert.pem. Start retrying..."),
            holds_on);
  EXPECT_EQ(rereading_line(provider, "All retry attempts failed. Will try again after the next interval."),
            "");
  EXPECT_EQ(rereading_line("./src/core/tsi/ssl_transport_security.cc", "Invalid private key."), "");
  EXPECT_EQ(rereading_line("./src/core/tsi/ssl_transport_security.cc", "No match found for server name: b."),
            "");
  EXPECT_THAT(*rereading_line("./x/tls_security_connector.cc", "Update handshaker factory failed."),
              HasSubstr("key and certificate must belong together"));
  EXPECT_EQ(rereading_line("./src/core/lib/surface/server.cc", "Reading file x failed: "), std::nullopt);
}

TEST(LineLimit, LetsSomeLinesASecondPassAndCountsTheOthers) {
  LineLimit limit(2, 1);
  const LineLimit::Clock::time_point start{};
  EXPECT_TRUE(limit.pass(start));
  EXPECT_TRUE(limit.pass(start + 10ms));
  EXPECT_FALSE(limit.pass(start + 20ms));
  EXPECT_FALSE(limit.pass(start + 900ms));
  EXPECT_TRUE(limit.pass(start + 1100ms));
  EXPECT_EQ(limit.take_dropped(), 2U);
  EXPECT_EQ(limit.take_dropped(), 0U);
}

}  // namespace
}  // namespace gleaner
