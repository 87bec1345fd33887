#include "app/advise_reasons.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/words.h"

namespace gleaner {
namespace {

// A part so small is not worth a word.
constexpr double kSmallPart = 0.02;

std::string seconds_text(double s) {
  if (!std::isfinite(s)) return "-";
  return std::abs(s) < 0.1 ? fmt::format("{:.3g} ms", 1e3 * s) : fmt::format("{:.3g} s", s);
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
  return text + "; beside the work, " +
         (limit == "network" ? "the network weighs most" : "slow workers weigh most");
}

std::string about_uncoded(const Advice& advice) {
  const TriedSetting& u = advice.uncoded;
  // The first clause is what happened; the others say what would help, but of another setting.
  const std::string why = u.summary.reason.substr(0, u.summary.reason.find("; "));
  if (advice.best.summary.failed == advice.best.summary.trials) {
    return "no setting that was tried completes a round: uncoded fails since " + why;
  }
  if (advice.best.setting.method == Method::uncoded) {
    return "nothing is gained by more copies here: waiting for all is as fast, and needs the least memory";
  }
  if (u.summary.failed == u.summary.trials) {
    return "uncoded, which waits for all, completes no round: " + why;
  }
  const Ratio& r = advice.best.to_uncoded;  // of this to uncoded
  std::string text = fmt::format("uncoded, which waits for all, takes {}", seconds_text(u.summary.time.mean));
  if (r.ratio > 0) text += fmt::format(", {:.2f} times as long", 1 / r.ratio);
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

std::string recovery_text(const Recovery& r) {
  if (r.kind == Recovery::Kind::exact) return "exact";
  if (r.kind == Recovery::Kind::residual) return fmt::format("residual={:.3g}", r.residual);
  return fmt::format("deadline={:.4g}s", seconds(r.deadline));
}

std::string name_of_setting(const PlanSetting& s) {
  if (s.method == Method::uncoded) return "uncoded";
  std::string text = fmt::format("{}, {}, replication {}, {} {}", name_of(s.method), name_of(s.scheme),
                                 s.replication, s.blocks, s.blocks == 1 ? "block" : "blocks");
  if (s.recovery.kind != Recovery::Kind::exact) text += ", " + recovery_text(s.recovery);
  return text;
}

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

}  // namespace gleaner
