# gRPC: gRPC::grpc++. Debian 12's own CMake file insists on the code generators of another package
# (protobuf-compiler-grpc), which are not needed where messages are bytes; the libraries are enough.
find_package(absl CONFIG QUIET)
find_path(GRPC_INCLUDE_DIR grpcpp/grpcpp.h)
find_library(GRPCPP_LIBRARY grpc++)
find_library(GRPC_LIBRARY grpc)
find_library(GPR_LIBRARY gpr)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(gRPC REQUIRED_VARS GRPCPP_LIBRARY GRPC_LIBRARY GPR_LIBRARY GRPC_INCLUDE_DIR absl_FOUND)
if(gRPC_FOUND AND NOT TARGET gRPC::grpc++)
  add_library(gRPC::grpc++ UNKNOWN IMPORTED)
  set_target_properties(gRPC::grpc++ PROPERTIES
                        IMPORTED_LOCATION "${GRPCPP_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${GRPC_INCLUDE_DIR}"
                        INTERFACE_LINK_LIBRARIES "${GRPC_LIBRARY};${GPR_LIBRARY};absl::synchronization")
endif()
