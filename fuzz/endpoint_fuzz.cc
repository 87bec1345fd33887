// What names a server and shows who it is: addresses and certificates.
#include <algorithm>
#include <string>

#include "fuzz/fuzz_target.h"
#include "net/certificate.h"
#include "net/endpoint_rules.h"

namespace gleaner {

GLEANER_FUZZ_TARGET(endpoint) {
  if (const auto endpoint = parse_endpoint("--server", bytes); endpoint) {
    const auto back = parse_endpoint("--server", endpoint.value().text());
    fuzz::expect(back.ok() && back.value().text() == endpoint.value().text(), "its text is the same place");
    fuzz::expect(is_loopback(back.value()) == is_loopback(endpoint.value()), "as near as before");
  }
  if (const auto facts = facts_of(bytes); !facts) {
    fuzz::expect(!facts.error().what.empty(), "an error says something");
  } else {
    const auto shown = [](char c) { return c >= ' ' && c <= '~'; };
    fuzz::expect(std::ranges::all_of(facts.value().name + facts.value().signer, shown), "names can be shown");
  }
  static_cast<void>(belong_together(bytes, bytes));
}

}  // namespace gleaner
