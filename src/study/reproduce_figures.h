// The results of `gleaner reproduce` as figures.
#pragma once

#include <string>
#include <vector>

#include "study/figure.h"
#include "study/reproduce.h"

namespace gleaner {

struct NamedFigure {
  std::string file;     ///< "times-cyclic.svg"
  std::string table;    ///< key of the ReportTable that it belongs to
  std::string caption;  ///< what it shows, for those who cannot see it as well
  Figure figure;
};

/// Completion times and Q_max against l, residuals against the deadline, condition and error against l. What
/// was published stands beside ours as hollow marks.
[[nodiscard]] std::vector<NamedFigure> figures_of(const Reproduction& reproduction);

}  // namespace gleaner
