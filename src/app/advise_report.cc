#include "app/advise_report.h"

#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "app/advise_reasons.h"
#include "app/advise_spec.h"
#include "app/columns.h"
#include "app/words.h"
#include "base/paragraph.h"

namespace gleaner {
namespace {

struct Column {
  std::string_view name;
  std::string_view meaning;  ///< what the name does not say
};

constexpr std::array<Column, 13> kColumns{
    {{"method", ""},
     {"scheme", ""},
     {"recovery", ""},
     {"G", "replication"},
     {"L", "blocks"},
     {"time [s]", "mean of a round, 95% interval"},
     {"to uncoded", "ratio of times on the same draws"},
     {"residual", "mean norm of what is missing, over that of all chunks, where they are alike"},
     {"to server", "bytes of a round"},
     {"worker", "bytes of chunk gradients that a worker keeps"},
     {"server", "bytes of the gradient and of vectors in flight"},
     {"losses", "any so many workers may be lost in one round"},
     {"failed", "trials in which the round could not end"}}};

std::vector<std::string> line_of(const TriedSetting& t) {
  const PlanSetting& s = t.setting;
  const StudySummary& sum = t.summary;
  const bool exact = s.recovery.kind == Recovery::Kind::exact;
  return {std::string(name_of(s.method)),
          s.method == Method::uncoded ? "" : std::string(name_of(s.scheme)),
          exact ? "-" : recovery_text(s.recovery),
          fmt::format("{}", s.replication),
          fmt::format("{}", s.blocks),
          interval_text(sum.time.mean, sum.time.half_width()),
          std::isfinite(t.to_uncoded.ratio) ? fmt::format("{:.3f}", t.to_uncoded.ratio) : "-",
          exact || !std::isfinite(t.relative_residual) ? "-" : fmt::format("{:.3f}", t.relative_residual),
          std::isfinite(sum.bytes_to_server) ? byte_text(sum.bytes_to_server) : "-",
          byte_text(static_cast<double>(t.worker_memory)),
          byte_text(static_cast<double>(t.server_memory)),
          fmt::format("{}", s.tolerated_losses()),
          sum.failed == 0 ? "-" : fmt::format("{}/{}", sum.failed, sum.trials)};
}

// The columns with what they mean, of those that are shown.
std::string legend(const TableLines& lines) {
  std::string text;
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    const auto& [name, meaning] = kColumns[c];
    if (!meaning.empty() && !column_is_empty(lines, c)) text += fmt::format("  {}: {}\n", name, meaning);
  }
  return text;
}

std::string table_of(const Advice& advice) {
  TableLines lines(1);
  for (const Column& column : kColumns) lines[0].emplace_back(column.name);
  lines.push_back(line_of(advice.best));
  for (const TriedSetting& t : advice.others) lines.push_back(line_of(t));
  if (advice.best.setting.method != Method::uncoded) lines.push_back(line_of(advice.uncoded));
  return lined_up(lines, 3) + "\n" + legend(lines);
}

}  // namespace

std::string advise_text(const AdviseOptions& o, const Advice& advice, const std::string& note) {
  const PlanSetting& best = advice.best.setting;
  std::string text = fmt::format("{}\n\n{}", name_of_setting(best), table_of(advice));
  text += fmt::format("\n  {} settings were tried{}\n\nWhy:\n", advice.settings,
                      advice.too_large == 0 ? "" : fmt::format(", {} need more memory", advice.too_large));
  for (const std::string& reason : advise_reasons(o, advice)) text += paragraph(reason, "  - ");
  if (o.chunks && *o.chunks != o.workers) {
    text += fmt::format("  - a chunk is 1/{} of the data, so its drawn time counts {:.3g} times\n", *o.chunks,
                        static_cast<double>(o.workers) / static_cast<double>(*o.chunks));
  }
  if (!note.empty()) text += paragraph(note, "  - ");
  return text +
         fmt::format("\nTry it:\n  {}\n  {}\n", plan_command_line(o, best), train_command_line(o, best));
}

}  // namespace gleaner
