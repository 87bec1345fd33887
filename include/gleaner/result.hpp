// Gleaner's public surface: expected failure as a value. No function of these headers throws.
#pragma once

#include <optional>
#include <string>
#include <utility>

// gleaner::Error is gleaner::v1::Error, and so on: users need not say v1, and a later version can stand
// beside this one. The library's own sources define GLEANER_V1 as v1, because they have other types of these
// names.
#ifndef GLEANER_V1
#define GLEANER_V1 inline v1
#endif

namespace gleaner::GLEANER_V1 {

/// What went wrong, for a person.
struct Error {
  enum class Kind {
    bad_input,   ///< an option, a plan, an argument: mend it and call again
    run_failed,  ///< a run that began and could not be completed
  };
  Kind kind = Kind::bad_input;
  std::string what;  ///< names the culprit and what was expected of it
  std::string cure;  ///< what to do; may be empty

  /// "WHAT; CURE" on one line.
  [[nodiscard]] std::string sentence() const { return cure.empty() ? what : what + "; " + cure; }
};

namespace detail {
/// Prints `sentence` to stderr and ends the process.
[[noreturn]] void no_value(const std::string& sentence);
}  // namespace detail

/// Either a T or the Error that stood in its way. Value type, as thread safe as T.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }

  /// The value. Without one, the process ends with the error on stderr: look at ok() first.
  [[nodiscard]] T& value() & { return check(), *value_; }
  [[nodiscard]] const T& value() const& { return check(), *value_; }
  [[nodiscard]] T&& value() && { return check(), std::move(*value_); }
  /// What went wrong; empty sentences where ok().
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  void check() const {
    if (!ok()) detail::no_value(error_.sentence());
  }

  std::optional<T> value_;
  Error error_;
};

}  // namespace gleaner::GLEANER_V1
