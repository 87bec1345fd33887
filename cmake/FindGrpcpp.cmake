# gRPC for C++ without its code generators: Gleaner has a format of its own (docs/wire-format.md), and Debian's CMake
# files of gRPC insist on the generators' packages. gRPC::grpc++.
find_path(GRPCPP_INCLUDE_DIR grpcpp/grpcpp.h)
find_library(GRPCPP_LIBRARY grpc++)
find_library(GRPC_LIBRARY grpc)
find_library(GPR_LIBRARY gpr)
find_package(absl CONFIG REQUIRED) # its headers use a mutex of it
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Grpcpp REQUIRED_VARS GRPCPP_LIBRARY GRPC_LIBRARY GPR_LIBRARY GRPCPP_INCLUDE_DIR)
if(Grpcpp_FOUND AND NOT TARGET gRPC::grpc++)
  add_library(gRPC::grpc++ UNKNOWN IMPORTED)
  set_target_properties(gRPC::grpc++ PROPERTIES IMPORTED_LOCATION "${GRPCPP_LIBRARY}"
                                                INTERFACE_INCLUDE_DIRECTORIES "${GRPCPP_INCLUDE_DIR}"
                                                INTERFACE_LINK_LIBRARIES "${GRPC_LIBRARY};${GPR_LIBRARY};absl::synchronization")
endif()
