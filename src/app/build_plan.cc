#include "app/build_plan.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <vector>

#include <fmt/format.h>

#include "app/choices.h"
#include "work/spec_grammar.h"

namespace gleaner {
namespace {

// A file says what these flags say too; none of them may be overruled in silence.
Status check_no_conflict(const PlanOptions& o) {
  if (!o.plan_file.empty() && !o.assignment.empty()) {
    return bad_input("--plan and --assignment both say who holds what", "give one of them");
  }
  const auto refuse = [&](std::string_view file, std::initializer_list<std::string_view> flags) -> Status {
    for (const std::string_view flag : flags) {
      if (o.gave(flag)) {
        return bad_input(fmt::format("{} and {} contradict each other: the file decides that", flag, file),
                         fmt::format("leave {} away", flag));
      }
    }
    return {};
  };
  if (!o.assignment.empty()) return refuse("--assignment", {"--scheme", "--chunks", "--replication"});
  if (o.plan_file.empty()) return {};
  if (o.gave("--order") && o.order != "given") return refuse("--plan", {"--order"});
  return refuse("--plan", {"--scheme", "--workers", "--chunks", "--replication", "--blocks", "--frame"});
}

// Fractional repetition asks for workers in groups of `replication`; the cure names the nearest sizes that
// go.
Error no_full_groups(std::size_t workers, std::size_t replication) {
  const std::size_t below = workers - workers % replication;
  std::size_t divisor = replication;
  while (workers % divisor != 0) --divisor;
  std::string cure = fmt::format("use --workers {} or {}", below, below + replication);
  if (divisor > 1) cure += fmt::format(", or --replication {}", divisor);
  return bad_input(
      fmt::format(
          "--scheme fractional-repetition puts workers into groups of --replication {}, and --workers "
          "{} is not a multiple of that",
          replication, workers),
      std::move(cure));
}

Result<Assignment> build_assignment(const PlanOptions& o, std::size_t replication) {
  if (!o.assignment.empty()) {
    const Result<std::string> text = read_file("--assignment", o.assignment);
    if (!text) return text.error();
    return Assignment::from_csv(text.value(), o.assignment,
                                o.gave("--workers") ? std::optional<std::size_t>(o.workers) : std::nullopt);
  }
  const Result<std::string_view> scheme = choose("--scheme", o.scheme, kSchemes);
  if (!scheme) return scheme.error();
  const std::size_t chunks = o.chunks.value_or(o.workers);
  if (o.workers == 0) return bad_input("--workers 0 leaves nobody to work", "give at least 1");
  if (chunks == 0) return bad_input("--chunks 0 leaves nothing to compute", "give at least 1");
  if (replication == 0 || replication > o.workers) {
    return bad_input(
        fmt::format("--replication {} is not between 1 and the {} workers", replication, o.workers),
        "every copy of a chunk needs a worker of its own");
  }
  if (scheme.value() == "cyclic") return Assignment::cyclic(chunks, o.workers, replication);
  if (scheme.value() == "regular-graph") {
    return Assignment::regular_graph(chunks, o.workers, replication, o.seed);
  }
  if (o.workers % replication != 0) return no_full_groups(o.workers, replication);
  return Assignment::fractional_repetition(chunks, o.workers, replication);
}

// Unless somebody asked for more, a small cluster gets as many copies as it has workers, and groups of
// fractional repetition get a size near the usual one that divides the workers.
std::size_t usual_replication(const PlanOptions& o) {
  if (o.gave("--replication")) return o.replication;
  const std::size_t usual = std::min(o.replication, o.workers);
  if (o.scheme != "fractional-repetition") return usual;
  for (const std::size_t size : {usual, usual + 1, usual - 1}) {
    if (size > 0 && size <= o.workers && o.workers % size == 0) return size;
  }
  return usual;
}

// The order of the paper is made for N = m and equal loads; elsewhere a search for a short mean time beats
// it.
Result<Ordering> build_order(const PlanOptions& o, const Assignment& a, std::size_t blocks) {
  const Result<std::string_view> order = choose("--order", o.order, kOrders);
  if (!order) return order.error();
  if (order.value() == "given") {
    return bad_input("--order given needs a plan that gives one", "use it with --plan FILE.json");
  }
  if (order.value() == "random") return Ordering::random(a, o.seed);
  if (is_regular(a)) return order.value() == "mixed" ? Ordering::mixed(a, o.seed) : Ordering::optimal(a);
  return order.value() == "worst-case" ? Ordering::for_worst_case(a, blocks)
                                       : Ordering::for_mean_time(a, blocks);
}

Status check_blocks(const PlanOptions& o, const Assignment& a, std::size_t blocks) {
  if (blocks == 0) return bad_input("--blocks 0 cuts the gradient into nothing", "give at least 1");
  if (blocks <= a.replication_min()) return {};
  return bad_input(fmt::format("--blocks {} needs {} copies of every chunk, but the replication is {}",
                               blocks, blocks, a.replication_min()),
                   o.assignment.empty()
                       ? fmt::format("raise --replication to {} or more, or lower --blocks", blocks)
                       : "let the file name more holders, or lower --blocks");
}

Result<Frame> build_frame(const PlanOptions& o, const Assignment& a, std::size_t blocks, PlanNotes* notes) {
  const Result<FrameFlag> flag = parse_frame_flag(o.frame);
  if (!flag) return flag.error();
  if (const Status status = check_blocks(o, a, blocks); !status) return status.error();
  const std::string_view kind = flag.value().kind;
  if (kind == "ones" && blocks > 1) {
    return bad_input(fmt::format("--frame ones cannot tell {} blocks apart", blocks),
                     "use --frame coloured, or --blocks 1");
  }
  if (kind == "ones" || (kind == "auto" && blocks == 1)) return Frame::ones(a.workers());
  if (kind == "gaussian") return Frame::gaussian(a.workers(), blocks, o.seed);
  Frame frame = Frame::coloured(a, blocks, o.seed);
  if (!flag.value().steps && !flag.value().time) return frame;
  ImprovedFrame improved = improve_frame(a, frame, o.seed, flag.value());
  if (notes != nullptr) notes->improvement = improved.note;
  return std::move(improved.frame);
}

Result<Plan> read_plan(const PlanOptions& o) {
  const Result<std::string> text = read_file("--plan", o.plan_file);
  if (!text) return text.error();
  return Plan::parse(text.value(), o.plan_file);
}

Result<Plan> assemble(const PlanOptions& o, Method method, Assignment a, std::size_t blocks,
                      PlanNotes* notes) {
  Result<Ordering> order = build_order(o, a, blocks);
  if (!order) return order.error();
  Result<Frame> frame = build_frame(o, a, blocks, notes);
  if (!frame) return frame.error();
  return Plan::make(method, std::move(a), std::move(order).value(), std::move(frame).value());
}

}  // namespace

Result<std::string_view> choose(std::string_view flag, std::string_view value,
                                std::span<const std::string_view> known) {
  const auto it = std::find(known.begin(), known.end(), value);
  if (it == known.end()) return unknown_name(flag, "value", value, known);
  return *it;
}

Result<std::string> read_file(std::string_view flag, const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return bad_input(fmt::format("{} {} is a folder", flag, path), "give a file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return bad_input(fmt::format("{} {} cannot be opened", flag, path), "check the path and its permissions");
  constexpr std::size_t kMost = std::size_t{1} << 28;  // far more than any plan, and less than /dev/zero
  std::string text;
  std::vector<char> piece(std::size_t{1} << 20);
  while (text.size() <= kMost && (file.read(piece.data(), std::ssize(piece)) || file.gcount() > 0)) {
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (text.size() > kMost) {
    return bad_input(fmt::format("{} {} is longer than 256 MiB", flag, path), "give the right file");
  }
  if (file.bad()) {
    return bad_input(fmt::format("{} {} cannot be read", flag, path), "check the disk");
  }
  return text;
}

Result<Method> parse_method(std::string_view name) {
  const Result<std::string_view> method = choose("--method", name, kMethods);
  if (!method) return method.error();
  if (name == "original") return Method::original;
  return name == "uncoded" ? Method::uncoded : Method::partial;
}

Result<Method> chosen_method(const PlanOptions& o) {
  if (o.plan_file.empty() || o.gave("--method")) return parse_method(o.method);
  const Result<Plan> plan = read_plan(o);
  if (!plan) return plan.error();
  return plan.value().method();
}

Result<Plan> build_plan(const PlanOptions& o, Method method, PlanNotes* notes) {
  if (Status s = check_no_conflict(o); !s) return s.error();
  if (!o.plan_file.empty()) {
    Result<Plan> plan = read_plan(o);
    if (!plan || plan.value().method() == method) return plan;
    if (method != Method::uncoded) {
      return Plan::make(method, plan.value().assignment(), plan.value().ordering(), plan.value().frame());
    }
    Result<Assignment> once = Assignment::cyclic(plan.value().chunks(), plan.value().workers(), 1);
    if (!once) return once.error();
    PlanOptions plain = o;
    plain.order = "optimal";  // the order that the file gives is for other loads
    return assemble(plain, method, std::move(once).value(), 1, notes);
  }
  if (method == Method::uncoded && o.assignment.empty()) {
    Result<Assignment> a = build_assignment(o, 1);
    if (!a) return a.error();
    return assemble(o, method, std::move(a).value(), 1, notes);
  }
  Result<Assignment> a = build_assignment(o, usual_replication(o));
  if (!a) return a.error();
  if (method != Method::uncoded) return assemble(o, method, std::move(a).value(), o.blocks, notes);
  Result<Assignment> once = Assignment::cyclic(a.value().chunks(), a.value().workers(), 1);
  if (!once) return once.error();
  return assemble(o, method, std::move(once).value(), 1, notes);
}

}  // namespace gleaner
