// The results of `gleaner reproduce` as tables: the same for the terminal and for the page.
#pragma once

#include <string>
#include <vector>

#include "study/reproduce.h"

namespace gleaner {

struct ReportTable {
  std::string key;    ///< "times", "residuals", "orders", "stability"
  std::string title;  ///< with the unit of the numbers
  std::string note;   ///< what one must know to read it; may be empty
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< as long as the header
  std::size_t left = 0;                        ///< so many columns from the left are text
};

/// In this order: times, residuals, orders, stability. Columns on what was published are left out where
/// nothing is compared.
[[nodiscard]] std::vector<ReportTable> tables_of(const Reproduction& reproduction);

/// Title, header and rows in aligned columns, the note below.
[[nodiscard]] std::string text_of(const ReportTable& table);

/// One sentence on how many rows were compared and how far apart they are.
[[nodiscard]] std::string agreement_sentence(const Reproduction& reproduction);

}  // namespace gleaner
