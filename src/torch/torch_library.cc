#include "torch/torch_library.h"

#include <dlfcn.h>
#include <malloc.h>

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "base/process_memory.h"
#include "torch/plugin/entry.h"

namespace gleaner {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> places() {
  std::error_code failed;
  const fs::path here = fs::read_symlink("/proc/self/exe", failed).parent_path();
  if (failed) return {};
  // Installed; built; the tests and benchmarks of a build.
  std::vector<fs::path> folders{here / GLEANER_TORCH_FOLDER, here, here / "../torch", here / "../src/torch"};
  for (fs::path& folder : folders) folder /= kTorchPluginFile;
  return folders;
}

Result<const TorchLibrary*> load() {
  for (const fs::path& path : places()) {
    std::error_code failed;
    if (!fs::exists(path, failed)) continue;
    ::malloc_trim(0);  // else it would be loaded into what others have left
    const std::uint64_t before = resident_bytes();
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      return bad_input(fmt::format("LibTorch cannot be loaded: {}", ::dlerror()),
                       "install the packages of group [torch] in packages.txt");
    }
    const auto entry = reinterpret_cast<TorchPluginEntry>(::dlsym(library, kTorchPluginSymbol));
    const TorchLibrary* const found = entry == nullptr ? nullptr : entry(GLEANER_TORCH_STAMP, before);
    if (found != nullptr) return found;
    return bad_input(fmt::format("{} belongs to another build of gleaner", path.string()),
                     "build and install both together");
  }
  return bad_input(
      fmt::format("this gleaner was built without LibTorch: there is no {} beside it", kTorchPluginFile),
      "install the packages of group [torch] in packages.txt and build again");
}

}  // namespace

Result<const TorchLibrary*> torch_library() {
  static const Result<const TorchLibrary*> loaded = load();
  return loaded;
}

}  // namespace gleaner
