# How every room is compiled. Loaded once, before any target exists.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(GLEANER_SANITIZE "" CACHE STRING "Sanitizers for every target: empty, 'address;undefined' or 'thread'")
option(GLEANER_WERROR "Treat warnings as errors" ON)
option(GLEANER_FUZZ "Build for libFuzzer (clang): see docs/fuzzing.md" OFF)

# No fused multiply-add behind our back: a float has the same bits at every
# optimisation level and under every sanitizer (docs/decisions/0003-determinism.md).
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -ffp-contract=off)
# g++ 12 reports moves of std::variant as reads of uninitialised members (GCC bug 105562 and its
# kin), and of std::string as overlapping copies (bug 105651); the address sanitizer and valgrind look for the real thing.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict)
endif()
if(GLEANER_WERROR)
  add_compile_options(-Werror)
endif()

if("address" IN_LIST GLEANER_SANITIZE)
  # A reduced UBSan: the alignment and vptr checks double the compile time of
  # Eigen and of the JSON library and have nothing to find in value types.
  add_compile_options(-fsanitize=address -fsanitize=bounds,integer-divide-by-zero,null,return,shift,signed-integer-overflow,unreachable,float-cast-overflow
                      -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif("thread" IN_LIST GLEANER_SANITIZE)
  add_compile_options(-fsanitize=thread -Wno-tsan)
  add_link_options(-fsanitize=thread)
endif()
if(GLEANER_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(GLEANER_CCACHE ccache)
if(GLEANER_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${GLEANER_CCACHE}")
  # Without debug information an object says nothing of the folder that it was built in: copies of the sources
  # (./dev mutants) take what the checkout has built already.
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
                                    "${GLEANER_CCACHE}")
  endif()
endif()
find_program(GLEANER_MOLD mold)
if(GLEANER_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
