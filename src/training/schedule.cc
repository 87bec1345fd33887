#include "training/schedule.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "base/portable_math.h"

namespace gleaner {
namespace {

// By squaring, with * alone: pow of the C library differs between machines.
double power(double base, std::uint64_t exponent) {
  double result = 1;
  for (; exponent != 0; exponent >>= 1U, base *= base) {
    if ((exponent & 1U) != 0) result *= base;
  }
  return result;
}

// t in [0, 1]: how much of the decay is over.
double decayed(const Schedule& s, std::uint64_t since) {
  if (s.rounds <= s.warmup) return 1;
  return std::min(1.0, static_cast<double>(since) / static_cast<double>(s.rounds - s.warmup));
}

std::string_view name_of(Schedule::Kind kind) {
  switch (kind) {
    case Schedule::Kind::constant: return "constant";
    case Schedule::Kind::step: return "step";
    case Schedule::Kind::cosine: return "cosine";
    case Schedule::Kind::linear: return "linear";
  }
  return "";
}

}  // namespace

double Schedule::at(std::uint64_t round) const {
  GLEANER_CHECK(round >= 1, "rounds are counted from 1");
  if (round <= warmup) return static_cast<double>(round) / static_cast<double>(warmup + 1);
  const std::uint64_t since = round - 1 - warmup;
  switch (kind) {
    case Kind::constant: return 1;
    case Kind::step: return power(factor, since / every);
    case Kind::cosine: return min + (1 - min) * (1 + portable::cos_turn(decayed(*this, since) / 2)) / 2;
    case Kind::linear: return min + (1 - min) * (1 - decayed(*this, since));
  }
  return 1;
}

std::string Schedule::text() const {
  std::string keys;
  const auto add = [&keys](std::string_view key, auto value) {
    keys += fmt::format("{}{}={}", keys.empty() ? ":" : ",", key, value);
  };
  if (kind == Kind::step) {
    add("every", every);
    add("factor", factor);
  }
  if (depends_on_rounds() && min > 0) add("min", min);
  if (warmup > 0) add("warmup", warmup);
  return std::string(name_of(kind)) + keys;
}

}  // namespace gleaner
