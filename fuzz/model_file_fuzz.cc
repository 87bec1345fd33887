// Saved models, .npz or .safetensors as the first byte says, and a single array of numpy.
#include <stdlib.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <string>

#include "fuzz/fuzz_target.h"
#include "fuzz/memory_file.h"
#include "training/model_file.h"
#include "training/npy.h"
#include "training/npz.h"
#include "training/safetensors.h"

namespace gleaner {
namespace {

// A path that can be written to, which a MemoryFile's cannot: a file appears there whole.
const std::string& folder() {
  static const std::string path = [] {
    const char* const memory = "/dev/shm";  // where writing costs nothing
    const bool there = std::filesystem::is_directory(memory);
    std::string name = std::string(there ? memory : "/tmp") + "/gleaner-fuzz-XXXXXX";
    GLEANER_CHECK(::mkdtemp(name.data()) != nullptr, "no temporary folder");
    return name;
  }();
  return path;
}

bool same(const Model& a, const Model& b) {
  return a.metadata == b.metadata && a.parts.size() == b.parts.size() &&
         std::ranges::equal(
             a.parts, b.parts,
             [](const auto& x, const auto& y) { return x.name == y.name && x.shape == y.shape; }) &&
         std::ranges::equal(a.parameters, b.parameters, {}, std::bit_cast<std::uint32_t, float>,
                            std::bit_cast<std::uint32_t, float>);
}

}  // namespace

GLEANER_FUZZ_TARGET(model_file) {
  if (bytes.empty()) return;
  const bool zip = (static_cast<unsigned char>(bytes[0]) & 1U) == 0;
  bytes.remove_prefix(1);
  static_cast<void>(parse_npy(bytes));
  const fuzz::MemoryFile file(bytes);
  const auto model = zip ? read_npz(file.path()) : read_safetensors(file.path());
  if (!model) return;
  const std::string path = folder() + (zip ? "/again.npz" : "/again.safetensors");
  const Status saved =
      save_model(path, model.value().parts, model.value().parameters, model.value().metadata);
  fuzz::expect(saved.ok(), "what was read can be saved");
  const auto back = zip ? read_npz(path) : read_safetensors(path);
  fuzz::expect(back.ok() && same(back.value(), model.value()), "and read again");
}

}  // namespace gleaner
