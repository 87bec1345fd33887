// The plan: everything that server and workers must agree on before the first round.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "coding/assignment.h"
#include "coding/frame.h"
#include "coding/ordering.h"

namespace gleaner {

/// How the finished work of the workers counts (protocol.md section 5).
enum class Method : std::uint8_t {
  partial,   ///< every finished chunk of every worker
  original,  ///< only workers that finished all their chunks
  uncoded,   ///< replication 1: every worker is waited for
};
[[nodiscard]] std::string_view name_of(Method method);

/// Identifies a plan AND the arithmetic that will run it; 64 hexadecimal digits (SHA-256).
struct Fingerprint {
  std::string hex;
  bool operator==(const Fingerprint&) const = default;
};

/// An assignment, an ordering, a frame and a method, checked against one another. Immutable value; safe to
/// read from any thread. Workers receive it; they never derive it.
class Plan {
 public:
  /// Errors, naming the culprit: frame or ordering of another size than the assignment; blocks = 0; a
  /// replication below blocks; uncoded with replication or blocks above 1; a frame in which l holders of one
  /// chunk are dependent (worst_condition is infinite), e.g. ones with l > 1.
  static Result<Plan> make(Method method, Assignment assignment, Ordering ordering, Frame frame);

  /// The same plan with another ordering. What make() checks of assignment and frame need not be checked
  /// again: cheap enough for an order drawn anew in each of thousands of trials. Errors: an ordering of
  /// another size than the assignment.
  [[nodiscard]] Result<Plan> with_ordering(Ordering ordering) const;

  /// The same plan for another method: as cheap as with_ordering(). Errors: uncoded with replication or
  /// blocks above 1.
  [[nodiscard]] Result<Plan> with_method(Method method) const;

  [[nodiscard]] Method method() const { return method_; }
  [[nodiscard]] const Assignment& assignment() const { return assignment_; }
  [[nodiscard]] const Ordering& ordering() const { return ordering_; }
  [[nodiscard]] const Frame& frame() const { return frame_; }
  [[nodiscard]] std::size_t chunks() const { return assignment_.chunks(); }
  [[nodiscard]] std::size_t workers() const { return assignment_.workers(); }
  /// l.
  [[nodiscard]] std::size_t blocks() const { return frame_.blocks(); }

  /// Canonical bytes: one line of JSON with keys in fixed order, integers in decimal, floats as strings of
  /// exact hexadecimal ("0x1.8p+0", "%a" normalised by our own code). Equal plans have equal bytes on every
  /// compiler.
  [[nodiscard]] std::string canonical() const;
  /// The inverse of canonical(); also reads any JSON with the same content. Errors name `name` and the field.
  static Result<Plan> parse(std::string_view text, std::string_view name);

  /// What decides the bits of chunk gradients beside arithmetic_identity(): Objective::arithmetic(); empty
  /// where the objective is Gleaner's own.
  [[nodiscard]] const std::string& arithmetic() const { return arithmetic_; }
  [[nodiscard]] Plan with_arithmetic(std::string arithmetic) const;

  /// SHA-256 of canonical() and arithmetic_identity().
  [[nodiscard]] Fingerprint fingerprint() const;

  bool operator==(const Plan&) const = default;

 private:
  Plan(Method method, Assignment assignment, Ordering ordering, Frame frame)
      : method_(method),
        assignment_(std::move(assignment)),
        ordering_(std::move(ordering)),
        frame_(std::move(frame)) {}

  Method method_;
  Assignment assignment_;
  Ordering ordering_;
  Frame frame_;
  std::string arithmetic_;
};

/// What decides the bits of a float besides the plan: Gleaner's version, compiler and its version,
/// architecture, and of the SIMD level of the kernels what can change a bit (docs/decisions/0003: nothing
/// today). Not the optimisation level and not the sanitizers: they change no bit (-ffp-contract=off).
[[nodiscard]] std::string arithmetic_identity();

/// The SIMD level of the kernels on this machine, as Highway calls it: "AVX3" (AVX-512), "AVX2", "SSE4", ..
/// For people who compare speeds; not part of the identity.
[[nodiscard]] std::string_view simd_level();

/// What is known about the order of a plan.
enum class OrderKind : std::uint8_t {
  optimal,    ///< Q_max is its lower bound
  balanced,   ///< the order of the paper: N = m, equal loads, every chunk once in every position; nothing
              ///< proven
  heuristic,  ///< any other; nothing proven
};
[[nodiscard]] std::string_view name_of(OrderKind kind);

/// What `gleaner plan` prints (cli.md).
struct PlanFacts {
  std::size_t workers = 0;
  std::size_t chunks = 0;
  std::size_t blocks = 0;
  std::size_t load_max = 0;
  std::size_t replication_min = 0;
  std::size_t tolerated_losses = 0;  ///< replication_min - blocks: any so many workers may be lost
  /// q_max() of ordering.h for `partial`. For the other methods a worker's chunks count when it has done all
  /// of them: 1 + W - (gamma_min - l + 1) in every order.
  std::size_t q_max = 0;
  std::size_t q_max_lower_bound = 0;  ///< no order has a smaller q_max
  OrderKind order = OrderKind::heuristic;
  FrameKind frame = FrameKind::ones;
  std::size_t colours = 0;              ///< different decoding vectors
  ConditionEstimate condition;          ///< incomplete where the instance is large
  std::size_t worker_memory_bytes = 0;  ///< load_max padded gradients of `dimension` floats
  std::size_t server_memory_bytes = 0;  ///< the recovered gradient and m windows of segments
  std::string fingerprint;
};

/// `dimension` = d in floats, tallies included; `segment_floats` and `credits` as in work/segments (a window
/// is credits * segment_floats floats per worker, at most one vector).
[[nodiscard]] PlanFacts facts_of(const Plan& plan, std::size_t dimension, std::size_t segment_floats,
                                 std::size_t credits);

}  // namespace gleaner
