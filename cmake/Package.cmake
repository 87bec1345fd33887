# What `cmake --install` installs: the program, the library behind the public headers, and what find_package(gleaner)
# reads. Loaded last, when every room exists.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# One archive with the objects of every room that `embed` needs (docs/decisions/0004-public-headers.md). A room
# that is forgotten here is missed when tests/installed_example.py links.
set(objects)
foreach(room IN ITEMS base coding adapt protocol objective data training work transport runtime sim embed)
  list(APPEND objects $<TARGET_OBJECTS:gleaner_${room}>)
endforeach()
add_library(gleaner_library STATIC ${objects})
add_library(gleaner::gleaner ALIAS gleaner_library)
set_target_properties(gleaner_library PROPERTIES OUTPUT_NAME gleaner EXPORT_NAME gleaner LINKER_LANGUAGE CXX)
target_compile_features(gleaner_library PUBLIC cxx_std_20)
target_include_directories(gleaner_library INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                                     $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
# The same list stands in gleanerConfig.cmake.in.
target_link_libraries(gleaner_library PRIVATE fmt::fmt hwy::hwy ZLIB::ZLIB libzip::zip OpenSSL::Crypto Threads::Threads)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/gleaner")
configure_package_config_file(cmake/gleanerConfig.cmake.in "${PROJECT_BINARY_DIR}/gleanerConfig.cmake"
                              INSTALL_DESTINATION "${package_dir}" NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/gleanerConfigVersion.cmake" COMPATIBILITY SameMinorVersion)

install(TARGETS gleaner)
install(TARGETS gleaner_library EXPORT gleanerTargets)
install(DIRECTORY include/gleaner DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT gleanerTargets NAMESPACE gleaner:: DESTINATION "${package_dir}")
install(FILES "${PROJECT_BINARY_DIR}/gleanerConfig.cmake" "${PROJECT_BINARY_DIR}/gleanerConfigVersion.cmake"
              cmake/FindZip.cmake DESTINATION "${package_dir}")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")
