#include "work/snapshot_bytes.h"

#include <span>

#include <fmt/format.h>

#include "base/byte_stream.h"
#include "training/digest.h"

namespace gleaner {
namespace {

constexpr std::string_view kMagic = "GLEANER\x01";
constexpr std::uint32_t kVersion = 2;
constexpr std::size_t kHeaderBytes = 24;

// ---- every field, once to write and once to read, in the same order

void write(ByteWriter& out, const Fault& f) {
  out.number(static_cast<std::uint8_t>(f.kind));
  out.number(f.worker.value);
  out.number(f.round.value);
  out.number(static_cast<std::uint8_t>(f.at));
  out.flag(f.back.has_value());
  out.number(f.back.value_or(0));
  out.flag(f.by_chance);
}

Fault read_fault(ByteReader& in) {
  Fault f;
  f.kind = in.choice(FaultKind::hang);
  f.worker = WorkerId(in.number<std::uint32_t>());
  f.round = RoundId(in.number<std::uint64_t>());
  f.at = in.choice(FaultMoment::sending);
  const bool returns = in.flag();
  const auto back = in.number<std::uint64_t>();
  if (returns) f.back = back;
  if (!returns && back != 0) in.refuse();
  f.by_chance = in.flag();
  return f;
}

void write(ByteWriter& out, const PendingAlarm& a) {
  out.number(a.worker.value);
  out.number<std::int64_t>(a.in.count());
  out.flag(a.strike.has_value());
  write(out, a.strike.value_or(Fault{}));
}

PendingAlarm read_alarm(ByteReader& in) {
  PendingAlarm a;
  a.worker = WorkerId(in.number<std::uint32_t>());
  a.in = Duration(in.number<std::int64_t>());
  const bool strikes = in.flag();
  const Fault fault = read_fault(in);
  if (strikes) a.strike = fault;
  if (!strikes && fault != Fault{}) in.refuse();
  return a;
}

void write(ByteWriter& out, const ClusterState& c) {
  out.list(c.workers, [&](ClusterState::Worker w) { out.number(static_cast<std::uint8_t>(w)); });
  out.list(c.lives, [&](Incarnation life) { out.number(life.value); });
  out.list(c.pending, [&](const PendingAlarm& a) { write(out, a); });
  out.list(c.faults.pending, [&](const Fault& f) { write(out, f); });
  out.list(c.faults.returns, [&](const FaultDesk::Return& r) {
    out.number(r.worker.value);
    out.number(r.round.value);
  });
  out.list(c.learned, [&](double x) { out.number(x); });
}

ClusterState read_cluster(ByteReader& in) {
  ClusterState c;
  c.workers = in.list<ClusterState::Worker>([&] { return in.choice(ClusterState::Worker::hung); });
  c.lives = in.list<Incarnation>([&] { return Incarnation(in.number<std::uint64_t>()); });
  c.pending = in.list<PendingAlarm>([&] { return read_alarm(in); });
  c.faults.pending = in.list<Fault>([&] { return read_fault(in); });
  c.faults.returns = in.list<FaultDesk::Return>([&] {
    const WorkerId worker(in.number<std::uint32_t>());
    return FaultDesk::Return{worker, RoundId(in.number<std::uint64_t>())};
  });
  c.learned = in.list<double>([&] { return in.number<double>(); });
  return c;
}

void write(ByteWriter& out, const LedgerPage& page) {
  for (const auto* rows : {&page.workers, &page.chunks}) {
    out.list(*rows, [&](const LedgerRow& r) {
      for (const std::uint64_t n : {r.computed, r.used, r.skipped, r.aborted}) out.number(n);
      for (const Duration d : {r.busy, r.used_time, r.aborted_time}) out.number<std::int64_t>(d.count());
    });
  }
  out.list(page.slowness, [&](const SlownessCost& s) {
    out.number<std::int64_t>(s.cost.count());
    out.number(s.rounds);
  });
}

LedgerPage read_page(ByteReader& in) {
  LedgerPage page;
  for (auto* rows : {&page.workers, &page.chunks}) {
    *rows = in.list<LedgerRow>([&] {
      LedgerRow r;
      for (std::uint64_t* n : {&r.computed, &r.used, &r.skipped, &r.aborted}) *n = in.number<std::uint64_t>();
      for (Duration* d : {&r.busy, &r.used_time, &r.aborted_time}) *d = Duration(in.number<std::int64_t>());
      return r;
    });
  }
  page.slowness = in.list<SlownessCost>([&] {
    const Duration cost(in.number<std::int64_t>());
    return SlownessCost{cost, in.number<std::uint64_t>()};
  });
  return page;
}

void write(ByteWriter& out, const RoundBook::State& b) {
  const RunSummary& s = b.summary;
  for (const std::uint64_t n : {s.rounds, s.chunks_completed, s.chunks_used, s.bytes_to_server,
                                s.bytes_to_workers, s.workers_lost, std::uint64_t{s.epochs_max}})
    out.number(n);
  for (const double x : {s.loss, s.accuracy, s.gradient_error_max, b.test_accuracy}) out.number(x);
  out.list(b.seconds, [&](double x) { out.number(x); });
  write(out, s.ledger);
}

RoundBook::State read_book(ByteReader& in) {
  RoundBook::State b;
  RunSummary& s = b.summary;
  for (std::uint64_t* n : {&s.rounds, &s.chunks_completed, &s.chunks_used, &s.bytes_to_server,
                           &s.bytes_to_workers, &s.workers_lost})
    *n = in.number<std::uint64_t>();
  const auto epochs = in.number<std::uint64_t>();
  s.epochs_max = static_cast<std::uint32_t>(epochs);
  if (epochs != s.epochs_max) in.refuse();
  for (double* x : {&s.loss, &s.accuracy, &s.gradient_error_max, &b.test_accuracy}) *x = in.number<double>();
  b.seconds = in.list<double>([&] { return in.number<double>(); });
  s.ledger = read_page(in);
  return b;
}

void write(ByteWriter& out, const Snapshot& s) {
  out.number(s.term.value);
  out.number(s.round.value);
  out.number<std::int64_t>(s.elapsed.count());
  out.list(s.settings, [&](const Setting& setting) {
    out.text(setting.name);
    out.text(setting.value);
  });
  write(out, s.cluster);
  write(out, s.book);
  out.number(s.trainer.steps);
  out.number(s.trainer.watch.first);
  out.number(s.trainer.watch.last);
  out.number(s.trainer.watch.risen);
}

Snapshot read_snapshot(ByteReader& in) {
  Snapshot s;
  s.term = Term(in.number<std::uint64_t>());
  s.round = RoundId(in.number<std::uint64_t>());
  s.elapsed = Duration(in.number<std::int64_t>());
  s.settings = in.list<Setting>([&] {
    std::string name = in.text();
    return Setting{std::move(name), in.text()};
  });
  s.cluster = read_cluster(in);
  s.book = read_book(in);
  s.trainer.steps = in.number<std::uint64_t>();
  s.trainer.watch.first = in.number<double>();
  s.trainer.watch.last = in.number<double>();
  s.trainer.watch.risen = in.number<std::uint64_t>();
  s.trainer.parameters = std::make_shared<const std::vector<float>>(in.numbers<float>());
  s.trainer.optimizer = in.numbers<double>();
  return s;
}

// What the bytes before the fields say.
Status check_envelope(std::string_view file) {
  if (file.size() < kHeaderBytes) return bad_input(fmt::format("is cut short: {} bytes", file.size()));
  if (!file.starts_with(kMagic)) return bad_input("is not a checkpoint of Gleaner");
  ByteReader header(file.substr(kMagic.size()));
  const auto version = header.number<std::uint32_t>();
  if (version != kVersion)
    return bad_input(fmt::format("is of version {}, this program reads version {}", version, kVersion));
  const bool unused = header.number<std::uint32_t>() != 0;
  const auto length = header.number<std::uint64_t>();
  if (file.size() < length)
    return bad_input(fmt::format("is cut short: {} of {} bytes", file.size(), length));
  if (file.size() > length || length < kHeaderBytes + kDigestBytes || unused)
    return bad_input(fmt::format("is damaged: it has {} bytes and says {}", file.size(), length));
  const std::size_t end = file.size() - kDigestBytes;
  if (sha256(file.substr(0, end)) != file.substr(end)) return bad_input("is damaged: its checksum is wrong");
  return {};
}

}  // namespace

SnapshotBytes::SnapshotBytes(const Snapshot& snapshot) {
  const std::span<const float> parameters(*snapshot.trainer.parameters);
  const std::span<const double> state(snapshot.trainer.optimizer);
  ByteWriter fields;
  write(fields, snapshot);
  fields.number<std::uint64_t>(parameters.size());
  ByteWriter between;
  between.number<std::uint64_t>(state.size());
  between_ = std::move(between.bytes());

  ByteWriter start;
  start.bytes() = kMagic;
  start.number(kVersion);
  start.number(std::uint32_t{0});
  start.number<std::uint64_t>(kHeaderBytes + fields.bytes().size() + parameters.size_bytes() +
                              between_.size() + state.size_bytes() + kDigestBytes);
  start_ = std::move(start.bytes()) + fields.bytes();
  pieces_ = {start_, bytes_of_numbers(parameters), between_, bytes_of_numbers(state), {}};
  digest_ = sha256(std::span<const std::string_view>(pieces_).first(4));
  pieces_[4] = digest_;
}

Result<Snapshot> parse_snapshot(std::string_view file) {
  if (Status s = check_envelope(file); !s) return s.error();
  ByteReader in(file.substr(kHeaderBytes, file.size() - kHeaderBytes - kDigestBytes));
  Snapshot snapshot = read_snapshot(in);
  if (!in.ok() || !in.at_end() || snapshot.elapsed < Duration::zero())
    return bad_input("is damaged: its fields do not fill it");
  return snapshot;
}

}  // namespace gleaner
