# Debian's libzip CMake package insists on command line tools from other packages; the library is enough.
if(NOT TARGET libzip::zip)
  find_path(ZIP_INCLUDE_DIR zip.h REQUIRED)
  find_library(ZIP_LIBRARY zip REQUIRED)
  add_library(libzip::zip UNKNOWN IMPORTED)
  set_target_properties(libzip::zip PROPERTIES IMPORTED_LOCATION "${ZIP_LIBRARY}"
                                               INTERFACE_INCLUDE_DIRECTORIES "${ZIP_INCLUDE_DIR}")
endif()
