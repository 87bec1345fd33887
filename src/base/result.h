// Expected failure as a value. No exception crosses the border of a room.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace gleaner {

/// What went wrong, in the words of the person who can mend it.
///
/// `what` names the culprit (a flag, a file and its line, a worker) and what was expected of it; `cure` says
/// what to do. Both are plain sentences without a final full stop; `cure` may be empty only where
/// nothing can be advised.
struct Error {
  enum class Kind {
    bad_input,   ///< the user's flags, files or configuration: exit code 2
    run_failed,  ///< a run that began and could not be completed: exit code 1
  };
  Kind kind = Kind::bad_input;
  std::string what;
  std::string cure;

  /// "WHAT; CURE" on one line, as it is shown to a person.
  [[nodiscard]] std::string sentence() const { return cure.empty() ? what : what + "; " + cure; }
};

[[nodiscard]] inline Error bad_input(std::string what, std::string cure = {}) {
  return {Error::Kind::bad_input, std::move(what), std::move(cure)};
}
[[nodiscard]] inline Error run_failed(std::string what, std::string cure = {}) {
  return {Error::Kind::run_failed, std::move(what), std::move(cure)};
}

/// Either a T or the Error that stood in its way. Value type; as thread safe as T.
/// REQUIRES for value(): ok(); for error(): !ok().
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] T& value() & {
    GLEANER_CHECK(ok(), "value() of a failed Result");
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    GLEANER_CHECK(ok(), "value() of a failed Result");
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && {
    GLEANER_CHECK(ok(), "value() of a failed Result");
    return std::move(*std::get_if<0>(&state_));
  }
  [[nodiscard]] const Error& error() const {
    GLEANER_CHECK(!ok(), "error() of a Result that succeeded");
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const {
    GLEANER_CHECK(!ok(), "error() of a Status that succeeded");
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace gleaner
