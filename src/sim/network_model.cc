#include "sim/network_model.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "work/spec_reader.h"

namespace gleaner {
namespace {

constexpr std::string_view kFlag = "--network";
constexpr std::string_view kIdeal = "ideal";
constexpr std::string_view kPartition = "partition";
constexpr std::array<std::string_view, 2> kKinds = {kIdeal, kPartition};

// The keys of all links; they have no kind of their own.
Status read_links(const SpecTerm& term, TimeUnits units, NetworkModel& model) {
  SpecReader keys(kFlag, term, units);
  model.latency = keys.duration_from_zero("latency", Duration(0));
  model.bandwidth = keys.bandwidth("bandwidth", NetworkModel::kUnlimited);
  model.server_bandwidth = keys.bandwidth("server-bandwidth", NetworkModel::kUnlimited);
  model.loss = keys.number("loss", kBelowOne, 0);
  model.duplicate = keys.number("duplicate", kProbability, 0);
  model.reorder = keys.number("reorder", kProbability, 0);
  const Duration resend = keys.duration("resend", Duration(0));
  if (resend > Duration(0)) model.resend = resend;
  return keys.finish();
}

Result<Partition> read_partition(const SpecTerm& term, TimeUnits units) {
  SpecReader keys(kFlag, term, units);
  Partition partition;
  partition.workers = keys.workers_if_given("workers");
  const std::optional<std::uint64_t> count = keys.count_if_given("count");
  partition.lasts = keys.duration("for");
  partition.round = RoundId(keys.count_if_given("round").value_or(1));
  partition.from = keys.duration_from_zero("from", Duration(0));
  if (const Status good = keys.finish(); !good) return good.error();
  if (count && !partition.workers.empty()) {
    return bad_input(fmt::format("{}: \"{}\" has both workers= and count=", kFlag, kPartition),
                     "list the workers, or say how many the seed shall choose");
  }
  partition.count = static_cast<std::size_t>(count.value_or(1));
  return partition;
}

SpecTerm spec_of(const Partition& partition) {
  SpecTerm term{std::string(kPartition), {}};
  if (partition.workers.empty()) {
    term.keys.push_back({"count", fmt::format("{}", partition.count)});
  } else {
    term.keys.push_back({"workers", workers_text(partition.workers)});
  }
  term.keys.push_back({"for", duration_text(partition.lasts)});
  if (partition.round != RoundId(1)) {
    term.keys.push_back({"round", fmt::format("{}", partition.round.value)});
  }
  if (partition.from > Duration(0)) term.keys.push_back({"from", duration_text(partition.from)});
  return term;
}

SpecTerm spec_of_links(const NetworkModel& model) {
  SpecTerm term;
  const auto add = [&term](std::string_view key, std::string value) {
    term.keys.push_back({std::string(key), std::move(value)});
  };
  if (model.latency > Duration(0)) add("latency", duration_text(model.latency));
  if (model.bandwidth < NetworkModel::kUnlimited) add("bandwidth", bandwidth_text(model.bandwidth));
  if (model.server_bandwidth < NetworkModel::kUnlimited) {
    add("server-bandwidth", bandwidth_text(model.server_bandwidth));
  }
  if (model.loss > 0) add("loss", number_text(model.loss));
  if (model.duplicate > 0) add("duplicate", number_text(model.duplicate));
  if (model.reorder > 0) add("reorder", number_text(model.reorder));
  if (model.resend) add("resend", duration_text(*model.resend));
  return term;
}

}  // namespace

Duration NetworkModel::resend_after() const {
  constexpr Duration least = std::chrono::milliseconds(1);
  // Four latencies of 10^9 seconds would still be a Duration.
  return resend.value_or(std::max(4 * latency, least));
}

Result<NetworkModel> NetworkModel::parse(std::string_view text, TimeUnits units) {
  const Result<std::vector<SpecTerm>> terms = parse_spec(kFlag, text);
  if (!terms) return terms.error();
  NetworkModel model;
  for (std::size_t t = 0; t < terms.value().size(); ++t) {
    const SpecTerm& term = terms.value()[t];
    if (term.kind == kPartition) {
      Result<Partition> partition = read_partition(term, units);
      if (!partition) return partition.error();
      model.partitions.push_back(std::move(partition).value());
      continue;
    }
    if (!term.kind.empty() && term.kind != kIdeal) return unknown_name(kFlag, "kind", term.kind, kKinds);
    if (t > 0) {
      return bad_input(fmt::format("{}: \"{}\" stands after a \"+\"", kFlag, spec_text({&term, 1})),
                       "write latency, bandwidth and the like once and first, joined by \",\"");
    }
    if (term.kind == kIdeal && !term.keys.empty()) {
      return bad_input(fmt::format("{}: \"{}\" has no keys", kFlag, kIdeal),
                       "leave it out and write latency=5ms and the like alone");
    }
    if (const Status good = read_links(term, units, model); !good) return good.error();
  }
  return model;
}

Status NetworkModel::check(std::size_t workers) const {
  for (const Partition& partition : partitions) {
    if (!partition.workers.empty() && partition.workers.back().index() >= workers) {
      return bad_input(fmt::format("{}: {} names worker {}, but there are {} workers", kFlag, kPartition,
                                   partition.workers.back().value, workers),
                       "number the workers from 0");
    }
    if (partition.workers.empty() && partition.count > workers) {
      return bad_input(fmt::format("{}: {} shall cut off {} workers, but there are {}", kFlag, kPartition,
                                   partition.count, workers),
                       "lower the count or use more workers");
    }
  }
  return {};
}

Status NetworkModel::check_rounds(std::uint64_t rounds) const {
  for (const Partition& partition : partitions) {
    if (partition.round.value <= rounds) continue;
    return bad_input(fmt::format("{}: {} names round {}, but the run has {} rounds", kFlag, kPartition,
                                 partition.round.value, rounds),
                     "name an earlier round or run more rounds");
  }
  return {};
}

std::string NetworkModel::text() const {
  std::vector<SpecTerm> terms;
  if (SpecTerm links = spec_of_links(*this); !links.keys.empty()) terms.push_back(std::move(links));
  for (const Partition& partition : partitions) terms.push_back(spec_of(partition));
  return terms.empty() ? std::string(kIdeal) : spec_text(terms);
}

}  // namespace gleaner
