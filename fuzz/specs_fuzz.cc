// The small languages of the flags: a word that says which, a blank, the text.
#include <string>

#include "app/recovery_flags.h"
#include "fuzz/fuzz_target.h"
#include "sim/network_model.h"
#include "work/faults.h"
#include "work/schedule_spec.h"
#include "work/spec_grammar.h"
#include "work/speeds.h"

namespace gleaner {
namespace {

// What a model says of itself is read back as the same.
template <class Parse>
void reads_back(std::string_view text, const Parse& parse) {
  const auto model = parse(text);
  if (!model) return fuzz::expect(!model.error().what.empty(), "an error says something");
  const std::string said = model.value().text();
  const auto back = parse(said);
  fuzz::expect(back.ok(), "the canonical spelling is read");
  fuzz::expect(back.value().text() == said, "as the same");
}

void quantities(const std::string& text) {
  if (const auto d = parse_duration(text, TimeUnits::optional); d) {
    const auto back = parse_duration(duration_text(d.value()), TimeUnits::required);
    fuzz::expect(back.ok() && back.value() == d.value(), "a duration is read back");
  }
  if (const auto b = parse_bandwidth(text); b) {
    const auto back = parse_bandwidth(bandwidth_text(b.value()));
    fuzz::expect(back.ok() && back.value() == b.value(), "a bandwidth is read back");
  }
  if (const auto n = parse_number(text); n)
    fuzz::expect(parse_number(number_text(*n)) == n, "a number is read back");
  static_cast<void>(parse_bytes(text));
}

}  // namespace

GLEANER_FUZZ_TARGET(specs) {
  const std::size_t blank = bytes.find(' ');
  if (blank == std::string_view::npos) return;
  const std::string_view kind = bytes.substr(0, blank);
  const std::string text(bytes.substr(blank + 1));
  if (kind == "speeds" && text.find("trace") == std::string::npos)  // that would open files
    reads_back(text, [](std::string_view t) { return SpeedModel::parse(t, TimeUnits::required); });
  if (kind == "faults") reads_back(text, [](std::string_view t) { return FaultModel::parse(t); });
  if (kind == "faults-simulated")
    reads_back(text, [](std::string_view t) { return FaultModel::parse(t, FaultScope::simulation); });
  if (kind == "network")
    reads_back(text, [](std::string_view t) { return NetworkModel::parse(t, TimeUnits::optional); });
  if (kind == "recovery") static_cast<void>(read_recovery(text, "stop", TimeUnits::required));
  if (kind == "unrecoverable") static_cast<void>(read_recovery("exact", text, TimeUnits::required));
  if (kind == "schedule") static_cast<void>(parse_schedule(text, 100));
  if (kind == "quantity") quantities(text);
  if (kind == "terms") {
    if (const auto terms = parse_spec("--flag", text); terms) {
      const auto back = parse_spec("--flag", spec_text(terms.value()));
      fuzz::expect(back.ok() && back.value() == terms.value(), "terms are read back");
    }
  }
}

}  // namespace gleaner
