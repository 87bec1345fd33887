// Frames that come from the server. Whatever is taken has one spelling.
#include "fuzz/fuzz_target.h"
#include "support/wire_shown.h"
#include "wire/codec.h"

namespace gleaner {

GLEANER_FUZZ_TARGET(server_frame) {
  for (const WireLimits& limits : {WireLimits{}, WireLimits{6, 80}}) {
    const auto frame = decode_server_frame(bytes, limits);
    if (!frame) continue;
    const std::string again = encode(frame.value());
    const auto* away = std::get_if<TurnedAway>(&frame.value());
    const bool of_a_later_version = away != nullptr && away->last_version > kWireVersionLast;
    fuzz::expect(of_a_later_version || again == bytes, "one spelling");
    const auto back = decode_server_frame(again, limits);
    fuzz::expect(back.ok(), "what was taken is taken again");
    fuzz::expect(test::shown_frame(back.value()) == test::shown_frame(frame.value()), "and is the same");
  }
}

}  // namespace gleaner
