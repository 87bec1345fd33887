# gleaner_room(NAME [ROOMS room...] [PUBLIC lib...] [PRIVATE lib...])
#
# Makes one room (docs/architecture.md) from the folder it is called in: every *.cc that is not a
# test becomes the static library gleaner_NAME; the *_test.cc beside them become one binary,
# NAME_test. ROOMS are the rooms that NAME may include; nothing else is on its link line.
function(gleaner_room name)
  cmake_parse_arguments(ROOM "" "" "ROOMS;PUBLIC;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")

  list(TRANSFORM ROOM_ROOMS PREPEND "gleaner_" OUTPUT_VARIABLE rooms)
  if(sources)
    add_library(gleaner_${name} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(gleaner_${name} PRIVATE ${ROOM_PRIVATE})
  else()
    add_library(gleaner_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(gleaner_${name} ${scope} "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(gleaner_${name} ${scope} ${rooms} ${ROOM_PUBLIC})

  if(tests AND BUILD_TESTING)
    add_executable(${name}_test ${tests})
    target_include_directories(${name}_test PRIVATE "${PROJECT_SOURCE_DIR}/tests")
    target_compile_definitions(${name}_test PRIVATE GLEANER_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name}_test PRIVATE gleaner_${name} ${ROOM_PRIVATE} GTest::gmock GTest::gtest_main
                                               rapidcheck rapidcheck_gtest)
    gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 120
                         PROPERTIES TIMEOUT 300 LABELS "${name}")
  endif()
endfunction()
