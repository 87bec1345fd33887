#include "torch/plugin/threads.h"

#include <dlfcn.h>
#include <omp.h>

#include <cstdlib>
#include <string_view>

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <fmt/format.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>
#include <torch/version.h>

namespace gleaner {
namespace {

void* openblas() {
  static void* const library = ::dlopen("libopenblas.so.0", RTLD_NOW | RTLD_NOLOAD);
  return library;
}

template <class Function>
Function in_openblas(const char* name) {
  return openblas() == nullptr ? nullptr : reinterpret_cast<Function>(::dlsym(openblas(), name));
}

std::string word_after(std::string_view text, std::string_view mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return "unknown";
  text.remove_prefix(at + mark.size());
  return std::string(text.substr(0, text.find_first_of("\n")));
}

std::string blas() {
  const auto core = in_openblas<char* (*)()>("openblas_get_corename");
  const auto config = in_openblas<char* (*)()>("openblas_get_config");
  if (core == nullptr || config == nullptr) return "unknown";
  std::string_view version = config();  // "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH .."
  version = version.substr(0, version.find(' ', version.find(' ') + 1));
  return fmt::format("{} for {}", version, core());
}

}  // namespace

void settle_library() {
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);  // else cuBLAS is refused
  at::globalContext().setDeterministicAlgorithms(/*b=*/true, /*warn_only=*/false);
  at::globalContext().setDeterministicCuDNN(true);
  at::globalContext().setBenchmarkCuDNN(false);
  at::globalContext().setAllowTF32CuBLAS(false);
  at::globalContext().setAllowTF32CuDNN(false);
  // Code that is specialised after some runs may round in another way from then on.
  torch::jit::getProfilingMode() = false;
  torch::jit::getExecutorMode() = false;
}

void use_threads(std::size_t threads) {
  (void)at::get_num_threads();  // the first time in a thread it sets a number of its own
  const auto n = static_cast<int>(threads);
  if (omp_get_max_threads() != n) omp_set_num_threads(n);
  if (const auto set = in_openblas<void (*)(int)>("openblas_set_num_threads")) {
    const auto get = in_openblas<int (*)()>("openblas_get_num_threads");
    if (get == nullptr || get() != n) set(n);
  }
}

std::string arithmetic_of(std::size_t threads, const std::string& device) {
  const std::string config = at::show_config();
  return fmt::format("LibTorch {}\nBLAS {}\noneDNN {}\nCPU capability {}\nthreads {}\ndevice {}\n",
                     TORCH_VERSION, blas(), at::get_mkldnn_version(),
                     word_after(config, "CPU capability usage: "), threads, device);
}

}  // namespace gleaner
