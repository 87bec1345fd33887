// The results of `gleaner reproduce` as one HTML page.
#pragma once

#include <span>
#include <string>

#include "study/reproduce.h"
#include "study/reproduce_figures.h"

namespace gleaner {

struct DrawnFigure {
  NamedFigure what;
  std::string svg;
};

/// A page that needs no other file: tables, remarks, and the figures as data in it. Nothing is fetched, no
/// script runs.
[[nodiscard]] std::string page_of(const Reproduction& reproduction, std::span<const DrawnFigure> figures);

/// `text` with &, <, > and quotes as entities. Exposed for tests.
[[nodiscard]] std::string html_text(std::string_view text);
/// RFC 4648. Exposed for tests.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace gleaner
