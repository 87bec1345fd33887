#include "app/advise_report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/advise_spec.h"
#include "app/columns.h"
#include "app/words.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

// A part so small is not worth a word.
constexpr double kSmallPart = 0.02;

std::string seconds_text(double s) {
  if (!std::isfinite(s)) return "-";
  return std::abs(s) < 0.1 ? fmt::format("{:.3g} ms", 1e3 * s) : fmt::format("{:.3g} s", s);
}

std::string recovery_text(const Recovery& r) {
  if (r.kind == Recovery::Kind::exact) return "exact";
  if (r.kind == Recovery::Kind::residual) return fmt::format("residual={:.3g}", r.residual);
  return fmt::format("deadline={:.4g}s", seconds(r.deadline));
}

std::string time_cell(const Estimate& time) {
  if (!std::isfinite(time.mean)) return "-";
  const double half = time.half_width();
  return std::isfinite(half) ? fmt::format("{:.4g} +- {:.2g}", time.mean, half)
                             : fmt::format("{:.4g}", time.mean);
}

std::string name_of_setting(const Setting& s) {
  if (s.method == Method::uncoded) return "uncoded";
  std::string text = fmt::format("{}, {}, replication {}, {} {}", name_of(s.method), name_of(s.scheme),
                                 s.replication, s.blocks, s.blocks == 1 ? "block" : "blocks");
  if (s.recovery.kind != Recovery::Kind::exact) text += ", " + recovery_text(s.recovery);
  return text;
}

std::vector<std::string> line_of(const TriedSetting& t) {
  const Setting& s = t.setting;
  const StudySummary& sum = t.summary;
  const bool exact = s.recovery.kind == Recovery::Kind::exact;
  return {std::string(name_of(s.method)),
          s.method == Method::uncoded ? "" : std::string(name_of(s.scheme)),
          exact ? "-" : recovery_text(s.recovery),
          fmt::format("{}", s.replication),
          fmt::format("{}", s.blocks),
          time_cell(sum.time),
          std::isfinite(t.to_uncoded.ratio) ? fmt::format("{:.3f}", t.to_uncoded.ratio) : "-",
          exact || !std::isfinite(t.relative_residual) ? "-" : fmt::format("{:.3f}", t.relative_residual),
          std::isfinite(sum.bytes_to_server) ? byte_text(sum.bytes_to_server) : "-",
          byte_text(static_cast<double>(t.worker_memory)),
          byte_text(static_cast<double>(t.server_memory)),
          fmt::format("{}", s.tolerated_losses()),
          sum.failed == 0 ? "-" : fmt::format("{}/{}", sum.failed, sum.trials)};
}

std::string table_of(const Advice& advice) {
  TableLines lines = {{"method", "scheme", "recovery", "G", "L", "time [s]", "to uncoded", "residual",
                       "to server", "worker", "server", "losses", "failed"}};
  lines.push_back(line_of(advice.best));
  for (const TriedSetting& t : advice.others) lines.push_back(line_of(t));
  if (advice.best.setting.method != Method::uncoded) lines.push_back(line_of(advice.uncoded));
  return lined_up(lines, 3);
}

std::string about_parts(const Advice& advice) {
  const TimeParts& p = advice.parts;
  const double time = advice.best.summary.time.mean;
  std::string text = fmt::format("of {} a round, {} is the work, evenly shared at the median speed",
                                 seconds_text(time), seconds_text(p.work));
  if (p.slow > kSmallPart * time)
    text += fmt::format(", {} waiting for slow or lost workers", seconds_text(p.slow));
  if (p.network > kSmallPart * time) text += fmt::format(", {} the network", seconds_text(p.network));
  if (p.slow < -kSmallPart * time) {
    text += fmt::format("; quick workers take {} off that", seconds_text(-p.slow));
  }
  const std::string limit = limited_by(p);
  if (limit == "work") return text + ": nothing else holds it up much";
  return text + (limit == "network" ? ": the network limits it" : ": slow workers limit it");
}

std::string about_uncoded(const Advice& advice) {
  const TriedSetting& u = advice.uncoded;
  if (advice.best.setting.method == Method::uncoded) {
    return "nothing is gained by more copies here: waiting for all is as fast, and needs the least memory";
  }
  if (u.summary.failed == u.summary.trials) {
    return "uncoded, which waits for all, completes no round: " + u.summary.reason;
  }
  const Ratio& r = advice.best.to_uncoded;  // of this to uncoded
  std::string text = fmt::format("uncoded, which waits for all, takes {}, {:.2f} times as long",
                                 seconds_text(u.summary.time.mean), 1 / r.ratio);
  if (r.low > 0 && std::isfinite(r.high)) text += fmt::format(" ({:.2f}..{:.2f})", 1 / r.high, 1 / r.low);
  if (u.summary.failed > 0) {
    text += fmt::format(", where it ends at all: {} of {} trials failed", u.summary.failed, u.summary.trials);
  }
  return text;
}

// The best is not the fastest where memory buys next to nothing.
std::string about_fastest(const Advice& advice) {
  if (advice.others.empty()) return "";
  const TriedSetting& next = advice.others.front();
  const bool faster = next.summary.failed <= advice.best.summary.failed &&
                      next.summary.time.mean < advice.best.summary.time.mean;
  if (!faster || next.worker_memory <= advice.best.worker_memory) return "";
  return fmt::format("{} is {:.1f}% faster, but needs {} of a worker instead of {}",
                     name_of_setting(next.setting),
                     100 * (1 - next.summary.time.mean / advice.best.summary.time.mean),
                     byte_text(static_cast<double>(next.worker_memory)),
                     byte_text(static_cast<double>(advice.best.worker_memory)));
}

std::string about_memory(const AdviseOptions& o, const Advice& advice) {
  const bool costly = advice.best.setting.replication > 3;
  if (o.memory.empty()) return costly ? "without --memory copies are free; other rows need less" : "";
  if (!advice.with_more_memory) {
    return advice.too_large == 0 ? ""
                                 : fmt::format(
                                       "--memory forbids {} larger settings; the next larger one would "
                                       "not be faster by 2%",
                                       advice.too_large);
  }
  const TriedSetting& t = *advice.with_more_memory;
  return fmt::format("memory limits it: with {} for each worker, replication {} would take {}",
                     byte_text(static_cast<double>(t.worker_memory)), t.setting.replication,
                     seconds_text(t.summary.time.mean));
}

std::string about_losses(const Advice& advice) {
  const std::size_t losses = advice.best.setting.tolerated_losses();
  std::string text = losses == 0   ? "it bears no loss of a worker; --losses 1 asks for settings that do"
                     : losses == 1 ? "any worker may be lost in a round"
                                   : fmt::format("any {} workers may be lost in one round", losses);
  const StudySummary& s = advice.best.summary;
  if (s.failed > 0) {
    text += fmt::format("; {} of {} trials failed all the same, the first since {}", s.failed, s.trials,
                        s.reason);
  }
  return text;
}

}  // namespace

std::string limited_by(const TimeParts& parts) {
  const double most = std::max(parts.slow, parts.network);
  if (!(most > 0.1 * parts.work)) return "work";
  return parts.slow >= parts.network ? "slow workers" : "network";
}

std::vector<std::string> advise_reasons(const AdviseOptions& options, const Advice& advice) {
  std::vector<std::string> reasons;
  if (std::isfinite(advice.parts.work)) reasons.push_back(about_parts(advice));
  reasons.push_back(about_uncoded(advice));
  reasons.push_back(about_fastest(advice));
  reasons.push_back(about_memory(options, advice));
  reasons.push_back(about_losses(advice));
  std::erase(reasons, "");
  return reasons;
}

std::string advise_text(const AdviseOptions& o, const Advice& advice) {
  const Setting& best = advice.best.setting;
  std::string text = fmt::format("{}\n\n", name_of_setting(best)) + table_of(advice) + R"(
  G, L: replication and blocks; time of a round with its 95% interval; to uncoded: ratio of times
  on the same draws; to server: bytes of a round; worker: bytes of chunk gradients that a worker
  keeps; server: bytes of gradient and vectors in flight; losses: any so many may happen at once
)";
  text += fmt::format("  {} settings were tried{}\n\nWhy:\n", advice.settings,
                      advice.too_large == 0 ? "" : fmt::format(", {} need more memory", advice.too_large));
  for (const std::string& reason : advise_reasons(o, advice)) text += fmt::format("  - {}\n", reason);
  if (o.chunks && *o.chunks != o.workers) {
    text += fmt::format("  - a chunk is 1/{} of the data, so its drawn time counts {:.3g} times\n", *o.chunks,
                        static_cast<double>(o.workers) / static_cast<double>(*o.chunks));
  }
  return text +
         fmt::format("\nTry it:\n  {}\n  {}\n", plan_command_line(o, best), train_command_line(o, best));
}

}  // namespace gleaner
