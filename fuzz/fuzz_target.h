// What a fuzz target is: a function that gets any bytes. docs/fuzzing.md.
//
// Built with clang's libFuzzer (preset fuzz) each becomes a program of its own; in every other build all of
// them are in one test, which hands them their corpora.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"

namespace gleaner::fuzz {

/// A promise that a target found broken. Ends the program, as a GLEANER_CHECK does.
inline void expect(bool held, std::string_view promise) { GLEANER_CHECK(held, promise); }

using Target = void (*)(std::string_view bytes);
/// In replay_main.cc.
bool add_target(std::string_view name, Target target);

}  // namespace gleaner::fuzz

/// GLEANER_FUZZ_TARGET(name) { .. uses `bytes` .. }, once per file NAME_fuzz.cc, in namespace gleaner.
#ifdef GLEANER_FUZZ
#define GLEANER_FUZZ_TARGET(name)                                                     \
  static void fuzz_##name(std::string_view bytes);                                    \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    fuzz_##name({reinterpret_cast<const char*>(data), size});                         \
    return 0;                                                                         \
  }                                                                                   \
  static void fuzz_##name(std::string_view bytes)
#else
#define GLEANER_FUZZ_TARGET(name)                                                            \
  static void fuzz_##name(std::string_view bytes);                                           \
  [[maybe_unused]] static const bool name##_is_known = fuzz::add_target(#name, fuzz_##name); \
  static void fuzz_##name(std::string_view bytes)
#endif
